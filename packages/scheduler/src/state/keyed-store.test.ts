import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KeyedStore } from './keyed-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-keyed-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const isNumber = (value: unknown): value is number => typeof value === 'number';
const open = () => KeyedStore.open(join(folder, 'log'), isNumber);

test('values outlive the process, deletions too', async () => {
  const store = await open();
  await store.set('a', 1);
  await store.set('b', 2);
  await store.set('a', 3);
  await store.delete('b');
  await store.close();
  const next = await open();
  expect(next.entries).toEqual([['a', 3]]);
  await next.close();
});

test('the journal does not grow with the changes', async () => {
  const store = await open();
  for (let round = 0; round < 50; round += 1) await Promise.all(Array.from({ length: 100 }, (_, n) => store.set(`key ${n}`, round)));
  const lines = (await readFile(join(folder, 'log'), 'utf8')).split('\n').length;
  expect(lines).toBeLessThan(2500);
  await store.close();
  const next = await open();
  expect(next.entries).toHaveLength(100);
  expect(next.entries.every(([, value]) => value === 49)).toBe(true);
  await next.close();
});
