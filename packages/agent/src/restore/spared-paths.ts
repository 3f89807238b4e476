import { type BytePath, excluder, folderOf, type SetId } from '@freezer/core';
import { readLevelIndex } from '../point-entries.ts';
import type { RunContext } from '../run-context.ts';
import type { ChosenPoint } from './choose-point.ts';
import type { Spare } from './prune-target.ts';

/**
 * What `--delete` must not take for a stray: what a level of the point left out, because it could not be read or because a pattern said so.
 * The file in the target may be the only one there is.
 */
export async function sparedPaths({ signal }: RunContext, set: SetId, { reader, levels }: ChosenPoint): Promise<Spare> {
  const skipped = new Set<BytePath>();
  const patterns = new Set<string>();
  for (const opened of levels) {
    const document = opened.manifest?.document;
    for (const pattern of document?.options.exclude ?? []) patterns.add(pattern);
    if (document === undefined || document.skipped === 0) continue;
    for await (const entry of readLevelIndex(reader, set, opened, { signal }).entries) if (entry.kind === 'skipped') skipped.add(entry.path);
  }
  const isExcluded = excluder([...patterns]);
  return (path) => isExcluded(path) || isBelow(skipped, path);
}

function isBelow(paths: ReadonlySet<BytePath>, path: BytePath): boolean {
  if (paths.size === 0) return false;
  for (let at = path; at !== '.'; at = folderOf(at)) if (paths.has(at)) return true;
  return false;
}
