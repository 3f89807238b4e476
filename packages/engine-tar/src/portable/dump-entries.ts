import { type ArchivedEntry, type BytePath, FreezerError, type Renamed } from '@freezer/core';
import { insidePath } from './inside-path.ts';

/** What a dump list says of one name: in this archive, unchanged, or a directory. */
export type DumpLetter = 'Y' | 'N' | 'D';

/** The dump list of a directory. */
export interface DumpEntries {
  readonly names: ReadonlyMap<BytePath, DumpLetter>;
  /** In the order in which to apply them; a name that no file has (it holds a NUL) is where tar keeps a directory aside. */
  readonly renames: readonly Renamed[];
  /** Names of renamed directories that lead out of the source; such records are left out. */
  readonly refused: readonly BytePath[];
}

/** Reads a dump list: a letter and a name each, with a NUL behind, and one more at the end. Fails with `corrupt`. */
export function readDumpEntries(list: string): DumpEntries {
  const names = new Map<BytePath, DumpLetter>();
  const renames: Renamed[] = [];
  const refused: BytePath[] = [];
  let from: string | undefined;
  let aside = '\0';
  for (let at = 0; at < list.length && list[at] !== '\0'; ) {
    const end = list.indexOf('\0', at);
    if (end < 0) throw new FreezerError('corrupt', 'tar: the dump list of a directory is cut off');
    const letter = list[at];
    const name = list.slice(at + 1, end);
    at = end + 1;
    if (letter === 'Y' || letter === 'N' || letter === 'D') names.set(name, letter);
    else if (letter === 'X') aside = name === '.' || name === './' ? '\0' : `${insidePath(name) ?? ''}/\0`;
    else if (letter === 'R') from = name;
    else if (letter === 'T' && from !== undefined) {
      const paths = [from, name].map((one) => (one === '' ? aside : insidePath(one)));
      const [old, now] = paths;
      if (old === undefined || now === undefined) refused.push(old === undefined ? from : name);
      else renames.push({ from: old, to: now });
      from = undefined;
    } else throw new FreezerError('corrupt', `tar: a dump list holds '${letter}', which is not known there`);
  }
  return { names, renames, refused };
}

/** The same as a listing gives it. */
export function* listedDump(path: BytePath, list: string): Generator<ArchivedEntry, void, undefined> {
  const { names, renames } = readDumpEntries(list);
  for (const { from, to } of renames) yield { kind: 'renamed', from, to };
  yield { kind: 'names', path, names: [...names.keys()] };
}
