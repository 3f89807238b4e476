import { stat } from 'node:fs/promises';
import type { CallOptions, SetId, SourceLease } from '@freezer/core';
import type { LevelReader, OpenedLevel } from '@freezer/format';
import { readLevelIndex } from '../point-entries.ts';

const ROOT = '.';

/**
 * Whether a directory stands where the base saved a file, or the other way round: an increment would not say that what was there is gone, and a
 * restore would bring both. Undefined: it is of the same type, or the base does not tell.
 */
export async function changedType(reader: LevelReader, set: SetId, base: OpenedLevel, lease: SourceLease, options: CallOptions): Promise<string | undefined> {
  if (lease.kind !== 'path' || base.manifest === undefined || !base.level.objects.has('index')) return undefined;
  const found = await stat(lease.resource).catch(() => undefined);
  if (found === undefined) return undefined;
  const isFolder = found.isDirectory();
  if ((await wasFolder(reader, set, base, options)) === isFolder) return undefined;
  return isFolder ? 'the source is a directory, and was a file for the base' : 'the source is a file, and was a directory for the base';
}

/** Each level of a directory lists the directory itself. */
async function wasFolder(reader: LevelReader, set: SetId, base: OpenedLevel, options: CallOptions): Promise<boolean> {
  for await (const { path } of readLevelIndex(reader, set, base, options).entries) if (path >= ROOT) return path === ROOT;
  return false;
}
