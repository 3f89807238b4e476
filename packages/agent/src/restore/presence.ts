import type { BytePath } from '@freezer/core';
import type { LevelFacts, PathFact } from './level-facts.ts';

/** A directory on the way to the path that is looked at. */
interface Folder {
  readonly path: BytePath;
  /** The level says what is in it. */
  readonly isListed: boolean;
  readonly stays: boolean;
}

/**
 * Tells for each path of the older level whether it is still there in this one. Paths must come sorted by their bytes.
 * With dump lists a path is there when the list of its directory names it; of a directory without a list nothing is known, and so
 * everything in it stays, as with tar itself.
 */
export class Presence {
  readonly #facts: LevelFacts;
  /** Each path begins with that before it; so siblings such as `a-b` between `a` and `a/x` take nothing away. */
  readonly #folders: Folder[] = [];
  readonly #root: Folder;

  constructor(facts: LevelFacts) {
    this.#facts = facts;
    this.#root = { path: '.', isListed: facts.hasLists, stays: true };
  }

  /** `wasDirectory` is undefined for a path that only this level knows. */
  visit(path: BytePath, fact: PathFact | undefined, wasDirectory: boolean | undefined): boolean {
    if (!this.#facts.hasLists) return !this.#facts.replacesAll && fact?.isDeleted !== true;
    if (path === '.') return true;
    while (this.#folders.length > 0 && !path.startsWith(this.#folders.at(-1)?.path ?? '')) this.#folders.pop();
    const above = this.#folders.findLast((folder) => path.charAt(folder.path.length) === '/') ?? this.#root;
    const isDirectlyIn = above === this.#root ? !path.includes('/') : path.lastIndexOf('/') === above.path.length;
    const stays = above.isListed ? isDirectlyIn && fact?.isNamed === true : above.stays;
    // Where a directory was replaced by something else, nothing is in it.
    const isReplaced = fact?.held !== undefined && fact.held.type !== 'directory';
    if (wasDirectory === true || fact?.isListed === true) this.#folders.push({ path, isListed: isReplaced || fact?.isListed === true, stays });
    return stays;
  }
}
