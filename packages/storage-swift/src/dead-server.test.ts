import { sampleBytes } from '@freezer/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Fault } from '../test-support/fake-swift.ts';
import { DATA, FaultBench, failureOf, SEGMENT, SIZE, times } from '../test-support/fault-bench.ts';

let bench: FaultBench;
/** Time passes by sleeping, and where a test says so. */
let now: number;
beforeEach(async () => {
  now = 0;
  bench = await FaultBench.start();
  await bench.open({}, { clock: { now: () => now, sleep: async (milliseconds) => void (now += milliseconds) } });
});
afterEach(() => bench[Symbol.asyncDispose]());

const refuses: Fault = ({ request }) => {
  request.socket.destroy();
  return true;
};

test('one that dies is given up after a minute at most: by the put, and by all that is cleared up after it', async () => {
  const { swift, storage } = bench;
  swift.fault = (arrived, response) => (/00000003$/.test(arrived.path) || swift.count('PUT', /00000003$/) > 0 ? refuses(arrived, response) : false);
  expect(await failureOf(() => storage.put(DATA, sampleBytes(SIZE)))).toMatchObject({ code: 'unavailable' });
  expect(await failureOf(() => storage.removeTree('data'))).toMatchObject({ code: 'unavailable' });
  expect(await failureOf(() => storage.stat(DATA))).toMatchObject({ code: 'unavailable' });
  expect(await failureOf(() => storage.remove('locks/tar/host_set/lock'))).toMatchObject({ code: 'unavailable' });
  expect(now / 1000).toBeGreaterThan(30);
  expect(now / 1000).toBeLessThan(60);
});

test('one that comes back within half a minute is waited for', async () => {
  bench.swift.fault = times(7, 'PUT', /00000003$/, refuses);
  await bench.storage.put(DATA, sampleBytes(SIZE));
  expect(now / 1000).toBeLessThan(35);
  await bench.isWhole();
});

test('a source that is slow between two failures makes no dead server: that nothing arrived is an answer', async () => {
  bench.swift.fault = times(2, 'PUT', /00000000$/, refuses);
  const body = {
    async *[Symbol.asyncIterator]() {
      yield Buffer.alloc(SEGMENT / 2, 1);
      // The first attempt fails meanwhile; the second one waits for the whole segment.
      while (bench.swift.count('PUT', /00000000$/) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 50));
      now += 120_000;
      yield Buffer.alloc(SEGMENT / 2, 2);
    },
  };
  expect(await bench.storage.put(DATA, body)).toMatchObject({ size: SEGMENT });
  expect(bench.swift.count('PUT', /00000000$/)).toBe(3);
});

test.each([
  ['a segment', DATA, /00000000$/],
  ['an object of one piece', 'data/tar/host_set/1/0_1/index', /index$/],
])('%s that takes a minute and breaks off is sent again: the server was there', async (_, key, pattern) => {
  bench.swift.fault = times(4, 'PUT', pattern, ({ request }) => {
    request
      .on('data', () => undefined)
      .on('end', () => {
        now += 60_000;
        request.socket.destroy();
      });
  });
  expect(await bench.storage.put(key, sampleBytes(SEGMENT))).toMatchObject({ size: SEGMENT });
  expect(bench.swift.count('PUT', pattern)).toBe(5);
});
