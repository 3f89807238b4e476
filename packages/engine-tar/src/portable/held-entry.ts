import type { BigIntStats } from 'node:fs';
import type { BytePath, EntryType, HeldEntry } from '@freezer/core';

/** What a level says of something in the source; `target` makes a link of what is no symbolic one. */
export function heldEntry(path: BytePath, stats: BigIntStats, target: BytePath | undefined): HeldEntry {
  const type = typeOf(stats, target);
  return {
    kind: 'held',
    path,
    type,
    size: type === 'file' ? Number(stats.size) : 0,
    mtimeNs: stats.mtimeNs,
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    ...(target === undefined ? {} : { target }),
    ...(type === 'character' || type === 'block' ? { device: deviceOf(stats.rdev) } : {}),
  };
}

function typeOf(stats: BigIntStats, target: BytePath | undefined): EntryType {
  if (stats.isSymbolicLink()) return 'symlink';
  if (target !== undefined) return 'link';
  if (stats.isDirectory()) return 'directory';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isCharacterDevice()) return 'character';
  return stats.isBlockDevice() ? 'block' : 'file';
}

/** As Linux packs the two numbers. */
function deviceOf(rdev: bigint): { readonly major: number; readonly minor: number } {
  return { major: Number((rdev >> 8n) & 0xfffn) | Number((rdev >> 32n) & ~0xfffn), minor: Number(rdev & 0xffn) | Number((rdev >> 12n) & ~0xffn) };
}
