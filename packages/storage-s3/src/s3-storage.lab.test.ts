import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HeadObjectCommand, ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { messageOf, SILENT, type Storage } from '@freezer/core';
import { CaptureLogger, fingerprint, readAll, S3Server, sampleBytes, TcpProxy, textBody } from '@freezer/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { s3Storage } from './s3-plugin.ts';

jest.setTimeout(120_000);

const PART = 5_242_880;
const base = mkdtempSync(path.join(tmpdir(), 'freezer-s3-lab-'));
let server: S3Server;
let direct: S3Client;
let logger: CaptureLogger;
let bucket: string;
let round = 0;
let cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  server = await S3Server.startMoto(`${base}/moto`);
  const credentials = { accessKeyId: server.accessKey, secretAccessKey: server.secretKey };
  direct = new S3Client({ endpoint: server.endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
}, 300_000);
afterAll(() => {
  direct.destroy();
  server.stop();
  rmSync(base, { recursive: true, force: true });
});
beforeEach(() => {
  round += 1;
  bucket = `lab-${round}`;
  logger = new CaptureLogger();
  cleanUp = [];
});
afterEach(async () => {
  for (const each of cleanUp.toReversed()) await each();
});

async function open(more: Readonly<Record<string, unknown>> = {}, id = 'run'): Promise<Storage> {
  const settings = { ...server.settings, container: `${bucket}/pre`, max_segment_size: PART, ...more };
  const storage = await s3Storage.open(s3Storage.settings.parse(settings), { logger, run: { id, owner: Buffer.from(`owner of ${id}`) } });
  cleanUp.push(() => storage.close());
  await storage.prepare();
  return storage;
}

async function proxied(): Promise<TcpProxy> {
  const proxy = await TcpProxy.start(server.port);
  cleanUp.push(() => proxy.stop());
  return proxy;
}

const through = (proxy: TcpProxy) => ({ endpoint: `http://127.0.0.1:${proxy.port}` });

const errorOf = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
};

const unfinished = async (): Promise<number> => (await direct.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;
const keysIn = async (storage: Storage): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of storage.list('')) keys.push(key);
  return keys;
};
const remainsOf = async (storage: Storage): Promise<string[]> => {
  const found: string[] = [];
  for await (const { runId, owner } of storage.remains?.list() ?? []) found.push(`${runId}: ${Buffer.from(owner ?? []).toString()}`);
  return found;
};

describe('a connection that breaks', () => {
  it('in the middle of a part: that part is sent again, and the object is whole', async () => {
    const proxy = await proxied();
    const storage = await open(through(proxy));
    proxy.cutAfter(7_000_000);
    await storage.put('a/k', sampleBytes(16_000_000));
    expect(await fingerprint(storage.get('a/k'))).toBe(await fingerprint(sampleBytes(16_000_000)));
    expect(await unfinished()).toBe(0);
  });

  it('in the middle of a get: the bytes go on behind the last one', async () => {
    const proxy = await proxied();
    const storage = await open(through(proxy));
    await storage.put('k', sampleBytes(12_000_000));
    proxy.cutAfter(6_000_000);
    expect(await fingerprint(storage.get('k'))).toBe(await fingerprint(sampleBytes(12_000_000)));
    expect(logger.lines.some(({ message }) => message === 'trying again')).toBe(true);
  });

  it('for good: one line in bounded time; what stays is noted, and another run takes it away', async () => {
    const proxy = await proxied();
    const storage = await open(through(proxy));
    const body = {
      async *[Symbol.asyncIterator]() {
        yield* sampleBytes(13_000_000);
        await proxy.stop();
        yield* sampleBytes(13_000_000);
      },
    };
    const error = await errorOf(async () => await storage.put('a/k', body));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(messageOf(error)).toMatch(
      /^s3 storage: put of 'a\/k' failed: nothing listens there \(connection refused\) \(http:\/\/127\.0\.0\.1:\d+\/lab-\d+\/pre\)$/,
    );
    await storage.close();
    expect(logger.lines.some(({ message }) => message.startsWith('the unfinished uploads of this run could not be ended'))).toBe(true);
    expect(await unfinished()).toBe(1);
    const next = await open({}, 'next');
    expect(await keysIn(next)).toEqual([]);
    expect(await remainsOf(next)).toEqual(['run: owner of run']);
    await next.remains?.remove('run');
    expect(await unfinished()).toBe(0);
    expect(await remainsOf(next)).toEqual([]);
  });

  it('a server that answers nothing: an abort ends each call at once', async () => {
    const proxy = await proxied();
    const storage = await open(through(proxy));
    await storage.put('k', sampleBytes(3_000_000));
    proxy.isStalled = true;
    const stop = new AbortController();
    const calls = [
      errorOf(async () => await storage.stat('k', { signal: stop.signal })),
      errorOf(async () => await readAll(storage.get('k', { signal: stop.signal }))),
      errorOf(async () => await storage.put('new', sampleBytes(9_000_000), { signal: stop.signal })),
      errorOf(async () => await storage.remove('k', { signal: stop.signal })),
    ];
    setTimeout(() => stop.abort(new Error('enough')), 50);
    expect(await Promise.all(calls)).toEqual(calls.map(() => stop.signal.reason));
    proxy.isStalled = false;
    proxy.cut();
  });
});

describe('a large object', () => {
  it('whose body fails leaves no part', async () => {
    const storage = await open();
    const body = {
      async *[Symbol.asyncIterator]() {
        yield* sampleBytes(14_000_000);
        throw new RangeError('source is gone');
      },
    };
    expect(await errorOf(async () => await storage.put('k', body))).toMatchObject({ name: 'RangeError' });
    expect(await unfinished()).toBe(0);
    await storage.close();
    expect(await remainsOf(await open({}, 'next'))).toEqual([]);
  });

  it.each([PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1])('of %i bytes comes back', async (size) => {
    const storage = await open();
    await storage.put('k', sampleBytes(size), { ifAbsent: true });
    expect(await fingerprint(storage.get('k'))).toBe(await fingerprint(sampleBytes(size)));
    expect(await errorOf(async () => await storage.put('k', sampleBytes(size), { ifAbsent: true }))).toMatchObject({ code: 'already_exists' });
  });
});

describe('what the settings ask for', () => {
  it('object lock: what is locked is named and stays; what a run itself takes away is not locked', async () => {
    const storage = await open({ s3_object_lock: 'governance', s3_object_lock_days: 1 });
    await storage.put('data/x/data', textBody('x'));
    await storage.put('data/x/large', sampleBytes(PART + 1));
    await storage.put('data/x/started', textBody('x'));
    await storage.remove('data/x/started');
    const error = await errorOf(async () => await storage.remove('data/x/data'));
    expect(error).toMatchObject({ code: 'permission_denied' });
    expect(messageOf(error)).toMatch(
      /^s3 storage: remove of 'data\/x\/data' failed: the server keeps what is locked: 'pre\/data\/x\/data' until \S+Z \(GOVERNANCE\) \(/,
    );
    expect(messageOf(await errorOf(async () => await storage.removeTree('data')))).toMatch(/'pre\/data\/x\/data' until .*, 'pre\/data\/x\/large' until /);
    expect((await keysIn(storage)).toSorted()).toEqual(['data/x/data', 'data/x/large']);
  });

  it('a storage class', async () => {
    const storage = await open({ s3_storage_class: 'STANDARD_IA' });
    await storage.put('k', textBody('x'));
    expect((await direct.send(new HeadObjectCommand({ Bucket: bucket, Key: 'pre/k' }))).StorageClass).toBe('STANDARD_IA');
  });

  it('a prefix: others in the bucket are not seen, and not removed', async () => {
    const storage = await open();
    for (const Key of ['prefix', 'pre', 'other/k', 'pre/', 'pre/folder/']) await direct.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
    await storage.put('a/k', textBody('x'));
    expect(await keysIn(storage)).toEqual(['a/k']);
    const usage: unknown[] = [];
    for await (const each of storage.usage?.() ?? []) usage.push(each);
    expect(usage).toEqual([{ container: `${bucket}/pre`, bytes: 1, objects: 1 }]);
    await storage.removeTree('');
    for (const Key of ['prefix', 'pre', 'other/k']) expect((await direct.send(new HeadObjectCommand({ Bucket: bucket, Key }))).ContentLength).toBe(1);
  });
});

describe('what the server refuses', () => {
  let swift: S3Server;
  beforeAll(async () => {
    swift = await S3Server.startSwift();
  }, 300_000);
  afterAll(() => {
    swift.stop();
  });

  it.each([
    ['another secret key', { secret_key: 'hunter2' }, 'unauthenticated', /failed: the secret key does not fit the access key \(/],
    ['another access key', { access_key: 'nobody' }, /unauthenticated|permission_denied/, /failed: /],
    ['another region', { s3_region: 'mars-1' }, 'invalid', /failed: the bucket lies in another region, us-east-1: --s3-region/],
    ['a name that is none of a bucket', { container: 'A_B' }, 'invalid', /failed: that is no name for a bucket/],
    ['nothing listens', { endpoint: 'http://127.0.0.1:1' }, 'unavailable', /failed: nothing listens there \(connection refused\)/],
    ['TLS where clear text is spoken', { endpoint: 'TLS' }, 'unavailable', /failed: it does not speak TLS there/],
  ] as const)('%s is one line without a secret', async (_, more, code, line) => {
    const endpoint = 'endpoint' in more && more.endpoint === 'TLS' ? { endpoint: swift.endpoint.replace('http:', 'https:') } : {};
    const storage = await s3Storage.open(s3Storage.settings.parse({ ...swift.settings, container: bucket, ...more, ...endpoint }), {
      logger: SILENT,
      run: { id: 'run', owner: Buffer.from('me') },
    });
    cleanUp.push(() => storage.close());
    const error = await errorOf(async () => await storage.prepare());
    expect(error).toMatchObject({ code: typeof code === 'string' ? code : expect.stringMatching(code) });
    expect(messageOf(error)).toMatch(line);
    expect(messageOf(error)).not.toMatch(/hunter2|\n/);
  });
});
