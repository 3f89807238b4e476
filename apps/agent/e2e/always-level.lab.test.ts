import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourBackup, ourRestore } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore } from './harness/python-agent.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(300_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

interface Point {
  readonly t: number;
  readonly lines: readonly string[];
}

/** Levels 0 to N, and N three times more; the source changes between them. */
async function climb(top: number, backup: typeof ourBackup): Promise<readonly Point[]> {
  await makeSampleTree(lab.source);
  const points: Point[] = [];
  for (let run = 0; run < top + 4; run += 1) {
    if (run > 0) await changeSampleTree(lab.source, run);
    await writeFile(join(lab.source, 'run'), `${run}\n`);
    points.push({ t: await backup(lab, ['--always-level', String(top)]), lines: await treeLines(lab.source) });
  }
  const levels = Array.from({ length: top + 4 }, (_, run) => Math.min(run, top));
  expect((await lab.levels()).map(({ level }) => level)).toEqual(levels);
  return points;
}

describe.each([1, 2])('--always-level %d by us', (top) => {
  it('Python restores the newest, we each by its date', async () => {
    const points = await climb(top, ourBackup);
    const newest = points.at(-1);
    expect(await treeLines(await pythonRestore(lab))).toEqual(newest?.lines);
    for (const { t, lines } of points) expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
    // What Python still sees of the chain has one level of each number.
    const seen = (await lab.levels()).filter(({ superseded }) => !superseded);
    expect(seen.map(({ level }) => level)).toEqual(Array.from({ length: top + 1 }, (_, level) => level));
    expect(seen.at(-1)?.t).toBe(newest?.t);
  });
});

it('--always-level 2 by Python: each of its points by its date', async () => {
  const points = await climb(2, pythonBackup);
  for (const { t, lines } of points) expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
  expect(await treeLines(await ourRestore(lab))).toEqual(points.at(-1)?.lines);
});

it('Python repeats the top level of a chain of ours, and we take its newest', async () => {
  const points = [...(await climb(1, ourBackup))];
  await changeSampleTree(lab.source, 7);
  points.push({ t: await pythonBackup(lab, ['--always-level', '1']), lines: await treeLines(lab.source) });
  for (const { t, lines } of points) expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
  expect(await treeLines(await ourRestore(lab))).toEqual(points.at(-1)?.lines);
});

it('we repeat the top level of a chain of Python, which then restores the newest', async () => {
  const points = [...(await climb(1, pythonBackup))];
  await changeSampleTree(lab.source, 7);
  points.push({ t: await ourBackup(lab, ['--always-level', '1']), lines: await treeLines(lab.source) });
  for (const { t, lines } of points) expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
  expect(await treeLines(await pythonRestore(lab))).toEqual(points.at(-1)?.lines);
});
