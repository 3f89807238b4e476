import type { BytePath, RestoreProblem } from '@freezer/core';

/** More are only counted. */
const MAX_LISTED = 10_000;

/** What could not be put back, gathered during a restore. */
export class Problems {
  readonly #listed: RestoreProblem[] = [];
  #more = 0;
  #attributes = 0;
  #foreign = 0;

  add(path: BytePath, detail: string): void {
    if (this.#listed.length < MAX_LISTED) this.#listed.push({ path, detail });
    else this.#more += 1;
  }

  /** An entry has xattrs, ACLs or a label. */
  countAttributes(): void {
    this.#attributes += 1;
  }

  /** An entry belongs to somebody to whom it cannot be given. */
  countForeign(): void {
    this.#foreign += 1;
  }

  /** What is true of many entries is told once, with their number. */
  all(): readonly RestoreProblem[] {
    const told = [
      [this.#attributes, 'entries have extended attributes, ACLs or labels, which are not restored without GNU tar'],
      [this.#foreign, 'entries belong to other users: only root can give files away, so they are now yours'],
      [this.#more, 'more problems are not listed'],
    ] as const;
    return [...this.#listed, ...told.filter(([count]) => count > 0).map(([count, detail]) => ({ path: '.', detail: `${count} ${detail}` }))];
  }
}
