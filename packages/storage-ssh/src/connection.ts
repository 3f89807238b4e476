import { abortable, type CallOptions, type Logger, type RetryPolicy, retry } from '@freezer/core';
import { connect } from './connect.ts';
import type { SshStorageOptions } from './options.ts';
import type { Session } from './session.ts';

/** The one connection of a storage: made when it is first needed, and again after it was lost. */
export class Connection {
  readonly #options: SshStorageOptions;
  readonly #logger: Logger;
  readonly #policy: RetryPolicy;
  #current: Promise<Session> | undefined;
  #wasUp = false;

  /** `policy`: by which a connection that was lost is made again. */
  constructor(options: SshStorageOptions, logger: Logger, policy: RetryPolicy) {
    this.#options = options;
    this.#logger = logger;
    this.#policy = policy;
  }

  /** A session that is up. The first attempt is made once; a connection that was lost is made again with patience. */
  async session({ signal }: CallOptions = {}): Promise<Session> {
    signal?.throwIfAborted();
    // Several calls may wait for one connection: the signal of one ends its waiting, not the connecting.
    this.#current ??= this.#connect();
    return await abortable(this.#current, signal);
  }

  /** Ends the connection. The next call would make a new one. Idempotent. */
  async end(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    const session = await current?.catch(() => undefined);
    await session?.end();
  }

  async #connect(): Promise<Session> {
    const open = (): Promise<Session> => connect(this.#options, this.#logger);
    try {
      const session = this.#wasUp ? await retry('connect', open, this.#policy) : await open();
      this.#wasUp = true;
      const forget = (): void => {
        this.#current = undefined;
      };
      if (session.lost.aborted) forget();
      else session.lost.addEventListener('abort', forget, { once: true });
      return session;
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }
}
