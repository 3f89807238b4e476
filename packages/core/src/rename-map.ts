import type { BytePath } from './bytes.ts';

/** A renamed directory, as a level tells it. */
export interface Renamed {
  readonly from: BytePath;
  readonly to: BytePath;
}

/** What became of a directory of the older level. */
export interface MovedDirectory {
  readonly from: BytePath;
  readonly to: BytePath | undefined;
}

/** A directory that a rename touches, or one above it. */
interface Place {
  parent: Place | undefined;
  name: string;
  readonly children: Map<string, Place>;
  /** Where it was before all renames; undefined: nothing was there that is still here. */
  readonly origin: BytePath | undefined;
  /** A record put it where it is. */
  isPlaced: boolean;
}

const makePlace = (parent: Place | undefined, name: string, origin: BytePath | undefined): Place => ({
  parent,
  name,
  children: new Map(),
  origin,
  isPlaced: false,
});

function attach(place: Place, parent: Place, name: string): void {
  const replaced = parent.children.get(name);
  if (replaced) replaced.parent = undefined;
  place.parent = parent;
  place.name = name;
  parent.children.set(name, place);
}

/** No path of a file system holds a NUL: with it an engine names the directory through which tar exchanges others. */
export const isTemporary = (path: BytePath): boolean => path.includes('\0');

/** The nearest directory above a path; `.` above those of the source itself. */
export function folderOf(path: BytePath): BytePath {
  const end = path.lastIndexOf('/');
  return end < 0 ? '.' : path.slice(0, end);
}

/**
 * Where the paths of a level are in the next one, after its renames were done one after the other. Holds the renamed directories and those
 * above them, nothing else.
 */
export class RenameMap {
  readonly #root = makePlace(undefined, '.', '.');
  readonly #origins = new Map<BytePath, Place>();

  /** The directory of the older level that is now at `path`: its path then, and whether a record moved it there by name. */
  find(path: BytePath): { readonly origin: BytePath | undefined; readonly isPlaced: boolean } {
    const { origin, isPlaced } = this.#place(path);
    return { origin, isPlaced };
  }

  /** Moves a directory with all in it. What was at `to` is gone with this. */
  rename({ from, to }: Renamed): void {
    const moved = this.#place(from);
    if (moved.parent === undefined || to === '.') return;
    moved.parent.children.set(moved.name, makePlace(moved.parent, moved.name, undefined));
    const parent = this.#place(folderOf(to));
    const name = to.slice(to.lastIndexOf('/') + 1);
    // Makes a place for what is there, so that it is known to be gone.
    const replaced = this.#child(parent, name);
    moved.isPlaced = !isTemporary(to);
    attach(moved, parent, name);
    this.#adopt(replaced, moved);
  }

  /** What records put below a directory belongs to that which has its name now. */
  #adopt(replaced: Place, by: Place): void {
    for (const [name, child] of replaced.children) {
      if (child.isPlaced) {
        this.#child(by, name);
        attach(child, by, name);
      } else if (child.children.size > 0) this.#adopt(child, this.#child(by, name));
    }
  }

  /** The path of today of a path of the older level; undefined when another directory took its place. */
  pathNow(path: BytePath): BytePath | undefined {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const place = this.#origins.get(path.slice(0, end));
      if (place === undefined) continue;
      const now = this.#pathOf(place);
      return now === undefined ? undefined : now + path.slice(end);
    }
    return path;
  }

  /** The directories that records moved by name: where each was in the older level, and where it is now; undefined: another took its place. */
  *moved(): Generator<MovedDirectory> {
    for (const [from, place] of this.#origins) {
      if (!place.isPlaced) continue;
      const to = this.#pathOf(place);
      if (to !== from) yield { from, to };
    }
  }

  #pathOf(place: Place): BytePath | undefined {
    const names: string[] = [];
    let at = place;
    for (; at.parent !== undefined; at = at.parent) names.push(at.name);
    return at === this.#root ? names.toReversed().join('/') : undefined;
  }

  #place(path: BytePath): Place {
    if (path === '.') return this.#root;
    let place = this.#root;
    for (const name of path.split('/')) place = this.#child(place, name);
    return place;
  }

  #child(parent: Place, name: string): Place {
    const known = parent.children.get(name);
    if (known) return known;
    const origin = parent.origin === undefined ? undefined : parent.origin === '.' ? name : `${parent.origin}/${name}`;
    const made = makePlace(parent, name, origin);
    parent.children.set(name, made);
    if (origin !== undefined) this.#origins.set(origin, made);
    return made;
  }
}
