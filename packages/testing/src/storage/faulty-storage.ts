import type {
  ByteRange,
  ByteStream,
  CallOptions,
  ObjectInfo,
  PutOptions,
  Storage,
  StorageCapabilities,
  StorageChild,
  StorageKey,
  StorageRemains,
  UsageInfo,
} from '@freezer/core';

export type FaultyOperation = 'prepare' | 'put' | 'get' | 'stat' | 'list' | 'children' | 'remove' | 'removeTree';

/** Something that is to go wrong once. */
export interface Fault {
  readonly operation: FaultyOperation;
  /** Which of the matching calls, from 1. Default: 1. */
  readonly call?: number;
  /** Only calls whose key or prefix matches are counted. */
  readonly key?: RegExp;
  /**
   * 'before': nothing is done, the call fails; of `get` the first pull.
   * 'after': it is done, and the call fails nevertheless; of `get`, `list` and `children` at the end.
   * 'truncate': `put` stores, `get` yields only the first `bytes`, without an error.
   * 'delay': waits for `until` first.
   * 'twice': `put` writes the same again, removals are repeated, `list` and `children` yield each item twice.
   */
  readonly kind: 'before' | 'after' | 'truncate' | 'delay' | 'twice';
  /** What 'before' and 'after' fail with. Default: an Error named 'fault'. */
  readonly error?: unknown;
  /** Of 'truncate'. Default: 0. */
  readonly bytes?: number;
  /** Of 'delay'. */
  readonly until?: Promise<void>;
}

/** A storage on which planned calls go wrong. Everything else goes through. */
export class FaultyStorage implements Storage {
  readonly kind: string;
  readonly label: string;
  readonly capabilities: StorageCapabilities;
  readonly remains?: StorageRemains;
  readonly usage?: (options?: CallOptions) => AsyncIterable<UsageInfo>;
  /** Every call that was made, as 'operation key'. */
  readonly calls: string[] = [];
  readonly #inner: Storage;
  readonly #waiting: { fault: Fault; left: number }[];

  constructor(inner: Storage, faults: readonly Fault[]) {
    this.#inner = inner;
    this.kind = inner.kind;
    this.label = inner.label;
    this.capabilities = inner.capabilities;
    if (inner.remains) this.remains = inner.remains;
    if (inner.usage) this.usage = (options) => inner.usage?.(options) ?? none();
    this.#waiting = faults.map((fault) => ({ fault, left: fault.call ?? 1 }));
  }

  /** Faults whose call did not come. */
  get pending(): readonly Fault[] {
    return this.#waiting.map(({ fault }) => fault);
  }

  async prepare(options?: CallOptions): Promise<void> {
    await this.#perform('prepare', '', async () => await this.#inner.prepare(options));
  }

  async put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo> {
    const fault = this.#next('put', key);
    if (fault?.kind !== 'twice')
      return await act(fault, async () => await this.#inner.put(key, fault?.kind === 'truncate' ? cut(body, fault.bytes ?? 0) : body, options));
    const kept: Uint8Array[] = [];
    for await (const chunk of body) kept.push(chunk);
    await this.#inner.put(key, again(kept), options);
    return await this.#inner.put(key, again(kept), options);
  }

  async *get(key: StorageKey, options?: CallOptions & { readonly range?: ByteRange }): ByteStream {
    const fault = this.#next('get', key);
    const stream = this.#inner.get(key, options);
    yield* around(fault, fault?.kind === 'truncate' ? cut(stream, fault.bytes ?? 0) : stream);
  }

  async stat(key: StorageKey, options?: CallOptions): Promise<ObjectInfo | undefined> {
    return await this.#perform('stat', key, async () => await this.#inner.stat(key, options));
  }

  async *list(prefix: StorageKey, options?: CallOptions): AsyncGenerator<ObjectInfo> {
    const fault = this.#next('list', prefix);
    for await (const item of around(fault, this.#inner.list(prefix, options))) {
      yield item;
      if (fault?.kind === 'twice') yield item;
    }
  }

  async *children(prefix: StorageKey, options?: CallOptions): AsyncGenerator<StorageChild> {
    const fault = this.#next('children', prefix);
    for await (const item of around(fault, this.#inner.children(prefix, options))) {
      yield item;
      if (fault?.kind === 'twice') yield item;
    }
  }

  async remove(key: StorageKey, options?: CallOptions): Promise<void> {
    await this.#perform('remove', key, async () => await this.#inner.remove(key, options));
  }

  async removeTree(prefix: StorageKey, options?: CallOptions): Promise<void> {
    await this.#perform('removeTree', prefix, async () => await this.#inner.removeTree(prefix, options));
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #perform<Result>(operation: FaultyOperation, key: string, call: () => Promise<Result>): Promise<Result> {
    const fault = this.#next(operation, key);
    if (fault?.kind === 'twice') await call();
    return await act(fault, call);
  }

  #next(operation: FaultyOperation, key: string): Fault | undefined {
    this.calls.push(`${operation} ${key}`);
    let found: Fault | undefined;
    for (const waiting of this.#waiting.filter(({ fault }) => fault.operation === operation && (fault.key?.test(key) ?? true))) {
      waiting.left -= 1;
      if (waiting.left > 0 || found) continue;
      found = waiting.fault;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    }
    return found;
  }
}

const errorOf = (fault: Fault): unknown => fault.error ?? new Error('fault');

async function act<Result>(fault: Fault | undefined, call: () => Promise<Result>): Promise<Result> {
  if (fault?.kind === 'before') throw errorOf(fault);
  if (fault?.kind === 'delay') await fault.until;
  const result = await call();
  if (fault?.kind === 'after') throw errorOf(fault);
  return result;
}

async function* around<Item>(fault: Fault | undefined, items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  if (fault?.kind === 'before') throw errorOf(fault);
  if (fault?.kind === 'delay') await fault.until;
  yield* items;
  if (fault?.kind === 'after') throw errorOf(fault);
}

async function* cut(stream: ByteStream, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = bytes;
  for await (const chunk of stream) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) return;
  }
}

async function* again(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}

async function* none(): AsyncGenerator<never, void, undefined> {}
