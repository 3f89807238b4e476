import type { CallOptions } from './bytes.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { FreezerError, messageOf } from './errors.ts';
import { type Logger, SILENT } from './logger.ts';
import type { Outage } from './outage.ts';

/** A server may ask for so much patience at most. */
const LONGEST_ASKED_MS = 300_000;

/** How often and how long to try. */
export interface RetryPolicy {
  /** The first try counts. Default 5. */
  readonly attempts?: number;
  /** Longest wait after the first failure, doubled after each further one. Default 500. */
  readonly firstDelayMs?: number;
  /** Default 30000. */
  readonly maxDelayMs?: number;
  readonly clock?: Clock;
  /** 0 up to, not including, 1. Default Math.random. */
  readonly random?: () => number;
  readonly logger?: Logger;
  /** That of the server which is called, the same for all calls to it: once it lasts too long no call is made again, whatever `attempts` says. */
  readonly outage?: Outage;
}

/** Waits before tries: half of what is due for certain, the other half by chance, so that many clients do not come back at once. */
export class Backoff {
  readonly #policy: RetryPolicy;
  readonly #what: string;
  #failures = 0;

  /** `what` names the call in the log. */
  constructor(what: string, policy: RetryPolicy = {}) {
    this.#what = what;
    this.#policy = policy;
  }

  /** Something went well: start counting again. */
  reset(): void {
    this.#failures = 0;
    this.#policy.outage?.end();
  }

  /**
   * Resolves when the call may be made again. Rethrows `error` when it says that it is not retryable or the tries are used up,
   * and throws the signal's reason once that is aborted. `details.retry_after_seconds` of the error is waited for where it is longer.
   */
  async pause(error: unknown, options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#failures += 1;
    const { attempts = 5, firstDelayMs = 500, maxDelayMs = 30_000, clock = SYSTEM_CLOCK, random = Math.random, logger = SILENT, outage } = this.#policy;
    if (!FreezerError.is(error) || !error.retryable) throw error;
    outage?.note(error);
    if (this.#failures >= attempts || outage?.isHopeless === true) throw error;
    const due = Math.min(maxDelayMs, firstDelayMs * 2 ** (this.#failures - 1));
    const asked = Number(error.details['retry_after_seconds'] ?? 0) * 1000;
    const delayMs = Math.max(due / 2 + (due / 2) * random(), Number.isFinite(asked) ? Math.min(asked, LONGEST_ASKED_MS) : 0);
    logger.warn({ what: this.#what, attempt: this.#failures, delayMs: Math.round(delayMs), error: messageOf(error) }, 'trying again');
    await clock.sleep(delayMs, options);
  }
}

/** Makes a call again while it fails with a retryable `FreezerError`. `operation` must be harmless when made twice. */
export async function retry<T>(what: string, operation: () => Promise<T>, options: RetryPolicy & CallOptions = {}): Promise<T> {
  const backoff = new Backoff(what, options);
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const result = await operation();
      backoff.reset();
      return result;
    } catch (error) {
      await backoff.pause(error, options);
    }
  }
}
