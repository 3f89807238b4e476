import type { CallOptions } from './bytes.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';

/** What may pass at once after a pause, in seconds of the rate. */
const BURST_SECONDS = 0.1;
/** A change of the rate is noticed by those who wait within this time. */
const SLICE_MS = 250;

/**
 * A limit in bytes per second that several streams may share; first come, first served.
 * Undefined, or anything that is not above 0, means no limit.
 */
export class RateLimit {
  readonly #clock: Clock;
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  #taken = 0;
  #allowed = 0;
  #updatedAt: number;

  constructor(bytesPerSecond: number | undefined, clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
    this.#updatedAt = clock.now();
    this.setRate(bytesPerSecond);
  }

  /** Infinity when there is no limit. */
  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  /** Takes effect at once, also for those who wait already. */
  setRate(bytesPerSecond: number | undefined): void {
    this.#accrue();
    this.#bytesPerSecond = bytesPerSecond !== undefined && bytesPerSecond > 0 ? bytesPerSecond : Number.POSITIVE_INFINITY;
  }

  /** Resolves when that many bytes may pass. */
  async take(bytes: number, options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#accrue();
    this.#taken += bytes;
    const turn = this.#taken;
    for (;;) {
      this.#accrue();
      const lacking = turn - this.#allowed;
      if (lacking <= 0 || this.#bytesPerSecond === Number.POSITIVE_INFINITY) return;
      await this.#clock.sleep(Math.min(Math.ceil((lacking / this.#bytesPerSecond) * 1000), SLICE_MS), options);
    }
  }

  #accrue(): void {
    const now = this.#clock.now();
    const elapsed = (now - this.#updatedAt) / 1000;
    this.#updatedAt = now;
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) this.#allowed = this.#taken;
    else this.#allowed = Math.min(this.#allowed + elapsed * this.#bytesPerSecond, this.#taken + this.#bytesPerSecond * BURST_SECONDS);
  }
}
