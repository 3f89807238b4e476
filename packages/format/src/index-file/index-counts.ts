import type { IndexEntry, SkippedEntry, SkipReason } from '@freezer/core';

/** What an index holds, each path counted once. */
export interface IndexCounts {
  /** Lines, without the first and the last. */
  readonly lines: number;
  /** Regular files. */
  readonly files: number;
  readonly directories: number;
  /** Symbolic and hard links. */
  readonly links: number;
  /** FIFOs, devices, sockets. */
  readonly others: number;
  readonly deleted: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  /** Apparent bytes of what is held. */
  readonly bytes: number;
  /** The first skipped entries in the order of the index, at most 100. */
  readonly firstSkipped: readonly SkippedEntry[];
}

const MAX_FIRST_SKIPPED = 100;

/** Adds up entries; one that was counted and then dropped is taken off again. */
export class IndexCounter {
  #files = 0;
  #directories = 0;
  #links = 0;
  #others = 0;
  #deleted = 0;
  #bytes = 0;
  #lines = 0;
  readonly #skipped = new Map<SkipReason, number>();
  readonly #firstSkipped: SkippedEntry[] = [];

  count(entry: IndexEntry, by: 1 | -1 = 1): void {
    this.#lines += by;
    if (entry.kind === 'deleted') this.#deleted += by;
    else if (entry.kind === 'skipped') this.#skipped.set(entry.reason, (this.#skipped.get(entry.reason) ?? 0) + by);
    else {
      this.#bytes += by * entry.size;
      if (entry.type === 'file') this.#files += by;
      else if (entry.type === 'directory') this.#directories += by;
      else if (entry.type === 'symlink' || entry.type === 'link') this.#links += by;
      else this.#others += by;
    }
  }

  get wantsSkipped(): boolean {
    return this.#firstSkipped.length < MAX_FIRST_SKIPPED;
  }

  noteSkipped(entry: SkippedEntry): void {
    if (this.wantsSkipped) this.#firstSkipped.push(entry);
  }

  result(): IndexCounts {
    return {
      lines: this.#lines,
      files: this.#files,
      directories: this.#directories,
      links: this.#links,
      others: this.#others,
      deleted: this.#deleted,
      skipped: Object.fromEntries(this.#skipped),
      bytes: this.#bytes,
      firstSkipped: [...this.#firstSkipped],
    };
  }
}
