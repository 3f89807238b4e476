import type { CallOptions } from '@freezer/core';

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** A clock that moves only when it is told to. Fits the `Clock` of core. */
export class FakeClock {
  #now: number;
  #sleepers: Sleeper[] = [];

  /** `now` in milliseconds. */
  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many calls of `sleep` are waiting. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  async sleep(milliseconds: number, { signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        wakesAt: this.#now + milliseconds,
        wake: () => {
          leave();
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort);
      this.#sleepers.push(sleeper);
    });
  }

  /** Moves on, waking who is due in the order of their times, and lets what they go on with run until the event loop turns. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#sleepers.filter(({ wakesAt }) => wakesAt <= end).toSorted((left, right) => left.wakesAt - right.wakesAt);
      if (!next) break;
      this.#now = Math.max(this.#now, next.wakesAt);
      next.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = end;
  }
}
