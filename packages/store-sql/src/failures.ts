import { type ErrorCode, FreezerError, messageOf } from '@freezer/core';
import type { Dialect } from './dialect.ts';

const NAMES = { sqlite: 'SQLite', postgresql: 'PostgreSQL', mysql: 'MySQL' } as const;

/** Codes of the operating system and of Node's sockets, which all drivers pass on. */
export const NETWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETUNREACH: 'unavailable',
  ENOENT: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
  EPIPE: 'unavailable',
  ETIMEDOUT: 'timeout',
};

/** What a driver threw, as ours. Messages of the drivers name hosts and accounts, and never a password. */
export function failureOf(dialect: Dialect, error: unknown): FreezerError {
  if (FreezerError.is(error)) return error;
  const name = NAMES[dialect.kind];
  if (dialect.isUnmigrated(error)) {
    return new FreezerError('unavailable', `${name}: the tables of Freezer are not there, or not all: 'freezer-manage db sync' makes them`, {
      cause: error,
      retryable: false,
    });
  }
  const code = dialect.codeOf(error) ?? 'unexpected';
  return new FreezerError(code, `${name}: ${messageOf(error) || 'no answer'}`, { cause: error });
}
