import { abortable, type CallOptions, FreezerError, type RetryPolicy, retry } from '@freezer/core';
import { type Credentials, connect } from './connect.ts';
import type { FtpStorageOptions } from './options.ts';
import type { Session } from './session.ts';

/** FTP does one thing at a time on a connection. Servers often allow a handful from one host. */
const MOST = 6;
/** So many are kept for the next call. */
const KEPT = 3;
/** One that was not used for so long is asked whether it is still there. */
const STALE_MS = 5000;
const ASK_MS = 5000;

/** The connections of a storage: made when they are needed, used again, and no more than servers like. */
export class Connections {
  readonly #options: FtpStorageOptions;
  readonly #credentials: Credentials;
  readonly #policy: RetryPolicy;
  readonly #idle: Session[] = [];
  readonly #taken = new Set<Session>();
  readonly #waiters: (() => void)[] = [];
  #most = MOST;
  #open = 0;
  #wasUp = false;
  #isEnded = false;

  /** `policy`: by which a connection that was lost is made again. */
  constructor(options: FtpStorageOptions, credentials: Credentials, policy: RetryPolicy) {
    this.#options = options;
    this.#credentials = credentials;
    this.#policy = policy;
  }

  /** Uses a connection for one call. An abort ends it at once, and the connection with it. */
  async use<Result>(options: CallOptions, call: (session: Session) => Promise<Result>): Promise<Result> {
    const session = await this.take(options);
    try {
      return await abortable(call(session), options.signal);
    } finally {
      this.give(session);
    }
  }

  /**
   * A connection that is up, for the caller alone, until it is given back. `isStream`: it is held for as long as a reader likes, so it does not wait
   * for others: they might wait for the same reader.
   */
  async take({ signal }: CallOptions, { isStream = false }: { readonly isStream?: boolean } = {}): Promise<Session> {
    for (;;) {
      signal?.throwIfAborted();
      const idle = await this.#fromIdle();
      if (idle) return idle;
      if (isStream || this.#open < this.#most) {
        const made = await this.#make(signal);
        if (made) return made;
      }
      await this.#turn(signal);
    }
  }

  /** One attempt of a call that moves many bytes, see `Outage.transfer`. */
  async transfer<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const { outage } = this.#policy;
    return outage ? await outage.transfer(attempt) : await attempt();
  }

  /** Gives it back. One that is in the middle of something is ended. */
  give(session: Session): void {
    if (!this.#taken.delete(session)) return;
    if (session.isUsable && this.#idle.length < KEPT && !this.#isEnded) this.#idle.push(session);
    else this.#drop(session);
    this.#waiters.shift()?.();
  }

  /** Ends all. Idempotent. */
  end(): void {
    this.#isEnded = true;
    for (const session of [...this.#idle.splice(0), ...this.#taken]) session.end();
  }

  #drop(session: Session): void {
    this.#open -= 1;
    session.end();
  }

  async #fromIdle(): Promise<Session | undefined> {
    for (let session = this.#idle.pop(); session; session = this.#idle.pop()) {
      if (session.isUsable && (performance.now() - session.usedAt < STALE_MS || (await isThere(session)))) {
        this.#taken.add(session);
        return session;
      }
      this.#drop(session);
    }
    return undefined;
  }

  /** Undefined when the server takes no more, and there are others to wait for. */
  async #make(signal: AbortSignal | undefined): Promise<Session | undefined> {
    this.#open += 1;
    const made = this.#connect();
    try {
      const session = await abortable(made, signal);
      this.#wasUp = true;
      this.#taken.add(session);
      return session;
    } catch (error) {
      this.#open -= 1;
      // A call that was stopped does not wait for the connection; it is not kept.
      made.then((session) => session.end()).catch(() => undefined);
      if (this.#open > 0 && FreezerError.is(error, 'unavailable') && error.details['reply'] === 421) {
        this.#most = Math.max(1, Math.min(this.#most, this.#open));
        return undefined;
      }
      this.#waiters.shift()?.();
      throw error;
    }
  }

  /** The first is tried once; what was lost is made again with patience. */
  async #connect(): Promise<Session> {
    const open = (): Promise<Session> => connect(this.#options, this.#credentials);
    return this.#wasUp && this.#open === 1 ? await retry('connect', open, this.#policy) : await open();
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    let wake = (): void => undefined;
    const turn = new Promise<void>((resolve) => {
      wake = resolve;
      this.#waiters.push(wake);
    });
    try {
      await abortable(turn, signal);
    } catch (error) {
      const index = this.#waiters.indexOf(wake);
      if (index >= 0) this.#waiters.splice(index, 1);
      // It was its turn already: the next one has it.
      else this.#waiters.shift()?.();
      throw error;
    }
  }
}

async function isThere(session: Session): Promise<boolean> {
  try {
    await abortable(session.send('NOOP'), AbortSignal.timeout(ASK_MS));
    return true;
  } catch {
    return false;
  }
}
