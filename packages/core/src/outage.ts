import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { FreezerError } from './errors.ts';

/** A server that is started anew is back before that. */
const PATIENCE_MS = 45_000;
/** Who sent bytes for so long before it failed had somebody to send them to. */
const SERVED_MS = 10_000;

/**
 * How long a server has failed already, as all calls to it see it together. Each call has patience of its own; without this, calls within calls
 * multiply it, and what is cleared up after a failure waits as long again, call by call.
 */
export class Outage {
  readonly #clock: Clock;
  #since: number | undefined;

  constructor({ clock = SYSTEM_CLOCK }: { readonly clock?: Clock | undefined } = {}) {
    this.#clock = clock;
  }

  /** Whether nothing has gone well for 45 s. A call is still made then, once. */
  get isHopeless(): boolean {
    return this.#since !== undefined && this.#clock.now() - this.#since >= PATIENCE_MS;
  }

  /** A call failed. A server that asks for fewer requests, or says when to come again, is no dead one. */
  note({ code, details }: FreezerError): void {
    if (code === 'rate_limited' || Number(details['retry_after_seconds'] ?? 0) > 0) this.end();
    else this.#since ??= this.#clock.now();
  }

  /**
   * One attempt of a call that moves many bytes. The time that it took is none of an outage when the server took them, even when it breaks off in the end:
   * else a part that takes a minute would be given up at its second failure. Silence is no such proof (`isSilence`; by default the code `timeout`).
   */
  async transfer<Result>(
    attempt: () => Promise<Result>,
    isSilence: (error: unknown) => boolean = (error) => FreezerError.is(error, 'timeout'),
  ): Promise<Result> {
    const begun = this.#clock.now();
    try {
      return await attempt();
    } catch (error) {
      if (!isSilence(error) && this.#clock.now() - begun >= SERVED_MS) this.end();
      throw error;
    }
  }

  /** A call went well, or was answered. */
  end(): void {
    this.#since = undefined;
  }
}
