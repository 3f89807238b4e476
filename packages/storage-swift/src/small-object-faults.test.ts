import { textBody } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeSwift } from '../test-support/fake-swift.ts';
import { answers, FaultBench, failureOf, times } from '../test-support/fault-bench.ts';

let bench: FaultBench;
let swift: FakeSwift;
beforeEach(async () => {
  bench = await FaultBench.start();
  ({ swift } = bench);
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('small objects and listings', () => {
  test('ifAbsent whose answer was lost is not taken for the object of somebody else', async () => {
    swift.fault = times(1, 'PUT', /\/lock$/, async (arrived) => {
      await swift.serve(arrived);
      arrived.request.socket.destroy();
      return true;
    });
    await bench.storage.put('lock', textBody('mine'), { ifAbsent: true });
    expect((await failureOf(() => bench.storage.put('lock', textBody('other'), { ifAbsent: true }))).code).toBe('already_exists');
  });

  test('of two that were let in at the same moment the one that was overwritten does not win', async () => {
    swift.fault = times(1, 'PUT', /\/lock$/, async (arrived, response) => {
      const { status, headers } = await swift.serve(arrived);
      swift.objects.set('lock', { bytes: Buffer.from('theirs'), headers: {} });
      response.writeHead(status, headers).end();
      return true;
    });
    expect(await failureOf(() => bench.storage.put('lock', textBody('mine'), { ifAbsent: true }))).toMatchObject({ code: 'already_exists' });
  });

  test('a listing goes on over pages, and its pages are asked for again', async () => {
    for (let index = 0; index < 25; index += 1) await bench.storage.put(`many/${String(index).padStart(2, '0')}`, textBody('x'));
    swift.pageSize = 10;
    await bench.open();
    swift.fault = times(4, 'GET', /\/c$/, answers(503));
    const keys: string[] = [];
    for await (const { key } of bench.storage.list('many')) keys.push(key);
    expect(keys).toHaveLength(25);
    expect(new Set(keys).size).toBe(25);
  });

  test('removal of what somebody else removed meanwhile is fine', async () => {
    for (let index = 0; index < 12; index += 1) await bench.storage.put(`many/${index}`, textBody('x'));
    swift.fault = ({ method, path }) => method === 'DELETE' && path.endsWith('/many/7') && swift.objects.delete('many/7') && false;
    await bench.storage.removeTree('many');
    expect(swift.objects.size).toBe(0);
  });

  test('an abort ends a call that bench.waits, with its own reason', async () => {
    swift.fault = ({ path }) => path.endsWith('/k');
    const controller = new AbortController();
    setTimeout(() => controller.abort('enough'), 50);
    await expect(bench.storage.stat('k', { signal: controller.signal })).rejects.toBe('enough');
    await expect(bench.storage.put('k', textBody('x'), { signal: controller.signal })).rejects.toBe('enough');
  });
});
