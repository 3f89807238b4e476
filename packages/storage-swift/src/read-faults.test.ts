import { fingerprint, readAll, sampleBytes } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeSwift, Fault } from '../test-support/fake-swift.ts';
import { DATA, FaultBench, failureOf, SIZE } from '../test-support/fault-bench.ts';

let bench: FaultBench;
let swift: FakeSwift;
beforeEach(async () => {
  bench = await FaultBench.start();
  ({ swift } = bench);
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('while an object is read', () => {
  beforeEach(async () => {
    await bench.storage.put(DATA, sampleBytes(SIZE));
    bench.waits.length = 0;
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
    expect(await fingerprint(bench.storage.get(DATA))).toBe(await fingerprint(sampleBytes(SIZE)));
    expect(ranges).toHaveLength(4);
    if (bytes > 0) expect(ranges[1]).toBe('bytes=25000-99999');
  });

  test.each<[string, Fault, string, RegExp]>([
    ['is missing', () => swift.objects.delete('data/tar/host_set/1/0_1/segments/00000004') && false, 'corrupt', /segments\/00000004, a part of it, is missing/],
    ['is shorter', () => shorten(4), 'corrupt', /segments\/00000004 has 99999 bytes instead of 100000/],
    ['has other bytes', () => damage(4), 'corrupt', /do not have the digest/],
  ])('a segment that %s is an error, never a gap', async (_, spoil, code, message) => {
    swift.fault = (arrived, response) => (/00000003$/.test(arrived.path) ? spoil(arrived, response) : false);
    const error = await failureOf(() => readAll(bench.storage.get(DATA)));
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
    expect(await fingerprint(bench.storage.get(DATA))).toBe(await fingerprint(sampleBytes(SIZE)));
    const last = swift.objects.get(nameOf(0));
    // The listing does not know the last one yet.
    swift.pageSize = 10;
    let isLagging = true;
    swift.fault = ({ query, method, path }, response) => {
      if (!isLagging || method !== 'GET' || !path.endsWith('/c') || !(query.get('marker') ?? '').endsWith('9')) return false;
      response.writeHead(200, { 'content-length': '2' }).end('[]');
      return true;
    };
    expect(await fingerprint(bench.storage.get(DATA))).toBe(await fingerprint(sampleBytes(SIZE)));
    isLagging = false;
    swift.objects.delete(nameOf(0));
    expect((await failureOf(() => readAll(bench.storage.get(DATA)))).message).toMatch(/its segment .*00000000 is missing/);
    swift.objects.set(nameOf(0), last ?? { bytes: Buffer.alloc(0), headers: {} });
    swift.objects.delete(nameOf(5));
    expect((await failureOf(() => readAll(bench.storage.get(DATA)))).message).toMatch(/its segment .*00000005 is missing/);
  });

  test('a server that keeps silent for ever ends it in bounded time', async () => {
    await bench.open({ swift_timeout: 0.5 });
    swift.fault = ({ path, method }) => method === 'GET' && /00000002$/.test(path);
    const begun = Date.now();
    expect(await failureOf(() => readAll(bench.storage.get(DATA)))).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('kept silent for 0.5 s'),
    });
    expect(Date.now() - begun).toBeLessThan(15_000);
  }, 120_000);

  test('a reader that pauses longer than the server may keep silent loses nothing', async () => {
    await bench.open({ swift_timeout: 0.5 });
    let isFirst = true;
    const parts: Uint8Array[] = [];
    for await (const chunk of bench.storage.get(DATA)) {
      if (isFirst) await new Promise((resolve) => setTimeout(resolve, 900));
      isFirst = false;
      parts.push(chunk);
    }
    expect(Buffer.compare(Buffer.concat(parts), await readAll(sampleBytes(SIZE)))).toBe(0);
  });
});
