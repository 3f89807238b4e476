import type { BytePath } from '@freezer/core';
import { RenameMap, type Renamed } from './rename-map.ts';

/** Which of some paths are directories of the older level. */
export type DirectoryCheck = (paths: ReadonlySet<BytePath>) => Promise<ReadonlySet<BytePath>>;

/**
 * Makes sense of the rename records of a level, which tar does not always write right:
 * - it gives some directories the name that they have only after a later record: a record whose directory is not there waits until the
 *   others are done, and then counts when that directory came there with another one;
 * - it writes the exchange of three and more several times: a directory that was put in its place stays there;
 * - what cannot be explained like that is left out.
 */
export async function planRenames(renames: readonly Renamed[], areDirectories: DirectoryCheck): Promise<RenameMap> {
  const known = new Map<BytePath, boolean>();
  for (;;) {
    const { map, unknown } = tryRenames(renames, known);
    if (unknown.size === 0) return map;
    const found = await areDirectories(unknown);
    for (const path of unknown) known.set(path, found.has(path));
  }
}

/** Renames with what is known so far; what is not known is taken to be there. */
function tryRenames(renames: readonly Renamed[], known: ReadonlyMap<BytePath, boolean>): { readonly map: RenameMap; readonly unknown: Set<BytePath> } {
  const map = new RenameMap();
  const unknown = new Set<BytePath>();
  const fits = ({ from }: Renamed): boolean => {
    const { origin, isPlaced } = map.find(from);
    if (isPlaced || origin === undefined || origin.includes('\0')) return false;
    if (!known.has(origin)) unknown.add(origin);
    return known.get(origin) ?? true;
  };
  for (let waiting = renames, before = -1; waiting.length !== before; ) {
    before = waiting.length;
    const left: Renamed[] = [];
    for (const renamed of waiting) {
      if (fits(renamed)) map.rename(renamed);
      else left.push(renamed);
    }
    waiting = left;
  }
  return { map, unknown };
}
