import type { ByteStream, CallOptions } from '../bytes.ts';
import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ByteRange, ObjectInfo, PutOptions, Storage, StorageChild, StorageKey } from '../storage.ts';
import { counted } from '../streams.ts';
import { StorageWrapper } from './storage-wrapper.ts';

/** Fields that are known only when a call has ended. */
interface Tally {
  bytes?: number;
  items?: number;
}

/** Says each call at level debug when it ends: key, milliseconds, bytes or items, and the reason when it failed. */
export class LoggingStorage extends StorageWrapper {
  readonly #logger: Logger;
  readonly #clock: Clock;

  constructor(inner: Storage, options: { readonly logger: Logger; readonly clock?: Clock }) {
    super(inner);
    this.#logger = options.logger;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  override prepare(options?: CallOptions): Promise<void> {
    return this.#call('prepare', '', () => this.inner.prepare(options));
  }

  override put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo> {
    return this.#call('put', key, (tally) => {
      tally.bytes = 0;
      return this.inner.put(
        key,
        counted(body, (bytes) => (tally.bytes = (tally.bytes ?? 0) + bytes)),
        options,
      );
    });
  }

  override get(key: StorageKey, options?: CallOptions & { readonly range?: ByteRange }): ByteStream {
    return this.#items('get', key, this.inner.get(key, options), (tally, chunk) => (tally.bytes = (tally.bytes ?? 0) + chunk.length));
  }

  override stat(key: StorageKey, options?: CallOptions): Promise<ObjectInfo | undefined> {
    return this.#call('stat', key, () => this.inner.stat(key, options));
  }

  override list(prefix: StorageKey, options?: CallOptions): AsyncIterable<ObjectInfo> {
    return this.#items('list', prefix, this.inner.list(prefix, options), (tally) => (tally.items = (tally.items ?? 0) + 1));
  }

  override children(prefix: StorageKey, options?: CallOptions): AsyncIterable<StorageChild> {
    return this.#items('children', prefix, this.inner.children(prefix, options), (tally) => (tally.items = (tally.items ?? 0) + 1));
  }

  override remove(key: StorageKey, options?: CallOptions): Promise<void> {
    return this.#call('remove', key, () => this.inner.remove(key, options));
  }

  override removeTree(prefix: StorageKey, options?: CallOptions): Promise<void> {
    return this.#call('removeTree', prefix, () => this.inner.removeTree(prefix, options));
  }

  override close(): Promise<void> {
    return this.#call('close', '', () => this.inner.close());
  }

  async #call<T>(call: string, key: string, run: (tally: Tally) => Promise<T>): Promise<T> {
    const startedAt = this.#clock.now();
    const tally: Tally = {};
    try {
      const result = await run(tally);
      this.#say(call, key, startedAt, tally);
      return result;
    } catch (error) {
      this.#say(call, key, startedAt, { ...tally, error: messageOf(error) });
      throw error;
    }
  }

  async *#items<T>(call: string, key: string, source: AsyncIterable<T>, add: (tally: Tally, item: T) => void): AsyncGenerator<T, void, undefined> {
    const startedAt = this.#clock.now();
    const tally: Tally & { error?: string } = {};
    try {
      for await (const item of source) {
        add(tally, item);
        yield item;
      }
    } catch (error) {
      tally.error = messageOf(error);
      throw error;
    } finally {
      this.#say(call, key, startedAt, tally);
    }
  }

  #say(call: string, key: string, startedAt: number, fields: object): void {
    this.#logger.debug({ storage: this.label, call, key, milliseconds: Math.round(this.#clock.now() - startedAt), ...fields }, 'storage call');
  }
}
