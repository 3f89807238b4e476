import type { BytePath } from '@freezer/core';

/** Says which path was reached last; undefined where that is not known. */
export type PathReached = () => Promise<BytePath | undefined>;

/**
 * How far a run has come. Those who move data count it here, in chunks; whoever shows it looks from time to time, and nothing is called
 * for a byte or a chunk.
 */
export class Progress {
  #bytes = 0;
  #expected: number | undefined;
  #estimated = false;
  #reached: PathReached | undefined;

  /** Bytes of data that went to the storage or came from it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes in all, as far as that can be told: a number that turned out too small is none. */
  get total(): number | undefined {
    return this.#bytes > (this.#expected ?? 0) ? undefined : this.#expected;
  }

  /** Whether the total is that of an earlier backup, and not of this one. */
  get estimated(): boolean {
    return this.#estimated;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** So much is going to be moved, besides what was expected before. Undefined: not to be told. */
  expect(bytes: number | undefined, { estimated = false } = {}): void {
    if (bytes === undefined) return;
    this.#expected = (this.#expected ?? 0) + bytes;
    this.#estimated ||= estimated;
  }

  /** Whom to ask for the path from now on. */
  follow(reached: PathReached | undefined): void {
    this.#reached = reached;
  }

  /** The path that was reached last. Never rejects: no run fails because it was watched. */
  async path(): Promise<BytePath | undefined> {
    return this.#reached?.().catch(() => undefined);
  }
}
