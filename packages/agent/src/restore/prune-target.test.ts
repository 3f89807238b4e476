import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type EntryType, FreezerError } from '@freezer/core';
import type { PointEntry } from '@freezer/format';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { pruneTarget, type Spare, straysOf } from './prune-target.ts';
import { RestoreLab, treeOf } from './restore-lab.fixture.ts';

let lab: RestoreLab;
let target: string;
beforeEach(async () => {
  lab = await RestoreLab.make();
  target = join(lab.root, 'target');
  await mkdir(target);
});
afterEach(() => lab.remove());

async function* pointOf(entries: Readonly<Record<string, EntryType>>): AsyncGenerator<PointEntry> {
  for (const path of Object.keys(entries).toSorted((a, b) => (a < b ? -1 : 1))) {
    yield { level: 0, entry: { kind: 'held', path, type: entries[path] ?? 'file', size: 0, mtimeNs: 0n, mode: 0o644, uid: 0, gid: 0 } };
  }
}

const nothing: Spare = () => false;
const prune = async (point: AsyncIterable<PointEntry>, spare = nothing) => pruneTarget(lab.context, target, straysOf(lab.context, target, point, spare));

it('removes what the point has not, and nothing else', async () => {
  await lab.write(target, { 'a/kept': 'f 1', 'a/stray': 'f 2', 'a-b': 'f 3', 'stray/deep/er': 'f 4', '!': 'f 5' });
  expect(await prune(pointOf({ '.': 'directory', a: 'directory', 'a/kept': 'file', '!': 'file' }))).toEqual({ removed: 5, problems: [] });
  expect(await treeOf(target)).toEqual({ a: 'd', 'a/kept': 'f 1', '!': 'f 5' });
});

it('removes a file where the point has a folder, and a folder where it has a file', async () => {
  await lab.write(target, { a: 'f 1', 'b/x': 'f 2' });
  await prune(pointOf({ '.': 'directory', a: 'directory', b: 'file' }));
  expect(await treeOf(target)).toEqual({});
});

it('follows no link', async () => {
  const elsewhere = join(lab.root, 'elsewhere');
  await lab.write(elsewhere, { precious: 'f 1' });
  await symlink(elsewhere, join(target, 'link'));
  expect(await prune(pointOf({ '.': 'directory' }))).toEqual({ removed: 1, problems: [] });
  expect([await treeOf(target), await treeOf(elsewhere)]).toEqual([{}, { precious: 'f 1' }]);
});

it('of an empty point leaves nothing', async () => {
  await lab.write(target, { a: 'f 1' });
  expect(await prune(pointOf({}))).toEqual({ removed: 1, problems: [] });
});

it('removes nothing when the point cannot be read to where it is needed', async () => {
  await lab.write(target, { a: 'f 1', b: 'f 2' });
  async function* broken(): AsyncGenerator<PointEntry> {
    yield* pointOf({ '.': 'directory', a: 'file' });
    throw new FreezerError('corrupt', 'index: is cut off');
  }
  await expect(prune(broken())).rejects.toThrow('cut off');
  expect(await treeOf(target)).toEqual({ a: 'f 1', b: 'f 2' });
});

it('leaves what the backup skipped, and the folders that hold it', async () => {
  await lab.write(target, { 'a/unread': 'f 1', 'a/stray': 'f 2', 'b/x.log': 'f 3' });
  await prune(pointOf({ '.': 'directory' }), (path: string) => path === 'a/unread' || path.endsWith('.log'));
  expect(await treeOf(target)).toEqual({ a: 'd', 'a/unread': 'f 1', b: 'd', 'b/x.log': 'f 3' });
});
