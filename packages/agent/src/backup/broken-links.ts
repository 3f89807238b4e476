import { existsSync } from 'node:fs';
import { type BytePath, bytesOfPath, displayPath, type IndexEntry } from '@freezer/core';

const LISTED = 100;

/** Counts the symbolic links whose target is absent, as they pass by. */
export class BrokenLinks {
  readonly #items: string[] = [];
  #total = 0;

  /** The same batches. `root` is where their paths begin; undefined: the source is no folder of this host, and nothing is looked for. */
  async *watch(batches: AsyncIterable<readonly IndexEntry[]>, root: string | undefined): AsyncGenerator<readonly IndexEntry[]> {
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
