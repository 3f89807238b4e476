import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pathReached } from './path-reached.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-reached-'));
});
afterEach(() => rm(folder, { recursive: true }));

const line = (name: string): string => `-rw-r--r-- 0/0               5 2026-11-21 12:00:00.000000000 "./${name}"`;

test.each<[string, string, string | undefined]>([
  ['no line yet', '', undefined],
  ['half a line', `${line('a')}\n${line('b').slice(0, 40)}`, 'a'],
  ['a name with a line end in it', `${line('a')}\n${line('c\\nd\\303\\251')}\n`, 'c\nd\u00c3\u00a9'],
  ['a dump list behind the entry', `${line('a')}\nY x\nN y\n`, 'a'],
  ['more than the tail', `${`${line('old')}\n`.repeat(5000)}${line('n'.repeat(4000))}\n`, 'n'.repeat(4000)],
])('%s', async (_, text, path) => {
  await writeFile(join(folder, 'index'), text);
  expect(await pathReached(join(folder, 'index'))).toBe(path);
});

test('before tar has begun there is none', async () => {
  expect(await pathReached(join(folder, 'index'))).toBeUndefined();
});
