import { type ErrorCode, FreezerError, messageOf, systemCodeOf } from '@freezer/core';

/** What went wrong while doing what to which object. */
export interface Deed {
  /** 'put', 'get', … */
  readonly operation: string;
  /** A key or a prefix; '' is the whole container. */
  readonly key: string;
  /** Where on the disk. */
  readonly path: string;
}

const TABLE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['not_found', 'no such object'],
  EACCES: ['permission_denied', 'permission denied'],
  EPERM: ['permission_denied', 'operation not permitted'],
  EROFS: ['permission_denied', 'the file system is read-only'],
  EEXIST: ['already_exists', 'it exists already'],
  ENOSPC: ['no_space', 'no space left'],
  EDQUOT: ['no_space', 'no space left in the quota'],
  EIO: ['unavailable', 'input/output error'],
  EBUSY: ['unavailable', 'the file system says that it is busy'],
  EMFILE: ['unavailable', 'too many open files'],
  ENFILE: ['unavailable', 'too many open files in the system'],
  ESTALE: ['unavailable', 'the network file system lost the file'],
  ENODEV: ['unavailable', 'the device is gone'],
  ENOTCONN: ['unavailable', 'the file system is not connected'],
  ETIMEDOUT: ['timeout', 'the file system did not answer in time'],
  EFBIG: ['too_large', 'larger than the file system allows'],
  ENAMETOOLONG: ['invalid', 'a name is longer than the file system allows'],
  EILSEQ: ['invalid', 'a name has characters that the file system does not allow'],
  ENOTDIR: ['invalid', 'a part of the key is an object and not a folder'],
  EISDIR: ['invalid', 'there is a folder of that name'],
  ELOOP: ['invalid', 'symbolic links lead in a circle'],
  EXDEV: ['unsupported', "another file system begins within it; only a folder directly below the container, except 'metadata', may be one"],
};

/** A text that stays on one line. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** An error of this package's own making, in the same words as those that the system reports. */
export const failure = (code: ErrorCode, deed: Deed, reason: string, cause?: unknown): FreezerError =>
  new FreezerError(code, oneLine(`local storage: ${deed.operation}${deed.key === '' ? '' : ` of '${deed.key}'`} failed: ${reason} (${deed.path})`), {
    cause,
    details: { operation: deed.operation, key: deed.key },
  });

/** The border of this package: what the system reports becomes a `FreezerError`; one that is one already passes. */
export function translated(error: unknown, deed: Deed): FreezerError {
  if (FreezerError.is(error)) return error;
  const system = systemCodeOf(error);
  const [code, reason] = (system === undefined ? undefined : TABLE[system]) ?? ['unexpected', system ?? messageOf(error)];
  return failure(code, deed, reason, error);
}

/** Runs one call of the system at the border. */
export async function guarded<Result>(deed: Deed, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw translated(error, deed);
  }
}

/** Whether there is no room for one more name or byte. */
export const saysFull = (error: unknown): boolean => isSystemError(error, 'ENOSPC', 'EDQUOT');

/** Whether the system reported one of `codes`. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  const code = systemCodeOf(error);
  return code !== undefined && codes.includes(code);
}
