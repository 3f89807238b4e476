import type { BigIntStats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { type BytePath, type EntryType, type HeldEntry, systemCodeOf } from '@freezer/core';
import { pathIn } from './own-folders.ts';

/** What is at the target under the name of an entry, compared with it. */
export interface PresentEntry {
  /** Whether type, size, time, mode, owner and target are those of the entry. The content is not looked at. */
  readonly isSame: boolean;
  readonly mtimeNs: bigint;
}

/** Undefined when there is nothing of that name. */
export async function findPresent(target: string, entry: HeldEntry): Promise<PresentEntry | undefined> {
  const place = pathIn(target, entry.path);
  let found: BigIntStats;
  try {
    found = await lstat(place, { bigint: true });
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  return { isSame: isLike(found, entry) && (await hasTarget(place, entry)), mtimeNs: found.mtimeNs };
}

/** Python's archives keep whole seconds. */
const isSameTime = (found: bigint, kept: bigint): boolean => found === kept || (kept % 1_000_000_000n === 0n && found - (found % 1_000_000_000n) === kept);

function isLike(found: BigIntStats, { type, size, mtimeNs, mode, uid, gid }: HeldEntry): boolean {
  if (!TYPE_CHECKS[type](found) || Number(found.uid) !== uid || Number(found.gid) !== gid) return false;
  if (type === 'symlink') return true;
  return (type !== 'file' || Number(found.size) === size) && isSameTime(found.mtimeNs, mtimeNs) && (Number(found.mode) & 0o7777) === mode;
}

async function hasTarget(place: Buffer, { type, target }: HeldEntry): Promise<boolean> {
  return type !== 'symlink' || (await readlink(place, 'latin1')) === target;
}

const TYPE_CHECKS: Readonly<Record<EntryType, (found: BigIntStats) => boolean>> = {
  file: (found) => found.isFile(),
  link: (found) => found.isFile(),
  directory: (found) => found.isDirectory(),
  symlink: (found) => found.isSymbolicLink(),
  fifo: (found) => found.isFIFO(),
  character: (found) => found.isCharacterDevice(),
  block: (found) => found.isBlockDevice(),
  socket: (found) => found.isSocket(),
};

/** Whether something that is no folder stands where a folder above a path is to be. */
export async function isObstructed(target: string, path: BytePath): Promise<boolean> {
  for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
    try {
      if (!(await lstat(pathIn(target, path.slice(0, end)))).isDirectory()) return true;
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }
  return false;
}
