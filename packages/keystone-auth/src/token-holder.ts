import { setTimeout as pause } from 'node:timers/promises';
import type { IssuedToken } from './identity-client.ts';
import { KeystoneError } from './keystone-error.ts';
import { SharedCall } from './shared-call.ts';

// After a renewal that failed while the old token is good, the next attempt waits.
const PAUSE_SECONDS = 10;

// Keystone counts revocations in seconds (some of its databases round them up): a token of the same second is revoked with the old one.
const AFTER_REJECTION_MS = 1500;

interface Held {
  readonly token: IssuedToken;
  /** By our own clock, in epoch seconds. */
  readonly expiresAt: number;
  readonly renewAt: number;
}

export interface TokenHolderOptions {
  readonly issue: (signal: AbortSignal) => Promise<IssuedToken>;
  readonly renewBeforeSeconds: number;
  readonly now: () => number;
  readonly onWarning: (text: string) => void;
}

/** Keeps one token and renews it: before it ends, or when a service rejected it. All who ask at once share one renewal. */
export class TokenHolder {
  readonly #options: TokenHolderOptions;
  readonly #renewal = new SharedCall<Held>();
  #held: Held | undefined;
  #isRejected = false;
  #rejections = 0;
  #pausedUntil = 0;

  constructor(options: TokenHolderOptions) {
    this.#options = options;
  }

  async current(signal?: AbortSignal): Promise<IssuedToken> {
    signal?.throwIfAborted();
    const held = this.#held;
    const now = this.#options.now();
    if (held === undefined) return (await this.#renew(signal)).token;
    if (now < Math.max(held.renewAt, Math.min(this.#pausedUntil, held.expiresAt))) return held.token;
    try {
      return (await this.#renew(signal)).token;
    } catch (error) {
      // It may be rejected while we ask, hence the second look.
      if (this.#held !== held || this.#options.now() >= held.expiresAt || !KeystoneError.is(error) || !error.retryable) throw error;
      this.#pausedUntil = this.#options.now() + PAUSE_SECONDS;
      this.#options.onWarning(`the token could not be renewed before its end: ${error.message}`);
      return held.token;
    }
  }

  /** A token other than `rejected`; the one that somebody else renewed meanwhile, if there is one. */
  async replace(rejected: string, signal?: AbortSignal): Promise<IssuedToken> {
    signal?.throwIfAborted();
    if (this.#held?.token.value.reveal() === rejected) {
      this.#held = undefined;
      this.#isRejected = true;
      this.#rejections += 1;
      // A renewal that runs already began before this: what it brings may be revoked with the old one.
      this.#renewal.leave();
    }
    return this.current(signal);
  }

  forget(): void {
    this.#held = undefined;
  }

  #renew(signal?: AbortSignal): Promise<Held> {
    return this.#renewal.run(async (shared) => {
      const rejections = this.#rejections;
      if (this.#isRejected) await pause(AFTER_REJECTION_MS, undefined, { signal: shared });
      this.#isRejected = false;
      const held = this.#hold(await this.#options.issue(shared));
      if (rejections === this.#rejections) this.#held = held;
      return held;
    }, signal);
  }

  // The life of a token is the difference of two times of Keystone's clock: ours may go wrong by hours.
  #hold(token: IssuedToken): Held {
    const now = this.#options.now();
    const { issuedAt, expiresAt } = token.identity;
    const life = Math.max(0, issuedAt === undefined ? expiresAt - now : expiresAt - issuedAt);
    return { token, expiresAt: now + life, renewAt: now + life - Math.min(this.#options.renewBeforeSeconds, life / 2) };
  }
}
