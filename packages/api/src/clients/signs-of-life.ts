/** A sign of life is written at most so often, in seconds: the shortest silence that counts is six times as long. */
const WRITE_EVERY = 5;
const KEPT = 100_000;

/** When which scheduler gave its last sign of life, so that not each is written. */
export class SignsOfLife {
  readonly #seconds: () => number;
  readonly #noted = new Map<string, number>();

  constructor(seconds: () => number) {
    this.#seconds = seconds;
  }

  /** Whether this sign is to be written; the next ones, for some seconds, are not. */
  isDue(instance: string): boolean {
    const now = this.#seconds();
    if (now - (this.#noted.get(instance) ?? 0) < WRITE_EVERY) return false;
    if (this.#noted.size >= KEPT) this.#noted.clear();
    this.#noted.set(instance, now);
    return true;
  }
}
