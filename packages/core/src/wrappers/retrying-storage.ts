import type { ByteStream, CallOptions } from '../bytes.ts';
import { FreezerError } from '../errors.ts';
import { Backoff, type RetryPolicy, retry } from '../retry.ts';
import type { ByteRange, ObjectInfo, PutOptions, Storage, StorageChild, StorageKey } from '../storage.ts';
import { StorageWrapper } from './storage-wrapper.ts';

/** So many names of one listing are remembered: about 20 MB. */
const REMEMBERED_NAMES = 100_000;

type GetOptions = CallOptions & { readonly range?: ByteRange };

/**
 * Makes calls again that failed for a passing reason. A whole `put` is never made again, since its body can be read once;
 * storages retry the parts that they hold. `get` goes on behind the last byte that it gave where `rangeRead` holds, else only before its first byte;
 * a listing is made again without what it gave, as long as that is not too much to remember.
 */
export class RetryingStorage extends StorageWrapper {
  readonly #policy: RetryPolicy;

  constructor(inner: Storage, policy: RetryPolicy = {}) {
    super(inner);
    this.#policy = policy;
  }

  override async put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    const info = await this.inner.put(key, body, options);
    this.#policy.outage?.end();
    return info;
  }

  override prepare(options: CallOptions = {}): Promise<void> {
    return retry(`prepare ${this.label}`, () => this.inner.prepare(options), { ...this.#policy, ...options });
  }

  override stat(key: StorageKey, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    return retry(`stat ${key}`, () => this.inner.stat(key, options), { ...this.#policy, ...options });
  }

  override remove(key: StorageKey, options: CallOptions = {}): Promise<void> {
    return retry(`remove ${key}`, () => this.inner.remove(key, options), { ...this.#policy, ...options });
  }

  override removeTree(prefix: StorageKey, options: CallOptions = {}): Promise<void> {
    return retry(`remove all of ${prefix}`, () => this.inner.removeTree(prefix, options), { ...this.#policy, ...options });
  }

  override list(prefix: StorageKey, options: CallOptions = {}): AsyncIterable<ObjectInfo> {
    const open = (): AsyncIterable<ObjectInfo> => this.inner.list(prefix, options);
    return this.#listing(`list ${prefix}`, open, ({ key }) => key, options);
  }

  override children(prefix: StorageKey, options: CallOptions = {}): AsyncIterable<StorageChild> {
    const open = (): AsyncIterable<StorageChild> => this.inner.children(prefix, options);
    // An object and a folder may have one name.
    return this.#listing(`list names of ${prefix}`, open, ({ name, isFolder }) => (isFolder ? `${name}/` : name), options);
  }

  override get(key: StorageKey, options: GetOptions = {}): ByteStream {
    return this.capabilities.rangeRead ? this.#resuming(key, options) : this.#fromTheStart(key, options);
  }

  async *#listing<T>(what: string, open: () => AsyncIterable<T>, nameOf: (item: T) => string, options: CallOptions): AsyncGenerator<T, void, undefined> {
    const backoff = new Backoff(what, this.#policy);
    const given = new Set<string>();
    for (;;) {
      try {
        for await (const item of open()) {
          if (given.has(nameOf(item))) continue;
          if (given.size <= REMEMBERED_NAMES) given.add(nameOf(item));
          backoff.reset();
          yield item;
        }
        backoff.reset();
        return;
      } catch (error) {
        if (given.size > REMEMBERED_NAMES) throw error;
        await backoff.pause(error, options);
      }
    }
  }

  async *#fromTheStart(key: StorageKey, options: GetOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const backoff = new Backoff(`get ${key}`, this.#policy);
    for (let begun = false; ; ) {
      try {
        for await (const chunk of this.inner.get(key, options)) {
          begun = true;
          yield chunk;
        }
        backoff.reset();
        return;
      } catch (error) {
        if (begun) throw error;
        await backoff.pause(error, options);
      }
    }
  }

  async *#resuming(key: StorageKey, options: GetOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const backoff = new Backoff(`get ${key}`, this.#policy);
    const start = options.range?.offset ?? 0;
    let given = 0;
    for (let range = options.range; ; ) {
      try {
        for await (const chunk of this.inner.get(key, range ? { ...options, range } : options)) {
          backoff.reset();
          given += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        await backoff.pause(error, options);
      }
      if (given === 0) continue;
      const end = await this.#endOf(key, options);
      if (start + given >= end) return;
      range = { offset: start + given, length: end - start - given };
    }
  }

  /** Where the bytes that were asked for end: the length of a range has to be known in order to go on. */
  async #endOf(key: StorageKey, options: GetOptions): Promise<number> {
    const info = await this.stat(key, options.signal ? { signal: options.signal } : {});
    if (info === undefined) throw new FreezerError('not_found', `get ${key}: was removed from ${this.label} while it was read`);
    return options.range ? Math.min(info.size, options.range.offset + options.range.length) : info.size;
  }
}
