import { FreezerError, SILENT, type Storage } from '@freezer/core';
import { fingerprint, readAll, sampleBytes, textBody } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeSwift, type Fault } from '../test-support/fake-swift.ts';
import { openSwiftStorage } from './open-storage.ts';
import { readSwiftSettings } from './options.ts';

const SEGMENT = 100_000;
const SIZE = 1_050_000;
const DATA = 'data/tar/host_set/1/0_1/data';
const SEGMENTS = /\/segments\/\d{8}$/;

let swift: FakeSwift;
let storage: Storage;
let waits: number[];

async function open(more: Readonly<Record<string, unknown>> = {}): Promise<Storage> {
  const settings = readSwiftSettings(swift.settings({ max_segment_size: SEGMENT, swift_timeout: 0.5, ...more }));
  const clock = { now: () => Date.now(), sleep: async (milliseconds: number) => void waits.push(milliseconds) };
  return await openSwiftStorage(settings, { logger: SILENT, run: { id: 'run', owner: Buffer.from('me') } }, { policy: { clock } });
}

beforeEach(async () => {
  waits = [];
  swift = await FakeSwift.start();
  storage = await open();
});
afterEach(async () => {
  await storage.close();
  await swift[Symbol.asyncDispose]();
});

/** A fault that happens to the first so many requests that fit. */
function times(count: number, method: string, pattern: RegExp, fault: Fault): Fault {
  let left = count;
  return (arrived, response) => {
    if (arrived.method !== method || !pattern.test(arrived.path) || left === 0) return false;
    left -= 1;
    return fault(arrived, response) ?? true;
  };
}

const answers =
  (status: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  ({ request }, response) => {
    request.resume();
    response.writeHead(status, { ...headers, connection: 'close' }).end('<html><h1>Sorry</h1></html>');
    return true;
  };

const cutsAfter =
  (bytes: number): Fault =>
  ({ request }) => {
    let seen = 0;
    request.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen >= bytes) request.socket.destroy();
    });
    if (bytes === 0) request.socket.destroy();
    return true;
  };

async function isWhole(): Promise<void> {
  expect(await fingerprint(storage.get(DATA))).toBe(await fingerprint(sampleBytes(SIZE)));
  expect((await storage.stat(DATA))?.size).toBe(SIZE);
  expect([...swift.objects.keys()].filter((name) => SEGMENTS.test(name))).toHaveLength(11);
}

async function failureOf(call: () => Promise<unknown>): Promise<FreezerError> {
  try {
    await call();
  } catch (error) {
    if (FreezerError.is(error)) return error;
    throw error;
  }
  throw new TypeError('the call did not fail');
}

describe('while segments are sent', () => {
  test.each<[string, Fault]>([
    ['500', answers(500)],
    ['503 with Retry-After', answers(503, { 'retry-after': '7' })],
    ['429 with Retry-After', answers(429, { 'retry-after': '7' })],
    ['408', answers(408)],
    ['422: they arrived damaged', answers(422)],
    ['a connection that is cut at once', cutsAfter(0)],
    ['a connection that is cut in the middle', cutsAfter(50_000)],
    ['silence before the answer', () => true],
    [
      'a digest that is another',
      ({ request }, response) => {
        request.resume().on('end', () => response.writeHead(201, { etag: 'f'.repeat(32) }).end());
        return true;
      },
    ],
  ])('%s: the segment is sent again, and no other', async (_, fault) => {
    swift.fault = times(3, 'PUT', SEGMENTS, fault);
    await storage.put(DATA, sampleBytes(SIZE));
    expect(swift.count('PUT', SEGMENTS)).toBe(14);
    await isWhole();
  });

  test('Retry-After is waited for', async () => {
    swift.fault = times(1, 'PUT', SEGMENTS, answers(503, { 'retry-after': '7' }));
    await storage.put(DATA, sampleBytes(SIZE));
    expect(waits).toEqual([7000]);
  });

  test('one whose answer was lost is not sent again', async () => {
    swift.fault = times(4, 'PUT', SEGMENTS, async (arrived) => {
      await swift.serve(arrived);
      arrived.request.socket.destroy();
      return true;
    });
    await storage.put(DATA, sampleBytes(SIZE));
    expect(swift.count('PUT', SEGMENTS)).toBe(11);
    await isWhole();
  });

  test('a token that ends in mid-stream is renewed once each time', async () => {
    let puts = 0;
    swift.fault = ({ method, path }) => {
      if (method === 'PUT' && SEGMENTS.test(path) && (puts += 1) % 4 === 0) swift.expireTokens();
      return false;
    };
    await storage.put(DATA, sampleBytes(SIZE));
    expect(swift.logins).toBe(1 + Number(swift.token.slice(6)) - 1);
    await isWhole();
  });

  test('a token that is never accepted ends it', async () => {
    swift.fault = times(Number.POSITIVE_INFINITY, 'PUT', SEGMENTS, answers(401));
    const error = await failureOf(() => storage.put(DATA, sampleBytes(SIZE)));
    expect(error).toMatchObject({ code: 'unauthenticated' });
    expect(error.message).toMatch(
      /^swift storage: put of 'data.*' failed: the server does not accept the token \(status 401: Sorry\) \(http:\/\/127\.0\.0\.1:\d+\/v1\/TEMP_test\/c\)$/,
    );
    expect(swift.count('PUT', SEGMENTS)).toBe(2);
  });

  test.each([
    [403, 'permission_denied', 1],
    [507, 'unavailable', 12],
    [413, 'unavailable', 1],
  ] as const)('%d for ever: %s after %d tries, and no segment stays', async (status, code, tries) => {
    swift.fault = times(Number.POSITIVE_INFINITY, 'PUT', /\/segments\/00000003$/, answers(status));
    expect(await failureOf(() => storage.put(DATA, sampleBytes(SIZE)))).toMatchObject({ code, details: { status } });
    expect(swift.count('PUT', /\/segments\/00000003$/)).toBe(tries);
    expect([...swift.objects.keys()]).toEqual([]);
  });

  test('several in flight: each is held until the server has it, and one that fails ends all', async () => {
    await storage.close();
    storage = await open({ segments_in_flight: 4 });
    swift.fault = times(5, 'PUT', SEGMENTS, cutsAfter(50_000));
    await storage.put(DATA, sampleBytes(SIZE));
    await isWhole();
    swift.fault = times(Number.POSITIVE_INFINITY, 'PUT', /00000005$/, answers(403));
    expect(await failureOf(() => storage.put('other/data', sampleBytes(SIZE)))).toMatchObject({ code: 'permission_denied' });
    expect([...swift.objects.keys()].filter((name) => name.startsWith('other'))).toEqual([]);
  });

  test('a body that pauses longer than the server is allowed to keep silent does no harm', async () => {
    const body = {
      async *[Symbol.asyncIterator]() {
        yield Buffer.alloc(40_000, 1);
        await new Promise((resolve) => setTimeout(resolve, 900));
        yield Buffer.alloc(40_000, 2);
      },
    };
    await storage.put(DATA, body);
    expect(swift.count('PUT', SEGMENTS)).toBe(1);
    expect((await readAll(storage.get(DATA))).length).toBe(80_000);
  });

  test('a segment whose connection ends while the body pauses is sent when it is complete', async () => {
    swift.fault = times(1, 'PUT', SEGMENTS, ({ request, headers }) => {
      expect(headers['content-length']).toBeUndefined();
      request.once('data', () => request.socket.destroy());
      return true;
    });
    const body = {
      async *[Symbol.asyncIterator]() {
        for (let part = 0; part < 4; part += 1) {
          yield Buffer.alloc(30_000, part);
          await new Promise((resolve) => setTimeout(resolve, 60));
        }
      },
    };
    expect((await storage.put(DATA, body)).size).toBe(120_000);
    expect(swift.arrived.filter(({ path, method }) => method === 'PUT' && /00000000$/.test(path)).map(({ headers }) => headers['content-length'])).toEqual([
      undefined,
      '100000',
    ]);
  });

  test('large segments are held in a file that nobody sees', async () => {
    await storage.close();
    storage = await open({ max_segment_size: 70 * 1024 * 1024, swift_timeout: 5 });
    const size = 71 * 1024 * 1024;
    swift.fault = times(1, 'PUT', SEGMENTS, cutsAfter(30_000_000));
    await storage.put(DATA, sampleBytes(size));
    expect(await fingerprint(storage.get(DATA))).toBe(await fingerprint(sampleBytes(size)));
  }, 30_000);
});

describe('a server that dies', () => {
  /** Time passes by sleeping alone: the seconds that a call takes. */
  async function secondsOf(call: (dying: Storage) => Promise<unknown>): Promise<number> {
    let now = 0;
    const clock = { now: () => now, sleep: async (milliseconds: number) => void (now += milliseconds) };
    const settings = readSwiftSettings(swift.settings({ max_segment_size: SEGMENT, swift_timeout: 0.5 }));
    await using dying = await openSwiftStorage(settings, { logger: SILENT, run: { id: 'run', owner: Buffer.from('me') } }, { policy: { clock } });
    await call(dying);
    return now / 1000;
  }

  const refuses: Fault = ({ request }) => {
    request.socket.destroy();
    return true;
  };

  test('is given up after a minute at most: by the put, and by all that is cleared up after it', async () => {
    const seconds = await secondsOf(async (dying) => {
      swift.fault = (arrived, response) => (/00000003$/.test(arrived.path) || swift.count('PUT', /00000003$/) > 0 ? refuses(arrived, response) : false);
      expect(await failureOf(() => dying.put(DATA, sampleBytes(SIZE)))).toMatchObject({ code: 'unavailable' });
      expect(await failureOf(() => dying.removeTree('data'))).toMatchObject({ code: 'unavailable' });
      expect(await failureOf(() => dying.stat(DATA))).toMatchObject({ code: 'unavailable' });
      expect(await failureOf(() => dying.remove('locks/tar/host_set/lock'))).toMatchObject({ code: 'unavailable' });
    });
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThan(60);
  });

  test('and comes back within half a minute is waited for', async () => {
    const seconds = await secondsOf(async (dying) => {
      swift.fault = times(7, 'PUT', /00000003$/, refuses);
      await dying.put(DATA, sampleBytes(SIZE));
    });
    expect(seconds).toBeLessThan(35);
    await isWhole();
  });
});

describe('while an object is read', () => {
  beforeEach(async () => {
    await storage.put(DATA, sampleBytes(SIZE));
    waits.length = 0;
  });

  test.each([
    ['cut in the middle', 50_000],
    ['cut before the first byte', 0],
  ])('a segment that is %s goes on behind what was given', async (_, bytes) => {
    const ranges: (string | undefined)[] = [];
    let left = 3;
    swift.fault = ({ method, path, headers }, response) => {
      if (method !== 'GET' || !/00000002$/.test(path)) return false;
      ranges.push(headers.range);
      if (left === 0) return false;
      left -= 1;
      const whole = swift.objects.get(path.slice('/v1/TEMP_test/c/'.length))?.bytes ?? Buffer.alloc(0);
      const [, start = '0'] = /^bytes=(\d+)-/.exec(headers.range ?? '') ?? [];
      const part = whole.subarray(Number(start));
      response.writeHead(start === '0' ? 200 : 206, {
        'content-length': String(part.length),
        'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}`,
      });
      if (bytes > 0) response.write(part.subarray(0, bytes / 2));
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    expect(await fingerprint(storage.get(DATA))).toBe(await fingerprint(sampleBytes(SIZE)));
    expect(ranges).toHaveLength(4);
    if (bytes > 0) expect(ranges[1]).toBe('bytes=25000-99999');
  });

  test.each<[string, Fault, string, RegExp]>([
    ['is missing', () => swift.objects.delete('data/tar/host_set/1/0_1/segments/00000004') && false, 'corrupt', /segments\/00000004, a part of it, is missing/],
    ['is shorter', () => shorten(4), 'corrupt', /segments\/00000004 has 99999 bytes instead of 100000/],
    ['has other bytes', () => damage(4), 'corrupt', /do not have the digest/],
  ])('a segment that %s is an error, never a gap', async (_, spoil, code, message) => {
    swift.fault = (arrived, response) => (/00000003$/.test(arrived.path) ? spoil(arrived, response) : false);
    const error = await failureOf(() => readAll(storage.get(DATA)));
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toMatch(message);
  });

  const nameOf = (index: number): string => `data/tar/host_set/1/0_1/segments/0000000${index}`;
  const shorten = (index: number): false => {
    const { bytes, headers } = swift.objects.get(nameOf(index)) ?? { bytes: Buffer.alloc(0), headers: {} };
    swift.objects.set(nameOf(index), { bytes: bytes.subarray(0, 99_999), headers });
    return false;
  };
  const damage = (index: number): false => {
    swift.fault = ({ path, method }, response) => {
      if (method !== 'GET' || !path.endsWith(nameOf(index))) return false;
      response.writeHead(200, { 'content-length': '100000', etag: 'a'.repeat(32) }).end(Buffer.alloc(100_000));
      return true;
    };
    return false;
  };

  test('of a manifest by somebody else a missing number is an error; a listing that lags is not', async () => {
    const manifest = swift.objects.get(DATA);
    swift.objects.set(DATA, { bytes: Buffer.alloc(0), headers: { 'x-object-manifest': manifest?.headers['x-object-manifest'] ?? '' } });
    expect(await fingerprint(storage.get(DATA))).toBe(await fingerprint(sampleBytes(SIZE)));
    const last = swift.objects.get(nameOf(0));
    // The listing does not know the last one yet.
    swift.pageSize = 10;
    let isLagging = true;
    swift.fault = ({ query, method, path }, response) => {
      if (!isLagging || method !== 'GET' || !path.endsWith('/c') || !(query.get('marker') ?? '').endsWith('9')) return false;
      response.writeHead(200, { 'content-length': '2' }).end('[]');
      return true;
    };
    expect(await fingerprint(storage.get(DATA))).toBe(await fingerprint(sampleBytes(SIZE)));
    isLagging = false;
    swift.objects.delete(nameOf(0));
    expect((await failureOf(() => readAll(storage.get(DATA)))).message).toMatch(/its segment .*00000000 is missing/);
    swift.objects.set(nameOf(0), last ?? { bytes: Buffer.alloc(0), headers: {} });
    swift.objects.delete(nameOf(5));
    expect((await failureOf(() => readAll(storage.get(DATA)))).message).toMatch(/its segment .*00000005 is missing/);
  });

  test('a server that keeps silent for ever ends it in bounded time', async () => {
    swift.fault = ({ path, method }) => method === 'GET' && /00000002$/.test(path);
    const begun = Date.now();
    expect(await failureOf(() => readAll(storage.get(DATA)))).toMatchObject({ code: 'timeout', message: expect.stringContaining('kept silent for 0.5 s') });
    expect(Date.now() - begun).toBeLessThan(15_000);
  }, 30_000);

  test('a reader that pauses longer than the server may keep silent loses nothing', async () => {
    let isFirst = true;
    const parts: Uint8Array[] = [];
    for await (const chunk of storage.get(DATA)) {
      if (isFirst) await new Promise((resolve) => setTimeout(resolve, 900));
      isFirst = false;
      parts.push(chunk);
    }
    expect(Buffer.compare(Buffer.concat(parts), await readAll(sampleBytes(SIZE)))).toBe(0);
  });
});

describe('small objects and listings', () => {
  test('ifAbsent whose answer was lost is not taken for the object of somebody else', async () => {
    swift.fault = times(1, 'PUT', /\/lock$/, async (arrived) => {
      await swift.serve(arrived);
      arrived.request.socket.destroy();
      return true;
    });
    await storage.put('lock', textBody('mine'), { ifAbsent: true });
    expect((await failureOf(() => storage.put('lock', textBody('other'), { ifAbsent: true }))).code).toBe('already_exists');
  });

  test('of two that were let in at the same moment the one that was overwritten does not win', async () => {
    swift.fault = times(1, 'PUT', /\/lock$/, async (arrived, response) => {
      const { status, headers } = await swift.serve(arrived);
      swift.objects.set('lock', { bytes: Buffer.from('theirs'), headers: {} });
      response.writeHead(status, headers).end();
      return true;
    });
    expect(await failureOf(() => storage.put('lock', textBody('mine'), { ifAbsent: true }))).toMatchObject({ code: 'already_exists' });
  });

  test('a listing goes on over pages, and its pages are asked for again', async () => {
    for (let index = 0; index < 25; index += 1) await storage.put(`many/${String(index).padStart(2, '0')}`, textBody('x'));
    swift.pageSize = 10;
    await storage.close();
    storage = await open();
    swift.fault = times(4, 'GET', /\/c$/, answers(503));
    const keys: string[] = [];
    for await (const { key } of storage.list('many')) keys.push(key);
    expect(keys).toHaveLength(25);
    expect(new Set(keys).size).toBe(25);
  });

  test('removal of what somebody else removed meanwhile is fine', async () => {
    for (let index = 0; index < 12; index += 1) await storage.put(`many/${index}`, textBody('x'));
    swift.fault = ({ method, path }) => method === 'DELETE' && path.endsWith('/many/7') && swift.objects.delete('many/7') && false;
    await storage.removeTree('many');
    expect(swift.objects.size).toBe(0);
  });

  test('an abort ends a call that waits, with its own reason', async () => {
    swift.fault = ({ path }) => path.endsWith('/k');
    const controller = new AbortController();
    setTimeout(() => controller.abort('enough'), 50);
    await expect(storage.stat('k', { signal: controller.signal })).rejects.toBe('enough');
    await expect(storage.put('k', textBody('x'), { signal: controller.signal })).rejects.toBe('enough');
  });
});

describe('opening', () => {
  const openingFails = (more: Readonly<Record<string, unknown>>): Promise<FreezerError> => failureOf(() => open(more));

  test('a wrong key is one line without it', async () => {
    const error = await openingFails({ os_password: 'hunter2' });
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toMatch(/^swift storage: login of 'test:tester' failed: user or key are not accepted \(status 401\) \(http:\S+\)$/);
  });

  test.each([
    [{ os_auth_url: 'http://127.0.0.1:1/auth/v1.0' }, 'unavailable', /connection refused/],
    [{ os_auth_url: 'http://no-such-host.invalid/auth/v1.0' }, 'unavailable', /the host name (is unknown|could not be looked up)/],
    [{ os_auth_url: 'ftp://x/auth/v1.0' }, 'invalid', /OS_AUTH_URL is no URL/],
    [{ os_username: '' }, 'invalid', /OS_AUTH_URL, OS_USERNAME or OS_PASSWORD is missing/],
    [{ osrc: '/absent' }, 'invalid', /read \/absent: there is no such file/],
    [{ os_cacert: '/absent' }, 'invalid', /os-cacert: \/absent cannot be read/],
  ])('%j', async (more, code, message) => {
    const error = await openingFails(more);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});
