import type { BytePath } from './bytes.ts';
import { isTemporary, type Renamed, RenameMap } from './rename-map.ts';

/** Which of some paths are directories of the older level. */
export type DirectoryCheck = (paths: ReadonlySet<BytePath>) => Promise<ReadonlySet<BytePath>>;

/**
 * Makes sense of the rename records of a level, which tar does not always write right:
 * - it gives some directories the name that they have only after a later record: a record whose directory is not there waits until the
 *   others are done, and then counts when that directory came there with another one;
 * - it writes some records several times: a directory that was put in its place stays there;
 * - it has one directory take the name of another before that was renamed: the first waits for the second;
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
  const isDirectory = (origin: BytePath | undefined): boolean => {
    if (origin === undefined || isTemporary(origin)) return false;
    if (!known.has(origin)) unknown.add(origin);
    return known.get(origin) ?? true;
  };
  const waitingFrom = new Map<BytePath, number>();
  const count = ({ from }: Renamed, by: number): unknown => waitingFrom.set(from, (waitingFrom.get(from) ?? 0) + by);
  for (const renamed of renames) count(renamed, 1);
  const fits = ({ from, to }: Renamed): boolean => {
    const source = map.find(from);
    if (source.isPlaced || !isDirectory(source.origin)) return false;
    const place = map.find(to);
    return place.isPlaced || !waitingFrom.get(to) || !isDirectory(place.origin);
  };
  for (let waiting = renames, before = -1; waiting.length !== before; ) {
    before = waiting.length;
    const left: Renamed[] = [];
    for (const renamed of waiting) {
      if (!fits(renamed)) {
        left.push(renamed);
        continue;
      }
      map.rename(renamed);
      count(renamed, -1);
    }
    waiting = left;
  }
  return { map, unknown };
}
