import { type ByteStream, type CallOptions, FreezerError, type ObjectInfo, type PutOptions, type Storage, type StorageChild, type StorageRemains } from '@freezer/core';

interface SteppedOptions {
  /** Whether `removeTree` is one rename, or removes object by object, the least name first. */
  readonly treesAtOnce?: boolean;
  readonly exclusivePut?: boolean;
}

interface StoredBytes {
  readonly bytes: Buffer;
  readonly modifiedAt: number;
}

/**
 * A storage in memory that can be stopped between any two of its changes, as the machine of a run can, and in which any single call can be made
 * to fail. Says in which order it was changed.
 */
export class SteppedStorage implements Storage {
  readonly kind = 'stepped';
  readonly label = 'stepped:test';
  readonly capabilities;
  remains?: StorageRemains;
  readonly objects = new Map<string, StoredBytes>();
  /** Empty folders, as a run of Python Freezer leaves and makes them. */
  readonly folders = new Set<string>();
  /** Each change: `put KEY`, `remove KEY`. */
  readonly journal: string[] = [];
  /** After so many more changes nothing works any more. */
  stopAfter = Number.POSITIVE_INFINITY;
  /** The call that fails, counted from 0 at `calls`. */
  failAt = -1;
  calls = 0;
  /** Milliseconds. */
  now = 1_795_000_000_000;
  /** Runs before each call: for what others do meanwhile. */
  before: (call: string) => Promise<void> | void = () => undefined;
  readonly #treesAtOnce: boolean;

  constructor({ treesAtOnce = true, exclusivePut = true }: SteppedOptions = {}) {
    this.#treesAtOnce = treesAtOnce;
    this.capabilities = { atomicPut: true, exclusivePut, rangeRead: true, usage: false };
  }

  async #called(call: string): Promise<void> {
    await this.before(call);
    if (this.stopAfter <= 0) throw new FreezerError('unavailable', `${call}: stopped`);
    if (this.calls++ === this.failAt) throw new FreezerError('unavailable', `${call}: failed`);
  }

  #changed(change: string): void {
    if (this.stopAfter <= 0) throw new FreezerError('unavailable', `${change}: stopped`);
    this.stopAfter -= 1;
    this.journal.push(change);
  }

  async prepare(): Promise<void> {
    await this.#called('prepare');
  }

  async put(key: string, body: ByteStream, { ifAbsent = false }: PutOptions = {}): Promise<ObjectInfo> {
    await this.#called(`put ${key}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    if (ifAbsent && this.capabilities.exclusivePut && this.objects.has(key)) throw new FreezerError('already_exists', `put ${key}: exists`);
    this.#changed(`put ${key}`);
    const stored = { bytes: Buffer.concat(chunks), modifiedAt: this.now };
    this.objects.set(key, stored);
    return { key, size: stored.bytes.length, modifiedAt: stored.modifiedAt };
  }

  async *get(key: string): ByteStream {
    await this.#called(`get ${key}`);
    const found = this.objects.get(key);
    if (!found) throw new FreezerError('not_found', `get ${key}: there is no such object`);
    if (found.bytes.length > 0) yield found.bytes;
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    await this.#called(`stat ${key}`);
    const found = this.objects.get(key);
    return found && { key, size: found.bytes.length, modifiedAt: found.modifiedAt };
  }

  async *list(prefix: string, _options?: CallOptions): AsyncGenerator<ObjectInfo> {
    await this.#called(`list ${prefix}`);
    for (const key of this.#keysBelow(prefix)) {
      const found = this.objects.get(key);
      if (found) yield { key, size: found.bytes.length, modifiedAt: found.modifiedAt };
    }
  }

  async *children(prefix: string): AsyncGenerator<StorageChild> {
    await this.#called(`children ${prefix}`);
    const names = new Map<string, boolean>();
    for (const key of [...this.#keysBelow(prefix), ...[...this.folders].filter((folder) => folder.startsWith(`${prefix}/`)).map((folder) => `${folder}/`)]) {
      const [name = '', ...rest] = key.slice(prefix.length + 1).split('/');
      names.set(name, rest.length > 0);
    }
    for (const [name, isFolder] of names) yield { name, isFolder };
  }

  async remove(key: string): Promise<void> {
    await this.#called(`remove ${key}`);
    if (!this.objects.has(key)) return;
    this.#changed(`remove ${key}`);
    this.objects.delete(key);
  }

  async removeTree(prefix: string): Promise<void> {
    await this.#called(`removeTree ${prefix}`);
    const keys = this.#keysBelow(prefix);
    if (keys.length === 0) return;
    if (this.#treesAtOnce) this.#changed(`removeTree ${prefix}`);
    for (const key of keys) {
      if (!this.#treesAtOnce) this.#changed(`remove ${key}`);
      this.objects.delete(key);
    }
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #keysBelow(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => prefix === '' || key.startsWith(`${prefix}/`)).toSorted();
  }

  /** Puts an object there without anybody noticing. */
  place(key: string, bytes: Uint8Array | string): void {
    this.objects.set(key, { bytes: Buffer.from(bytes), modifiedAt: this.now });
  }

  /** What is there: key and bytes. */
  snapshot(): Record<string, string> {
    return Object.fromEntries([...this.objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, { bytes }]) => [key, bytes.toString('latin1')]));
  }
}
