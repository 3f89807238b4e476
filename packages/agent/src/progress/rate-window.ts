const WINDOW_MS = 10_000;
/** Two looks that are nearer to each other count as one, so that the window holds a few dozen of them at most. */
const APART_MS = 200;

interface Look {
  readonly at: number;
  readonly bytes: number;
}

/** Bytes per second over the last ten seconds, from looks at a counter. */
export class RateWindow {
  readonly #looks: Look[] = [];

  /** Bytes per second up to this look; undefined with the first. `at` in milliseconds. */
  rate(at: number, bytes: number): number | undefined {
    // The one before the window stays: it is where the window begins.
    while ((this.#looks[1]?.at ?? Number.POSITIVE_INFINITY) <= at - WINDOW_MS) this.#looks.shift();
    const first = this.#looks[0];
    if (at - (this.#looks.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= APART_MS) this.#looks.push({ at, bytes });
    return first === undefined || at <= first.at ? undefined : ((bytes - first.bytes) / (at - first.at)) * 1000;
  }
}
