import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { dateOf, Lab, type StoredLevel } from './harness/lab.ts';
import { ourBackup, ourRestore, oursEnds } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore, pythonSucceeds } from './harness/python-agent.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';
import { remainsOf } from './safety/remains.ts';
import { objectPath } from './safety/stored-set.ts';

jest.setTimeout(120_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

const objectsOf = async (level: StoredLevel): Promise<readonly string[]> => readdir(join(objectPath(lab.store, level, 'data'), '..')).catch(() => []);

it('Python restores, continues and removes a chain with pins, of either maker, as if there were none', async () => {
  await makeSampleTree(lab.source);
  await ourBackup(lab);
  await changeSampleTree(lab.source, 1);
  const t = await ourBackup(lab);
  const lines = await treeLines(lab.source);
  await oursEnds(lab, 0, 'pin', ['--reason', 'kept for Python']);
  expect(await treeLines(await pythonRestore(lab))).toEqual(lines);
  await changeSampleTree(lab.source, 2);
  const next = await pythonBackup(lab, ['--max-level', '9']);
  expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 2]);
  await oursEnds(lab, 0, 'pin', ['--point', String(next)]);
  const newest = await treeLines(lab.source);
  for (const restore of [pythonRestore, ourRestore]) {
    expect(await treeLines(await restore(lab))).toEqual(newest);
    expect(await treeLines(await restore(lab, t))).toEqual(lines);
  }
  await oursEnds(lab, 0, 'admin', ['--remove-older-than', '0', '--force']);
  expect(await lab.levels()).toHaveLength(3);
  const levels = await lab.levels();
  expect(await objectsOf(levels[1] as StoredLevel)).toContain('pinned');
  expect(await objectsOf(levels[2] as StoredLevel)).toEqual(['data', 'engine_metadata', 'pinned']);
  await pythonSucceeds(lab, 'admin', ['--remove-from-date', dateOf(next)]);
  expect(await lab.levels()).toEqual([]);
  for (const level of levels) expect(await objectsOf(level)).toEqual([]);
  expect(await remainsOf(lab)).toEqual([]);
});
