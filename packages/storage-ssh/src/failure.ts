import { abortable, type ErrorCode, FreezerError, messageOf, systemCodeOf } from '@freezer/core';

/** What went wrong while doing what to which object. */
export interface Deed {
  /** 'put', 'get', … */
  readonly operation: string;
  /** A key or a prefix; '' is the whole container. */
  readonly key: string;
  /** `user@host:port:path`. */
  readonly place: string;
}

/** Answers of an SFTP server (version 3) that this package tells apart. */
export const STATUS = { endOfFile: 1, absent: 2, denied: 3, failure: 4, badMessage: 5, noConnection: 6, connectionLost: 7, unsupported: 8 } as const;

const LOST = 'FREEZER_SSH_LOST';

/** The connection ended while a call was waiting for its answer. */
export class LostConnection extends Error {
  readonly code = LOST;
}

const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  [STATUS.absent]: ['not_found', 'no such object'],
  [STATUS.denied]: ['permission_denied', 'permission denied by the server'],
  [STATUS.failure]: ['unavailable', 'the server refused without a reason'],
  [STATUS.badMessage]: ['invalid', 'the server does not take this name, or it is too long'],
  [STATUS.noConnection]: ['unavailable', 'the server says that there is no connection'],
  [STATUS.connectionLost]: ['unavailable', 'the server says that the connection was lost'],
  [STATUS.unsupported]: ['unsupported', 'the server cannot do that'],
};

/** The status that the server answered; undefined for an error that is no answer. */
function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** Whether the server answered one of `statuses`. */
export function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  const status = statusOf(error);
  return status !== undefined && statuses.includes(status);
}

/** Whether the connection ended under the call. */
export const isLost = (error: unknown): boolean => systemCodeOf(error) === LOST;

/** A text that stays on one line. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** An error of this package's own making, in the same words as those that the server reports. */
export const failure = (code: ErrorCode, { operation, key, place }: Deed, reason: string, cause?: unknown): FreezerError =>
  new FreezerError(code, oneLine(`ssh storage: ${operation} of '${key}' failed: ${reason} (${place})`), { cause, details: { operation, key } });

/** The border of this package: what the server or the connection reports becomes a `FreezerError`; one that is one already passes. */
export function translated(error: unknown, deed: Deed): FreezerError {
  if (FreezerError.is(error)) return error;
  if (isLost(error)) return failure('unavailable', deed, messageOf(error), error);
  const [code, reason] = BY_STATUS[statusOf(error) ?? -1] ?? ['unexpected', messageOf(error)];
  return failure(code, deed, reason, error);
}

/** Runs one call of the server at the border. An abort ends the waiting at once, with the reason of the signal. */
export async function guarded<Result>(deed: Deed, call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    return await abortable(call(), signal);
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : translated(error, deed);
  }
}
