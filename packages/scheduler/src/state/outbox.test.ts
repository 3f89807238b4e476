import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, SILENT } from '@freezer/core';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Journal } from './journal.ts';
import { type Deliver, Outbox, type OutboxItem } from './outbox.ts';

let folder: string;
const opened: Outbox[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-outbox-'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(opened.splice(0).map((outbox) => outbox.close()));
  await rm(folder, { recursive: true, force: true });
});

async function open(deliver: Deliver): Promise<Outbox> {
  const outbox = await Outbox.open(folder, deliver, SILENT);
  opened.push(outbox);
  return outbox;
}

const away = async (): Promise<void> => {
  throw new FreezerError('unavailable', 'connection refused');
};
const numberOf = ({ body }: OutboxItem): unknown => body['n'];

test('writes of a lane arrive in their order, also those of an earlier process', async () => {
  const first = await open(away);
  for (const n of [1, 2, 3]) await first.add('job', 'a', { n });
  await first.add('job', 'b', { n: 9 });
  const arrived: unknown[] = [];
  const second = await Outbox.open(folder, async (write) => void arrived.push([write.lane, numberOf(write)]), SILENT);
  opened.push(second);
  expect(second.size).toBe(4);
  await second.drain(5000);
  expect(second.size).toBe(0);
  expect(arrived.filter((one) => Array.isArray(one) && one[0] === 'a')).toEqual([
    ['a', 1],
    ['a', 2],
    ['a', 3],
  ]);
  expect(arrived).toHaveLength(4);
});

test('what arrived is not sent again by the next process', async () => {
  const outbox = await open(async () => undefined);
  await outbox.add('job', 'a', { n: 1 });
  await outbox.drain(5000);
  await outbox.close();
  const again: unknown[] = [];
  const next = await open(async (write) => void again.push(write));
  await next.drain(100);
  expect(again).toEqual([]);
});

test('a lane that fails does not hold up another; a write that is refused for good is dropped', async () => {
  const arrived: unknown[] = [];
  const outbox = await open(async (write) => {
    if (write.lane === 'down') return away();
    if (numberOf(write) === 'bad') throw new FreezerError('invalid', '400');
    arrived.push(numberOf(write));
  });
  await outbox.add('job', 'down', { n: 0 });
  await outbox.add('job', 'up', { n: 'bad' });
  await outbox.add('job', 'up', { n: 'good' });
  for (let tries = 0; tries < 100 && outbox.has('up'); tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(arrived).toEqual(['good']);
  expect([outbox.has('up'), outbox.has('down'), outbox.size]).toEqual([false, true, 1]);
});

test('what something in place of the API refuses, as a proxy does while that is updated, is sent again for a day', async () => {
  let isUpdated = false;
  const arrived: unknown[] = [];
  const outbox = await open(async (write) => {
    if (!isUpdated) throw new FreezerError('unsupported', '404 nginx');
    arrived.push(numberOf(write));
  });
  await outbox.add('backup', 'a', { n: 1 });
  await outbox.drain(200);
  isUpdated = true;
  await outbox.drain(5000);
  expect(arrived).toEqual([1]);
});

test('of one id only the first write is kept', async () => {
  const outbox = await open(away);
  await outbox.add('backup', 'a', { n: 1 }, 'same');
  await outbox.add('backup', 'a', { n: 2 }, 'same');
  expect(outbox.size).toBe(1);
});

test('a record that a crash cut off is left out, those before it are not', async () => {
  const outbox = await open(away);
  await outbox.add('job', 'a', { n: 1 });
  await outbox.close();
  opened.splice(0);
  const path = join(folder, 'outbox.log');
  await writeFile(path, `${await readFile(path, 'utf8')}{"add":{"id":"x","ki`);
  const arrived: unknown[] = [];
  const next = await open(async (write) => void arrived.push(numberOf(write)));
  await next.add('job', 'a', { n: 2 });
  await next.drain(5000);
  expect(arrived).toEqual([1, 2]);
});

test('nothing is sent before it is safe', async () => {
  const seen: string[] = [];
  const outbox = await open(async (write) => void seen.push((await readFile(join(folder, 'outbox.log'), 'utf8')).includes(write.id) ? 'safe' : 'lost'));
  await Promise.all(Array.from({ length: 50 }, (_, n) => outbox.add('job', `lane ${n % 5}`, { n })));
  await outbox.drain(5000);
  expect(seen).toHaveLength(50);
  expect(new Set(seen)).toEqual(new Set(['safe']));
});

test('hundreds of lanes that are empty at once: the journal is emptied, and what comes then is kept', async () => {
  const outbox = await open(async (write) => (numberOf(write) === 'last' ? away() : undefined));
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(Array.from({ length: 300 }, (_, n) => outbox.add('job', `lane ${n}`, { n })));
    await outbox.drain(5000);
    await Promise.all(Array.from({ length: 4 }, (_, n) => outbox.add('job', `lane ${n}`, { n })));
  }
  await outbox.drain(5000);
  await outbox.add('job', 'a', { n: 'last' });
  await outbox.close();
  const arrived: unknown[] = [];
  const next = await open(async (write) => void arrived.push(numberOf(write)));
  await next.drain(5000);
  expect(arrived).toEqual(['last']);
});

test('what was delivered at once empties the journal once', async () => {
  const outbox = await open(async () => undefined);
  const rewrite = jest.spyOn(Journal.prototype, 'rewrite');
  await Promise.all(Array.from({ length: 500 }, (_, n) => outbox.add('job', `lane ${n}`, { n })));
  await outbox.drain(5000);
  await outbox.close();
  expect(rewrite.mock.calls.length).toBeLessThan(10);
});

test('a journal that cannot be written any more ends no process: what was delivered is delivered', async () => {
  const outbox = await open(async () => undefined);
  await mkdir(join(folder, 'outbox.log.new'));
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(Array.from({ length: 150 }, (_, n) => outbox.add('job', `lane ${n}`, { n })));
    await outbox.drain(5000);
  }
  await outbox.close();
  expect(outbox.size).toBe(0);
});

test('the end waits for no answer: what was on its way is sent by the next process', async () => {
  let brokenOff: string | undefined;
  const outbox = await open(
    (_write, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          brokenOff = 'at the end';
          reject(signal.reason);
        });
      }),
  );
  await outbox.add('job', 'a', { n: 1 });
  await outbox.drain(100);
  await outbox.close();
  expect(brokenOff).toBe('at the end');
  const arrived: unknown[] = [];
  const next = await open(async (write) => void arrived.push([numberOf(write), write.attempts]));
  await next.drain(5000);
  expect(arrived).toEqual([[1, 1]]);
});
