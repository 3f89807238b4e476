import { type BytePath, bytePathOf, displayPath, FreezerError, type HeldEntry, isFileName } from '@freezer/core';

/** The key of the object `metadata` under which a level says what its bytes are. */
const KEY = 'file';

/** Fails with `invalid` when a stream has a name that no file can have. */
export function checkFileName(name: string): void {
  if (!isFileName(name))
    throw new FreezerError('invalid', `stream: '${name}' is no name of a file; allowed: up to 255 bytes without / and NUL, other than . and ..`);
}

/** What `metadata` says of the file. The time is in whole seconds. */
export const fileKeys = ({ path, size, mtimeNs, mode, uid, gid }: HeldEntry): Readonly<Record<string, unknown>> => ({
  [KEY]: { name: displayPath(path), bytes: size, mtime: Number(mtimeNs / 1_000_000_000n), mode, uid, gid },
});

const isNumber = (value: unknown, most: number): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;

/** The file of a level, as `fileKeys` wrote it. Fails with `corrupt`. */
export function readSavedFile(metadata: Readonly<Record<string, unknown>>): HeldEntry {
  const file = metadata[KEY];
  const keys: Readonly<Record<string, unknown>> = typeof file === 'object' && file !== null ? { ...file } : {};
  const { name, bytes, mtime, mode, uid, gid } = keys;
  const isWhole =
    isNumber(bytes, Number.MAX_SAFE_INTEGER) && isNumber(mtime, 1e12) && isNumber(mode, 0o7777) && isNumber(uid, 2 ** 32) && isNumber(gid, 2 ** 32);
  if (typeof name !== 'string' || !isFileName(name) || !isWhole) throw new FreezerError('corrupt', 'metadata: does not say which file the stream was');
  return { kind: 'held', path: bytePathOf(name), type: 'file', size: bytes, mtimeNs: BigInt(mtime) * 1_000_000_000n, mode, uid, gid };
}

/** In a folder, whatever bytes the name has. */
export const placeIn = (folder: string, name: BytePath): Buffer => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
