import { fingerprint, readAll, sampleBytes } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeSwift, Fault } from '../test-support/fake-swift.ts';
import { answers, cutsAfter, DATA, FaultBench, failureOf, SEGMENTS, SIZE, times } from '../test-support/fault-bench.ts';

let bench: FaultBench;
let swift: FakeSwift;
beforeEach(async () => {
  bench = await FaultBench.start();
  ({ swift } = bench);
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('while segments are sent', () => {
  test.each<[string, Fault]>([
    ['500', answers(500)],
    ['503 with Retry-After', answers(503, { 'retry-after': '7' })],
    ['429 with Retry-After', answers(429, { 'retry-after': '7' })],
    ['408', answers(408)],
    ['422: they arrived damaged', answers(422)],
    ['a connection that is cut at once', cutsAfter(0)],
    ['a connection that is cut in the middle', cutsAfter(50_000)],
    [
      'a digest that is another',
      ({ request }, response) => {
        request.resume().on('end', () => response.writeHead(201, { etag: 'f'.repeat(32) }).end());
        return true;
      },
    ],
  ])('%s: the segment is sent again, and no other', async (_, fault) => {
    swift.fault = times(3, 'PUT', SEGMENTS, fault);
    await bench.storage.put(DATA, sampleBytes(SIZE));
    expect(swift.count('PUT', SEGMENTS)).toBe(14);
    await bench.isWhole();
  });

  test('silence before the answer: the segment is sent again', async () => {
    await bench.open({ swift_timeout: 0.5 });
    swift.fault = times(3, 'PUT', SEGMENTS, () => true);
    await bench.storage.put(DATA, sampleBytes(SIZE));
    expect(swift.count('PUT', SEGMENTS)).toBeGreaterThanOrEqual(14);
    await bench.isWhole();
  });

  test('Retry-After is waited for', async () => {
    swift.fault = times(1, 'PUT', SEGMENTS, answers(503, { 'retry-after': '7' }));
    await bench.storage.put(DATA, sampleBytes(SIZE));
    expect(bench.waits).toEqual([7000]);
  });

  test('one whose answer was lost is not sent again', async () => {
    swift.fault = times(4, 'PUT', SEGMENTS, async (arrived) => {
      await swift.serve(arrived);
      arrived.request.socket.destroy();
      return true;
    });
    await bench.storage.put(DATA, sampleBytes(SIZE));
    expect(swift.count('PUT', SEGMENTS)).toBe(11);
    await bench.isWhole();
  });

  test('a token that ends in mid-stream is renewed once each time', async () => {
    let puts = 0;
    swift.fault = ({ method, path }) => {
      if (method === 'PUT' && SEGMENTS.test(path) && (puts += 1) % 4 === 0) swift.expireTokens();
      return false;
    };
    await bench.storage.put(DATA, sampleBytes(SIZE));
    expect(swift.logins).toBe(1 + Number(swift.token.slice(6)) - 1);
    await bench.isWhole();
  });

  test('a token that is never accepted ends it', async () => {
    swift.fault = times(Number.POSITIVE_INFINITY, 'PUT', SEGMENTS, answers(401));
    const error = await failureOf(() => bench.storage.put(DATA, sampleBytes(SIZE)));
    expect(error).toMatchObject({ code: 'unauthenticated' });
    expect(error.message).toMatch(
      /^swift storage: put of 'data.*' failed: the server does not accept the token \(status 401: Sorry\) \(http:\/\/127\.0\.0\.1:\d+\/v1\/TEMP_test\/c\)$/,
    );
    expect(swift.count('PUT', SEGMENTS)).toBe(2);
  });

  test.each([
    [403, 'permission_denied', 1],
    [507, 'no_space', 12],
    [413, 'too_large', 1],
  ] as const)('%d for ever: %s after %d tries, and no segment stays', async (status, code, tries) => {
    swift.fault = times(Number.POSITIVE_INFINITY, 'PUT', /\/segments\/00000003$/, answers(status));
    expect(await failureOf(() => bench.storage.put(DATA, sampleBytes(SIZE)))).toMatchObject({ code, details: { status } });
    expect(swift.count('PUT', /\/segments\/00000003$/)).toBe(tries);
    expect([...swift.objects.keys()]).toEqual([]);
  });

  test('several in flight: each is held until the server has it, and one that fails ends all', async () => {
    await bench.open({ segments_in_flight: 4 });
    swift.fault = times(5, 'PUT', SEGMENTS, cutsAfter(50_000));
    await bench.storage.put(DATA, sampleBytes(SIZE));
    await bench.isWhole();
    swift.fault = times(Number.POSITIVE_INFINITY, 'PUT', /00000005$/, answers(403));
    expect(await failureOf(() => bench.storage.put('other/data', sampleBytes(SIZE)))).toMatchObject({ code: 'permission_denied' });
    expect([...swift.objects.keys()].filter((name) => name.startsWith('other'))).toEqual([]);
  });

  test('a body that pauses longer than the server is allowed to keep silent does no harm', async () => {
    await bench.open({ swift_timeout: 0.5 });
    const body = {
      async *[Symbol.asyncIterator]() {
        yield Buffer.alloc(40_000, 1);
        await new Promise((resolve) => setTimeout(resolve, 900));
        yield Buffer.alloc(40_000, 2);
      },
    };
    await bench.storage.put(DATA, body);
    expect(swift.count('PUT', SEGMENTS)).toBe(1);
    expect((await readAll(bench.storage.get(DATA))).length).toBe(80_000);
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
    expect((await bench.storage.put(DATA, body)).size).toBe(120_000);
    expect(swift.arrived.filter(({ path, method }) => method === 'PUT' && /00000000$/.test(path)).map(({ headers }) => headers['content-length'])).toEqual([
      undefined,
      '100000',
    ]);
  });

  test('large segments are held in a file that nobody sees', async () => {
    await bench.open({ max_segment_size: 70 * 1024 * 1024, swift_timeout: 30 });
    const size = 71 * 1024 * 1024;
    swift.fault = times(1, 'PUT', SEGMENTS, cutsAfter(30_000_000));
    await bench.storage.put(DATA, sampleBytes(size));
    expect(await fingerprint(bench.storage.get(DATA))).toBe(await fingerprint(sampleBytes(size)));
  }, 120_000);
});
