import type { ErrorCode } from '@freezer/core';
import type { Dialect } from '../dialect.ts';

/** Result codes of SQLite, without what extends them. */
const BUSY = 5;
const LOCKED = 6;
const CODES: Readonly<Record<number, ErrorCode>> = {
  3: 'permission_denied',
  [BUSY]: 'unavailable',
  [LOCKED]: 'unavailable',
  8: 'permission_denied',
  10: 'unavailable',
  11: 'corrupt',
  13: 'unavailable',
  14: 'unavailable',
  18: 'too_large',
  23: 'permission_denied',
  26: 'corrupt',
};

/** `errcode` of `node:sqlite`, `rawCode` of libsql; 0 when it is no failure of SQLite. */
function resultCode(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  if ('rawCode' in error && typeof error.rawCode === 'number') return error.rawCode & 0xff;
  return 0;
}

export const isBusy = (error: unknown): boolean => [BUSY, LOCKED].includes(resultCode(error));

export const SQLITE: Dialect = {
  kind: 'sqlite',
  totalSlots: 1,
  codeOf: (error) => CODES[resultCode(error)],
  isTransient: isBusy,
  isDuplicate: (error) => resultCode(error) === 19,
  isUnmigrated: (error) => typeof error === 'object' && error !== null && 'message' in error && /no such table: freezer_/.test(String(error.message)),
};
