import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IndexEntry } from '@freezer/core';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BrokenLinks } from './broken-links.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'freezer-links-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const linkOf = (path: string): IndexEntry => ({ kind: 'held', path, type: 'symlink', mode: 0o777, uid: 0, gid: 0, size: 0, mtimeNs: 0n, target: 'x' });

/** Everything passes by, whatever is found of it. */
async function totalOf(source: string, paths: readonly string[]): Promise<number> {
  const links = new BrokenLinks();
  const seen: IndexEntry[] = [];
  async function* batches() {
    yield paths.map(linkOf);
  }
  for await (const batch of links.watch(batches(), source)) seen.push(...batch);
  expect(seen).toHaveLength(paths.length);
  return links.sample().total;
}

test('links are looked for below a folder, and beside a single file', async () => {
  mkdirSync(join(root, 'source'));
  for (const [name, target] of [
    ['good', '.'],
    ['broken', 'nowhere'],
  ] as const)
    symlinkSync(target, join(root, 'source', name));
  writeFileSync(join(root, 'source', 'file'), '');
  for (const source of [join(root, 'source'), join(root, 'source', 'file')]) expect(await totalOf(source, ['good', 'broken'])).toBe(1);
});

test.each([
  ['leads to itself', (path: string) => symlinkSync('loop', path)],
  ['is gone', () => undefined],
])('a source that %s fails no run, and no link of it is called broken', async (_what, make) => {
  make(join(root, 'loop'));
  expect(await totalOf(join(root, 'loop'), ['a', 'b'])).toBe(0);
});
