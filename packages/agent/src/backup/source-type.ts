import { stat } from 'node:fs/promises';
import type { SourceLease } from '@freezer/core';
import type { OpenedLevel } from '@freezer/format';

/**
 * Whether a directory stands where the base saved a file, or the other way round: an increment would not say that what was there is gone, and a
 * restore would bring both. Undefined: it is of the same type, or the base does not tell.
 */
export async function changedType({ manifest }: OpenedLevel, lease: SourceLease): Promise<string | undefined> {
  if (lease.kind !== 'path' || manifest === undefined) return undefined;
  const found = await stat(lease.resource).catch(() => undefined);
  if (found === undefined) return undefined;
  const isFolder = found.isDirectory();
  // Each level of a directory counts the directory itself.
  if (manifest.document.counts.directories > 0 === isFolder) return undefined;
  return isFolder ? 'the source is a directory, and was a file for the base' : 'the source is a file, and was a directory for the base';
}
