import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { answers, FaultBench, failureOf, times } from '../test-support/fault-bench.ts';

const MANY = 2500;

let bench: FaultBench;
beforeEach(async () => {
  bench = await FaultBench.start();
  bench.swift.bulkMost = 10_000;
  for (let index = 0; index < MANY; index += 1) bench.swift.objects.set(`many/${index}?&%`, { bytes: Buffer.alloc(0), headers: {} });
  bench.swift.objects.set('other', { bytes: Buffer.alloc(1), headers: {} });
});
afterEach(() => bench[Symbol.asyncDispose]());

const left = (): readonly string[] => [...bench.swift.objects.keys()];

test('many objects are removed a thousand at a time', async () => {
  await bench.storage.removeTree('many');
  expect(left()).toEqual(['other']);
  expect([bench.swift.count('POST', /./), bench.swift.count('DELETE', /./)]).toEqual([3, 0]);
});

test('and fewer at a time where the server wants that', async () => {
  bench.swift.bulkMost = 500;
  await bench.storage.removeTree('many');
  expect(left()).toEqual(['other']);
  expect(bench.swift.count('POST', /./)).toBe(5);
});

test.each([
  ['429 with Retry-After', answers(429, { 'retry-after': '3' })],
  ['503', answers(503)],
  ['a connection that is cut', cutsBody],
])('%s in the middle: the step is asked for again, and no other', async (_, fault) => {
  let posts = 0;
  bench.swift.fault = (arrived, response) => arrived.method === 'POST' && [2, 3].includes((posts += 1)) && fault(arrived, response);
  await bench.storage.removeTree('many');
  expect(left()).toEqual(['other']);
  expect(posts).toBe(5);
});

test('an answer that is cut after the removal was done: what is gone already is fine', async () => {
  bench.swift.fault = times(1, 'POST', /./, async (arrived, response) => {
    const { body = Buffer.alloc(0) } = await bench.swift.serve(arrived);
    response.writeHead(200, { 'content-length': String(body.length) });
    response.write(body.subarray(0, 10));
    setTimeout(() => response.destroy(), 20);
    return true;
  });
  await bench.storage.removeTree('many');
  expect(left()).toEqual(['other']);
});

test('a failure of some that the body of a 200 tells passes by itself: they are asked for one by one', async () => {
  bench.swift.keeps = (name) => (/7\?&%$/.test(name) ? '503 Service Unavailable' : undefined);
  await bench.storage.removeTree('many');
  expect(left()).toEqual(['other']);
  // Those that failed, and no others.
  expect(bench.swift.count('DELETE', /./)).toBe(MANY / 10);
});

test('one that the account may not remove fails with its name and the reason, and the others are gone', async () => {
  bench.swift.keeps = (name) => (name === 'many/1777?&%' ? '403 Forbidden' : undefined);
  bench.swift.fault = times(1, 'DELETE', /1777/, answers(403));
  const error = await failureOf(() => bench.storage.removeTree('many'));
  expect(error).toMatchObject({ code: 'permission_denied', retryable: false });
  expect(error.message).toContain('many/1777?&%');
  // Of its own step all others are gone; the next ones were not begun.
  expect(left()).toHaveLength(1 + 1 + MANY - 1000);
});

function cutsBody({ request }: { request: { socket: { destroy: () => void } } }): true {
  request.socket.destroy();
  return true;
}
