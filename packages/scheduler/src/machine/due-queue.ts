import type { Instant } from '../triggers/trigger.ts';

interface Entry {
  readonly at: Instant;
  readonly jobId: string;
  /** Of those that are due at the same time the one that was there first comes first. */
  readonly order: number;
}

/** Which job is due first. A binary heap, in which entries that do not hold any more are passed over when they come up. */
export class DueQueue {
  readonly #entries: Entry[] = [];
  readonly #times = new Map<string, Instant>();
  #count = 0;

  /** `null`: the job is due at no time. */
  set(jobId: string, at: Instant | null): void {
    if (at === null) {
      this.#times.delete(jobId);
      return;
    }
    if (this.#times.get(jobId) === at) return;
    this.#times.set(jobId, at);
    this.#count += 1;
    this.#entries.push({ at, jobId, order: this.#count });
    this.#rise(this.#entries.length - 1);
  }

  /** When the next job is due. */
  peek(): Instant | undefined {
    return this.#top()?.at;
  }

  /** A job that is due by `now`, and takes it out. */
  take(now: Instant): string | undefined {
    const top = this.#top();
    if (!top || top.at > now) return undefined;
    this.#times.delete(top.jobId);
    this.#drop();
    return top.jobId;
  }

  #top(): Entry | undefined {
    for (;;) {
      const [top] = this.#entries;
      if (!top || this.#times.get(top.jobId) === top.at) return top;
      this.#drop();
    }
  }

  #drop(): void {
    const last = this.#entries.pop();
    if (last === undefined || this.#entries.length === 0) return;
    this.#entries[0] = last;
    this.#sink();
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = this.#isBefore(right, left) ? right : left;
      if (!this.#swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [first, second] = [this.#entries[one], this.#entries[other]];
    if (!first || !second) return first !== undefined;
    return first.at === second.at ? first.order < second.order : first.at < second.at;
  }

  #swapIfEarlier(lower: number, upper: number): boolean {
    const [below, above] = [this.#entries[lower], this.#entries[upper]];
    if (!below || !above || !this.#isBefore(lower, upper)) return false;
    this.#entries[lower] = above;
    this.#entries[upper] = below;
    return true;
  }
}
