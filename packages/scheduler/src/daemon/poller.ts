import { FreezerError, type Logger, messageOf } from '@freezer/core';
import type { JobSource, SourceAnswer } from '../sources/job-source.ts';
import type { Meter } from './meter.ts';

export interface PollerOptions {
  readonly source: JobSource;
  /** Before each poll: what must be done first, such as the registration. Rejects to make the poll fail; is broken off by the signal. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  readonly take: (answer: SourceAnswer, askedAt: number) => void;
  /** Seconds. */
  readonly interval: () => number;
  readonly meter: Meter;
  readonly logger: Logger;
}

/** Asks the source at every interval, and at once when that is wanted. Its polls never overlap. */
export class Poller {
  readonly #options: PollerOptions;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #again = false;
  readonly #closing = new AbortController();
  #lastError = '';
  /** What the last poll failed with. */
  lastFailure: unknown;
  /** Epoch milliseconds. */
  lastAt: number | undefined;
  lastGoodAt: number | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Why the last poll failed; '' when it did not. */
  get lastError(): string {
    return this.#lastError;
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Polls now, or once more when a poll is under way. Resolves when that is done; never rejects. */
  async now(): Promise<void> {
    if (this.#closed) return;
    if (this.#polling) {
      this.#again = true;
      return this.#polling;
    }
    clearTimeout(this.#timer);
    this.#polling = this.#run();
    await this.#polling;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#polling;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      await this.#poll();
    } while (this.#again && !this.#closed);
    this.#polling = undefined;
    if (!this.#closed) this.#timer = setTimeout(() => void this.now(), this.#options.interval() * 1000);
  }

  async #poll(): Promise<void> {
    const { source, prepare, take, meter, logger } = this.#options;
    const begun = performance.now();
    const askedAt = Date.now();
    try {
      await prepare(this.#closing.signal);
      const answer = await source.ask();
      if (this.#closed) return;
      take(answer, askedAt);
      this.lastGoodAt = Date.now();
      if (this.#lastError !== '') logger.info({}, 'jobs can be asked for again');
      this.#lastError = '';
      this.lastFailure = undefined;
      meter.poll(answer.kind === 'unchanged' ? 'unchanged' : 'success', (performance.now() - begun) / 1000);
    } catch (error) {
      if (this.#closed) return;
      const text = messageOf(error);
      this.lastFailure = error;
      meter.poll('fail', (performance.now() - begun) / 1000);
      if (FreezerError.is(error)) meter.apiError(error.code);
      // The same reason is told once, and again when it was another meanwhile.
      if (text === this.#lastError) logger.debug({ error: text }, 'Unable to get jobs');
      else logger.error({ error: text }, 'Unable to get jobs');
      this.#lastError = text;
    }
    this.lastAt = Date.now();
  }
}
