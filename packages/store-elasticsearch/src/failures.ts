import { type ErrorCode, FreezerError, messageOf } from '@freezer/core';

/** What the client's errors have; they are told apart by name, because two copies of the client may be loaded. */
interface ClientFailure {
  readonly name: string;
  readonly statusCode: number | undefined;
  /** The server's own name of what went wrong. */
  readonly type: string | undefined;
  readonly reason: string | undefined;
}

export function clientFailure(error: unknown): ClientFailure {
  if (typeof error !== 'object' || error === null) return { name: '', statusCode: undefined, type: undefined, reason: undefined };
  const name = 'name' in error ? String(error.name) : '';
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
  const told = 'body' in error ? errorOf(error.body) : undefined;
  return { name, statusCode, type: told?.type, reason: told?.reason };
}

function errorOf(body: unknown): { type: string | undefined; reason: string | undefined } | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error !== 'object' || error === null) return undefined;
  return {
    type: 'type' in error ? String(error.type) : undefined,
    reason: 'reason' in error ? String(error.reason) : undefined,
  };
}

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'permission_denied',
  403: 'permission_denied',
  408: 'timeout',
  413: 'too_large',
  429: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
};

const NAME_CODES: Readonly<Record<string, ErrorCode>> = {
  ConnectionError: 'unavailable',
  NoLivingConnectionsError: 'unavailable',
  TimeoutError: 'timeout',
  ProductNotSupportedError: 'unsupported',
};

/** Whether the server may have done what was asked although it did not say so. */
export function isUnanswered(error: unknown): boolean {
  const { name, statusCode } = clientFailure(error);
  return name === 'ConnectionError' || name === 'TimeoutError' || name === 'NoLivingConnectionsError' || [502, 503, 504].includes(statusCode ?? 0);
}

export const hasStatus = (error: unknown, status: number): boolean => clientFailure(error).statusCode === status;

/** What the client threw, as ours: no URL, no header, no account. */
export function failureOf(error: unknown): FreezerError {
  if (FreezerError.is(error)) return error;
  const { name, statusCode, type, reason } = clientFailure(error);
  if (type === 'index_not_found_exception' || (statusCode === 404 && /alias/.test(reason ?? ''))) {
    return new FreezerError('unavailable', "Elasticsearch: the indices of Freezer are not there, or not all: 'freezer-manage db sync' makes them", {
      cause: error,
      retryable: false,
    });
  }
  const code = STATUS_CODES[statusCode ?? 0] ?? NAME_CODES[name] ?? 'unexpected';
  const why = reason ?? (messageOf(error) || name);
  return new FreezerError(code, `Elasticsearch: ${statusCode === undefined ? '' : `answered ${statusCode}: `}${why.replaceAll(/\s+/g, ' ').slice(0, 500)}`, {
    cause: error,
  });
}
