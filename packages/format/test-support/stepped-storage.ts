import {
  type ByteRange,
  type ByteStream,
  type CallOptions,
  FreezerError,
  type ObjectInfo,
  type PutOptions,
  type Storage,
  type StorageCapabilities,
  type StorageChild,
  type StorageRemains,
} from '@freezer/core';
import { createMemoryPlace, type MemoryPlace, MemoryStorage } from '@freezer/testing';

interface SteppedOptions {
  /** Whether `removeTree` is one rename, or removes object by object, the least name first. */
  readonly treesAtOnce?: boolean;
  readonly exclusivePut?: boolean;
}

/**
 * A storage in memory that can be stopped between any two of its changes, as the machine of a run can, and in which any single call can be made
 * to fail. Says in which order it was changed.
 */
export class SteppedStorage implements Storage {
  readonly kind = 'stepped';
  readonly label = 'stepped:test';
  readonly capabilities: StorageCapabilities;
  readonly place: MemoryPlace = createMemoryPlace();
  readonly #inner = new MemoryStorage(this.place, 'self');
  readonly remains: StorageRemains = this.#inner.remains;
  readonly objects = this.place.objects;
  /** Empty folders, as a run of Python Freezer makes them. */
  readonly folders = new Set<string>();
  /** Each change: `put KEY`, `remove KEY`, `removeTree PREFIX`. */
  readonly journal: string[] = [];
  /** After so many more changes nothing works any more. */
  stopAfter = Number.POSITIVE_INFINITY;
  /** The call that fails, counted by `calls`. */
  failAt = -1;
  calls = 0;
  /** Runs before each call: for what others do meanwhile. */
  before: (call: string) => Promise<void> | void = () => undefined;
  readonly #treesAtOnce: boolean;

  constructor({ treesAtOnce = true, exclusivePut = true }: SteppedOptions = {}) {
    this.#treesAtOnce = treesAtOnce;
    this.capabilities = { ...this.#inner.capabilities, exclusivePut };
  }

  async #called(call: string): Promise<void> {
    await this.before(call);
    if (this.stopAfter <= 0) throw new FreezerError('unavailable', `${call}: stopped`);
    if (this.calls++ === this.failAt) throw new FreezerError('unavailable', `${call}: failed`);
  }

  async #change<Result>(change: string, make: () => Promise<Result>): Promise<Result> {
    if (this.stopAfter <= 0) throw new FreezerError('unavailable', `${change}: stopped`);
    this.stopAfter -= 1;
    const result = await make();
    this.journal.push(change);
    return result;
  }

  async prepare(options?: CallOptions): Promise<void> {
    await this.#called('prepare');
    await this.#inner.prepare(options);
  }

  async put(key: string, body: ByteStream, { ifAbsent = false, ...options }: PutOptions = {}): Promise<ObjectInfo> {
    await this.#called(`put ${key}`);
    return this.#change(`put ${key}`, () => this.#inner.put(key, body, { ...options, ifAbsent: ifAbsent && this.capabilities.exclusivePut }));
  }

  async *get(key: string, options?: CallOptions & { readonly range?: ByteRange }): ByteStream {
    await this.#called(`get ${key}`);
    yield* this.#inner.get(key, options);
  }

  async stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined> {
    await this.#called(`stat ${key}`);
    return this.#inner.stat(key, options);
  }

  async *list(prefix: string, options?: CallOptions): AsyncGenerator<ObjectInfo> {
    await this.#called(`list ${prefix}`);
    yield* this.#inner.list(prefix, options);
  }

  async *children(prefix: string, options?: CallOptions): AsyncGenerator<StorageChild> {
    await this.#called(`children ${prefix}`);
    yield* this.#inner.children(prefix, options);
    for (const folder of this.folders) if (folder.startsWith(`${prefix}/`)) yield { name: folder.slice(prefix.length + 1).split('/')[0] ?? '', isFolder: true };
  }

  async remove(key: string, options?: CallOptions): Promise<void> {
    await this.#called(`remove ${key}`);
    if (this.objects.has(key)) await this.#change(`remove ${key}`, () => this.#inner.remove(key, options));
  }

  async removeTree(prefix: string, options?: CallOptions): Promise<void> {
    await this.#called(`removeTree ${prefix}`);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(`${prefix}/`)).toSorted();
    if (this.#treesAtOnce && keys.length > 0) await this.#change(`removeTree ${prefix}`, () => this.#inner.removeTree(prefix, options));
    else for (const key of keys) await this.#change(`remove ${key}`, () => this.#inner.remove(key, options));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Puts an object there without anybody noticing. `modifiedAt` is in milliseconds. */
  keep(key: string, bytes: Uint8Array | string, modifiedAt = Date.now()): void {
    this.objects.set(key, { bytes: Buffer.from(bytes), modifiedAt });
  }

  /** What is there: key and bytes. */
  snapshot(): Record<string, string> {
    return Object.fromEntries([...this.objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, { bytes }]) => [key, bytes.toString('latin1')]));
  }
}
