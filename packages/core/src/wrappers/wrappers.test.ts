import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ByteStream, CallOptions } from '../bytes.ts';
import { FreezerError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { RateLimit } from '../rate-limit.ts';
import type { ByteRange, ObjectInfo, PutOptions, Storage, StorageChild, StorageRemains, UsageInfo } from '../storage.ts';
import { collect, once } from '../streams.ts';
import { DryRunStorage } from './dry-run-storage.ts';
import { LoggingStorage } from './logging-storage.ts';
import { RetryingStorage } from './retrying-storage.ts';
import { StorageWrapper } from './storage-wrapper.ts';
import { ThrottledStorage } from './throttled-storage.ts';

/** Objects in a map; fails as often as it is told, and cuts reads off where it is told. */
class FakeStorage implements Storage {
  readonly kind = 'fake';
  readonly label = 'fake:place';
  capabilities = { atomicPut: true, exclusivePut: true, rangeRead: true, usage: true };
  readonly objects = new Map<string, Buffer>();
  readonly calls: string[] = [];
  failures: FreezerError[] = [];
  /** Reads fail after so many bytes, once for each. */
  cuts: number[] = [];
  refreshed = 0;
  readonly remains: StorageRemains = {
    refresh: async () => void (this.refreshed += 1),
    list: async function* () {
      yield { runId: 'r', owner: undefined, modifiedAt: 0 };
    },
    remove: async (runId) => this.#called(`remains.remove ${runId}`),
  };

  prepare = async (): Promise<void> => this.#called('prepare');
  remove = async (key: string): Promise<void> => {
    this.#called(`remove ${key}`);
    this.objects.delete(key);
  };
  removeTree = async (prefix: string): Promise<void> => {
    this.#called(`removeTree ${prefix}`);
    this.objects.clear();
  };
  close = async (): Promise<void> => this.#called('close');
  [Symbol.asyncDispose] = (): Promise<void> => this.close();

  async put(key: string, body: ByteStream, _options?: PutOptions): Promise<ObjectInfo> {
    this.#called(`put ${key}`);
    const bytes = await collect(body, { maxBytes: 1e6 });
    this.objects.set(key, bytes);
    return { key, size: bytes.length };
  }

  async *get(key: string, options: CallOptions & { readonly range?: ByteRange } = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { offset = 0, length = 1e6 } = options.range ?? {};
    this.#called(options.range ? `get ${key} ${offset}+${length}` : `get ${key}`);
    const bytes = this.objects.get(key)?.subarray(offset, offset + length);
    if (!bytes) throw new FreezerError('not_found', `get ${key}: is not there`);
    const cut = this.cuts.shift();
    yield* once(bytes.subarray(0, cut));
    if (cut !== undefined) throw new FreezerError('unavailable', `get ${key}: connection lost`);
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    this.#called(`stat ${key}`);
    const bytes = this.objects.get(key);
    return bytes && { key, size: bytes.length };
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo, void, undefined> {
    this.#called(`list ${prefix}`);
    for (const [key, { length }] of this.objects) {
      yield { key, size: length };
      if (this.cuts.shift() !== undefined) throw new FreezerError('unavailable', 'list: connection lost');
    }
  }

  async *children(prefix: string): AsyncGenerator<StorageChild, void, undefined> {
    this.#called(`children ${prefix}`);
    for (const name of this.objects.keys()) yield { name, isFolder: false };
  }

  async *usage(): AsyncGenerator<UsageInfo, void, undefined> {
    yield { container: 'place', bytes: 1, objects: 1 };
  }

  #called(call: string): void {
    this.calls.push(call);
    const failure = this.failures.shift();
    if (failure) throw failure;
  }
}

let inner: FakeStorage;
let lines: object[];
const logger: Logger = {
  debug: (fields) => void lines.push(fields),
  info: (fields) => void lines.push(fields),
  warn: (fields) => void lines.push(fields),
  error: (fields) => void lines.push(fields),
};
const instantly = { clock: { now: () => 0, sleep: async () => undefined } };
const away = (): FreezerError => new FreezerError('unavailable', 'the server is away');
const read = async (stream: ByteStream): Promise<string> => (await collect(stream, { maxBytes: 1e6 })).toString();
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
};

async function* nothing(): AsyncGenerator<never, void, undefined> {}

beforeEach(() => {
  inner = new FakeStorage();
  inner.objects.set('key', Buffer.from('0123456789'));
  lines = [];
});
afterEach(() => expect(inner.failures).toEqual([]));

const wrappers: [string, () => Storage][] = [
  ['StorageWrapper', () => new StorageWrapper(inner)],
  ['RetryingStorage', () => new RetryingStorage(inner, instantly)],
  ['ThrottledStorage', () => new ThrottledStorage(inner, { upload: new RateLimit(1e9), download: new RateLimit(1e9) })],
  ['LoggingStorage', () => new LoggingStorage(inner, { logger })],
  ['DryRunStorage', () => new DryRunStorage(inner)],
];

describe.each(wrappers)('%s', (_name, wrap) => {
  test('is the storage within to those who read', async () => {
    const storage = wrap();
    expect([storage.kind, storage.label, storage.capabilities]).toEqual([inner.kind, inner.label, inner.capabilities]);
    expect(await read(storage.get('key'))).toBe('0123456789');
    expect(await read(storage.get('key', { range: { offset: 2, length: 3 } }))).toBe('234');
    expect(await storage.stat('key')).toEqual({ key: 'key', size: 10 });
    expect(await storage.stat('absent')).toBeUndefined();
    expect(await all(storage.list(''))).toEqual([{ key: 'key', size: 10 }]);
    expect(await all(storage.children(''))).toEqual([{ name: 'key', isFolder: false }]);
    expect(await all(storage.usage?.() ?? nothing())).toHaveLength(1);
    expect(await all(storage.remains?.list() ?? nothing())).toHaveLength(1);
    await storage[Symbol.asyncDispose]();
    expect(inner.calls.at(-1)).toBe('close');
  });

  test('reading what is absent is not_found, and the signal goes through', async () => {
    await expect(read(wrap().get('absent'))).rejects.toMatchObject({ code: 'not_found' });
    const signal = AbortSignal.abort('enough');
    if (wrap() instanceof RetryingStorage) await expect(wrap().stat('key', { signal })).rejects.toBe('enough');
  });
});

describe.each(wrappers.slice(0, 4))('%s', (_name, wrap) => {
  test('writes and removes', async () => {
    const storage = wrap();
    await storage.prepare();
    expect(await storage.put('new', once(Buffer.from('abc')), { ifAbsent: true })).toEqual({ key: 'new', size: 3 });
    await storage.remove('key');
    expect([...inner.objects.keys()]).toEqual(['new']);
    await storage.removeTree('');
    expect(inner.objects.size).toBe(0);
  });
});

describe('RetryingStorage', () => {
  const storage = (): Storage => new RetryingStorage(inner, instantly);

  test('makes again what can be made twice', async () => {
    for (const call of [
      (s: Storage) => s.prepare(),
      (s: Storage) => s.stat('key'),
      (s: Storage) => all(s.list('')),
      (s: Storage) => all(s.children('')),
      (s: Storage) => s.remove('x'),
      (s: Storage) => s.removeTree('x'),
    ]) {
      inner.failures = [away(), away()];
      inner.calls.length = 0;
      await call(storage());
      expect(inner.calls).toHaveLength(3);
    }
  });

  test('never makes a put again', async () => {
    inner.failures = [away()];
    await expect(storage().put('new', once(Buffer.from('abc')))).rejects.toMatchObject({ code: 'unavailable' });
    expect(inner.calls).toEqual(['put new']);
  });

  test('a read goes on behind the last byte', async () => {
    inner.cuts = [3, 0, 4];
    expect(await read(storage().get('key'))).toBe('0123456789');
    expect(inner.calls.filter((call) => call.startsWith('get'))).toEqual(['get key', 'get key 3+7', 'get key 3+7', 'get key 7+3']);
  });

  test('a read of a range ends where the range ends', async () => {
    inner.cuts = [2];
    expect(await read(storage().get('key', { range: { offset: 4, length: 5 } }))).toBe('45678');
    expect(inner.calls.at(-1)).toBe('get key 6+3');
    inner.cuts = [2];
    expect(await read(storage().get('key', { range: { offset: 7, length: 100 } }))).toBe('789');
  });

  test('a connection that is lost behind the last byte is the end', async () => {
    inner.cuts = [10];
    expect(await read(storage().get('key'))).toBe('0123456789');
    expect(inner.calls).toEqual(['get key', 'stat key']);
  });

  test('an object that is removed meanwhile is said', async () => {
    const stream = storage().get('key')[Symbol.asyncIterator]();
    inner.cuts = [3];
    await stream.next();
    inner.objects.clear();
    await expect(stream.next()).rejects.toMatchObject({ code: 'not_found' });
  });

  test('without ranges a read is repeated before its first byte only', async () => {
    inner.capabilities = { ...inner.capabilities, rangeRead: false };
    inner.cuts = [0];
    expect(await read(storage().get('key'))).toBe('0123456789');
    inner.cuts = [3];
    await expect(read(storage().get('key'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('a listing that breaks off is made again, and gives nothing twice', async () => {
    for (const name of ['b', 'c']) inner.objects.set(name, Buffer.from(name));
    inner.cuts = [1, 1];
    expect((await all(storage().list(''))).map(({ key }) => key)).toEqual(['key', 'b', 'c']);
    expect(inner.calls).toEqual(['list ', 'list ', 'list ']);
  });

  test('an object and a folder of one name are both given', async () => {
    const both = [
      { name: 'metadata', isFolder: false },
      { name: 'metadata', isFolder: true },
    ];
    inner.children = async function* () {
      yield* both;
    };
    expect(await all(storage().children(''))).toEqual(both);
  });

  test('a listing that breaks off again and again without anything new is given up', async () => {
    inner.cuts = [1, 1, 1, 1, 1, 1, 1];
    await expect(all(storage().list(''))).rejects.toMatchObject({ code: 'unavailable' });
    expect(inner.calls).toHaveLength(5);
  });

  test('a listing of more names than are remembered is not made again', async () => {
    inner.list = async function* () {
      inner.calls.push('list');
      for (let index = 0; index <= 100_000; index++) yield { key: `${index}`, size: 0 };
      throw away();
    };
    await expect(all(storage().list(''))).rejects.toMatchObject({ code: 'unavailable' });
    expect(inner.calls).toEqual(['list']);
  });

  test('breaking out of a read ends the read within', async () => {
    let ended = false;
    inner.get = async function* () {
      try {
        for (;;) yield new Uint8Array(1);
      } finally {
        ended = true;
      }
    };
    for await (const _chunk of storage().get('key')) break;
    expect(ended).toBe(true);
  });
});

describe('ThrottledStorage', () => {
  test('limits each direction by itself', async () => {
    const clockOf = () => {
      const clock = { at: 0, now: () => clock.at, sleep: async (milliseconds: number) => void (clock.at += milliseconds) };
      return clock;
    };
    const [up, down] = [clockOf(), clockOf()];
    const storage = new ThrottledStorage(inner, { upload: new RateLimit(1000, up), download: new RateLimit(100, down) });
    await storage.put('new', once(new Uint8Array(10_000)));
    expect(Math.abs(up.at - 10_000)).toBeLessThan(500);
    expect(down.at).toBe(0);
    await read(storage.get('new', { range: { offset: 0, length: 1000 } }));
    expect(Math.abs(down.at - 10_000)).toBeLessThan(500);
    await read(new ThrottledStorage(inner, {}).get('new'));
  });

  test('a storage that limits what it sends by itself gets the limit, and its bodies as they come', async () => {
    const told: unknown[] = [];
    const limit = new RateLimit(1, { now: () => 0, sleep: () => Promise.reject(new Error('nobody is to wait')) });
    const own = Object.assign(new StorageWrapper(inner), { limitUploads: (given: RateLimit) => void told.push(given) });
    await new ThrottledStorage(new RetryingStorage(own), { upload: limit }).put('new', once(new Uint8Array(10_000)));
    expect(told).toEqual([limit]);
  });
});

describe('DryRunStorage', () => {
  test('takes the body, and changes nothing', async () => {
    const storage = new DryRunStorage(inner, { logger });
    let pulled = 0;
    const body = (async function* () {
      for (let part = 0; part < 3; part += 1) yield new Uint8Array((pulled += 1));
    })();
    await storage.prepare();
    expect(await storage.put('new', body)).toEqual({ key: 'new', size: 6 });
    expect(pulled).toBe(3);
    await storage.remove('key');
    await storage.removeTree('');
    await storage.remains?.refresh(new Uint8Array());
    await storage.remains?.remove('r');
    expect([...inner.objects.keys()]).toEqual(['key']);
    expect([inner.calls, inner.refreshed]).toEqual([[], 0]);
    expect(lines).toHaveLength(5);
    expect(lines[1]).toEqual({ call: 'put', storage: 'fake:place', key: 'new', bytes: 6 });
  });

  test('refuses what a real run would refuse, and fails when the body does', async () => {
    const storage = new DryRunStorage(inner);
    await expect(storage.put('key', once(new Uint8Array(1)), { ifAbsent: true })).rejects.toMatchObject({ code: 'already_exists' });
    const broken = new RetryingStorage(inner, instantly).get('absent');
    await expect(storage.put('new', broken)).rejects.toMatchObject({ code: 'not_found' });
    await expect(storage.remove('key', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });
});

test('LoggingStorage says each call once, with what it moved, how long it took and why it failed', async () => {
  let now = 0;
  const storage = new LoggingStorage(inner, { logger, clock: { now: () => (now += 2), sleep: async () => undefined } });
  await storage.put('new', once(new Uint8Array(7)));
  await read(storage.get('new'));
  await all(storage.list(''));
  inner.failures = [away()];
  await expect(storage.stat('key')).rejects.toThrow('away');
  await expect(read(storage.get('absent'))).rejects.toThrow('not there');
  expect(lines).toEqual([
    { storage: 'fake:place', call: 'put', key: 'new', milliseconds: 2, bytes: 7 },
    { storage: 'fake:place', call: 'get', key: 'new', milliseconds: 2, bytes: 7 },
    { storage: 'fake:place', call: 'list', key: '', milliseconds: 2, items: 2 },
    { storage: 'fake:place', call: 'stat', key: 'key', milliseconds: 2, error: 'the server is away' },
    { storage: 'fake:place', call: 'get', key: 'absent', milliseconds: 2, error: 'get absent: is not there' },
  ]);
});

test('a storage without remains or usage has none behind a wrapper either', () => {
  const { remains, ...own } = inner;
  const { put, get, stat, list, children } = inner;
  const bare = { ...own, put, get, stat, list, children };
  expect([new StorageWrapper(bare).usage, new DryRunStorage(bare).remains]).toEqual([undefined, undefined]);
  expect(new DryRunStorage({ ...bare, remains }).remains).toBeDefined();
});
