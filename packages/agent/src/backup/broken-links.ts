import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BytePath, bytesOfPath, displayPath, type IndexEntry } from '@freezer/core';

const LISTED = 100;

/** Counts the symbolic links whose target is absent, as they pass by. */
export class BrokenLinks {
  readonly #items: string[] = [];
  #total = 0;

  /** The same batches. `source` is the directory or the file that they are of; undefined: it is none of this host, and nothing is looked for. */
  async *watch(batches: AsyncIterable<readonly IndexEntry[]>, source: string | undefined): AsyncGenerator<readonly IndexEntry[]> {
    const root = source && folderOf(source);
    for await (const batch of batches) {
      if (root !== undefined) for (const entry of batch) if (entry.kind === 'held' && entry.type === 'symlink') this.#look(root, entry.path);
      yield batch;
    }
  }

  #look(root: string, path: BytePath): void {
    // The synchronous call costs a hundredth of the other one, and there may be a hundred thousand links.
    if (existsSync(Buffer.concat([Buffer.from(`${root}/`, 'utf8'), bytesOfPath(path)]))) return;
    this.#total += 1;
    if (this.#items.length < LISTED) this.#items.push(displayPath(path));
  }

  /** The first hundred, and how many there are. */
  sample(): { readonly items: readonly string[]; readonly total: number } {
    return { items: [...this.#items], total: this.#total };
  }
}

/** Where the paths of a source begin: of a single file, in the folder that holds it. Undefined: it cannot be looked at, which is for others to tell. */
function folderOf(source: string): string | undefined {
  try {
    return statSync(source).isDirectory() ? source : dirname(source);
  } catch {
    return undefined;
  }
}
