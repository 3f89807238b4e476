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
  type StorageKey,
  type StorageRemains,
} from '@freezer/core';

interface Kept {
  readonly bytes: Buffer;
  readonly modifiedAt: number;
}

/** What several memory storages share when they are "the same place", as seen by several runs. */
export interface MemoryPlace {
  readonly objects: Map<StorageKey, Kept>;
  /** Unfinished writes of dead runs: run id to the bytes of its owner. A test puts them in. */
  readonly remains: Map<string, { owner: Uint8Array | undefined; modifiedAt: number }>;
}

/** A place that is empty. */
export const createMemoryPlace = (): MemoryPlace => ({ objects: new Map(), remains: new Map() });

const CHUNK_BYTES = 65_536;

/** Keeps objects in memory; promises all that a storage can promise. */
export class MemoryStorage implements Storage {
  readonly kind = 'memory';
  readonly label = 'memory:';
  readonly capabilities: StorageCapabilities = { atomicPut: true, exclusivePut: true, rangeRead: true, usage: false };
  readonly remains: StorageRemains;
  /** For a look behind the contract. */
  readonly place: MemoryPlace;

  constructor(place: MemoryPlace = createMemoryPlace(), runId = 'memory-run') {
    this.place = place;
    this.remains = memoryRemains(place, runId);
  }

  async prepare({ signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
  }

  async put(key: StorageKey, body: ByteStream, { ifAbsent = false, signal }: PutOptions = {}): Promise<ObjectInfo> {
    checkKey('put', key);
    signal?.throwIfAborted();
    const chunks: Buffer[] = [];
    for await (const chunk of body) {
      signal?.throwIfAborted();
      chunks.push(Buffer.from(chunk));
    }
    signal?.throwIfAborted();
    if (ifAbsent && this.place.objects.has(key)) throw new FreezerError('already_exists', `memory storage: put of '${key}' failed: it exists already`);
    const kept = { bytes: Buffer.concat(chunks), modifiedAt: Date.now() };
    this.place.objects.set(key, kept);
    return infoOf(key, kept);
  }

  async *get(key: StorageKey, { range, signal }: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    checkKey('get', key);
    signal?.throwIfAborted();
    const kept = this.place.objects.get(key);
    if (!kept) throw new FreezerError('not_found', `memory storage: get of '${key}' failed: no such object`);
    const size = kept.bytes.length;
    if (range && range.offset > size)
      throw new FreezerError('range_not_satisfied', `memory storage: get of '${key}' failed: nothing at ${range.offset}, it has ${size} bytes`);
    const end = range ? Math.min(size, range.offset + range.length) : size;
    for (let position = range?.offset ?? 0; position < end; position += CHUNK_BYTES) {
      signal?.throwIfAborted();
      yield Buffer.from(kept.bytes.subarray(position, Math.min(end, position + CHUNK_BYTES)));
    }
  }

  async stat(key: StorageKey, { signal }: CallOptions = {}): Promise<ObjectInfo | undefined> {
    checkKey('stat', key);
    signal?.throwIfAborted();
    const kept = this.place.objects.get(key);
    return kept && infoOf(key, kept);
  }

  async *list(prefix: StorageKey, { signal }: CallOptions = {}): AsyncGenerator<ObjectInfo> {
    for (const [key, kept] of [...this.place.objects]) {
      signal?.throwIfAborted();
      if (restBelow(prefix, key) !== undefined && this.place.objects.has(key)) yield infoOf(key, kept);
    }
  }

  async *children(prefix: StorageKey, { signal }: CallOptions = {}): AsyncGenerator<StorageChild> {
    const folders = new Map<string, boolean>();
    for (const key of this.place.objects.keys()) {
      const [name, ...rest] = restBelow(prefix, key)?.split('/') ?? [];
      if (name !== undefined) folders.set(name, rest.length > 0);
    }
    for (const [name, isFolder] of folders) {
      signal?.throwIfAborted();
      yield { name, isFolder };
    }
  }

  async remove(key: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    checkKey('remove', key);
    signal?.throwIfAborted();
    this.place.objects.delete(key);
  }

  async removeTree(prefix: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    for (const key of [...this.place.objects.keys()]) if (restBelow(prefix, key) !== undefined) this.place.objects.delete(key);
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const infoOf = (key: StorageKey, { bytes, modifiedAt }: Kept): ObjectInfo => ({ key, size: bytes.length, modifiedAt });

/** The part of a key below a prefix; undefined when it lies elsewhere. */
const restBelow = (prefix: StorageKey, key: StorageKey): string | undefined => {
  if (prefix === '') return key;
  return key.startsWith(`${prefix}/`) ? key.slice(prefix.length + 1) : undefined;
};

function checkKey(operation: string, key: StorageKey): void {
  if (!key.includes('\0') && key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..' && segment !== '.freezer-tmp')) return;
  throw new FreezerError(
    'invalid',
    `memory storage: ${operation} failed: '${key}' is no key: it must be relative, without empty, '.', '..' or '.freezer-tmp' segments`,
  );
}

const memoryRemains = ({ remains }: MemoryPlace, own: string): StorageRemains => ({
  refresh: async (owner) => {
    if (remains.has(own)) remains.set(own, { owner, modifiedAt: Date.now() });
  },
  list: async function* () {
    for (const [runId, found] of [...remains]) if (runId !== own) yield { runId, ...found };
  },
  remove: async (runId) => {
    remains.delete(runId);
  },
});
