import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dateOf, HOST, Lab, NAME } from './harness/lab.ts';
import { ourBackup, ourRestore, ours, oursEnds } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore, pythonSucceeds } from './harness/python-agent.ts';
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

/** Two chains of two levels. */
async function twoChains(backup: typeof ourBackup): Promise<readonly [Point, Point, Point, Point]> {
  await makeSampleTree(lab.source);
  const make = async (step: number): Promise<Point> => {
    if (step > 0) await changeSampleTree(lab.source, step);
    return { t: await backup(lab, ['--max-level', '1']), lines: await treeLines(lab.source) };
  };
  const points = [await make(0), await make(1), await make(2), await make(3)] as const;
  expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 0, 1]);
  return [...points];
}

const stored = async (): Promise<readonly number[]> => (await lab.levels()).map(({ t }) => t);
const folders = (root: string): Promise<string[]> => readdir(join(lab.store, root, 'tar', `${HOST}_${NAME}`));

describe('sets of ours', () => {
  it("are removed by Python's --remove-from-date, data and all that belongs to it", async () => {
    const [, first, full, last] = await twoChains(ourBackup);
    await pythonSucceeds(lab, 'admin', ['--remove-from-date', dateOf(first.t)]);
    expect(await stored()).toEqual([full.t, last.t]);
    expect(await folders('data')).toEqual([String(full.t)]);
    expect(await treeLines(await ourRestore(lab))).toEqual(last.lines);
    expect(await treeLines(await pythonRestore(lab))).toEqual(last.lines);
    await oursEnds(lab, 0, 'verify');
  });

  it('are continued by both after Python removed a chain', async () => {
    const [, first] = await twoChains(ourBackup);
    await pythonSucceeds(lab, 'admin', ['--remove-from-date', dateOf(first.t)]);
    for (const [step, backup] of [ourBackup, pythonBackup].entries()) {
      await changeSampleTree(lab.source, 4 + step);
      await backup(lab);
    }
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 2, 3]);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
    expect(await treeLines(await pythonRestore(lab))).toEqual(await treeLines(lab.source));
  });
});

describe('sets of Python', () => {
  it('are removed by our admin, and Python reads what is left', async () => {
    const [, first, full, last] = await twoChains(pythonBackup);
    await oursEnds(lab, 0, 'admin', ['--remove-from-date', dateOf(first.t)]);
    expect(await stored()).toEqual([full.t, last.t]);
    expect(await folders('data')).toEqual([String(full.t)]);
    expect(await folders('metadata')).toEqual([String(full.t)]);
    expect(await treeLines(await pythonRestore(lab, full.t))).toEqual(full.lines);
    expect(await treeLines(await pythonRestore(lab))).toEqual(last.lines);
    expect(await treeLines(await ourRestore(lab))).toEqual(last.lines);
    await changeSampleTree(lab.source, 4);
    await pythonBackup(lab);
    expect(await treeLines(await pythonRestore(lab))).toEqual(await treeLines(lab.source));
  });

  it('show what would be removed, and lose nothing, in a dry run', async () => {
    const [, first] = await twoChains(pythonBackup);
    const before = await stored();
    await oursEnds(lab, 0, 'admin', ['--remove-from-date', dateOf(first.t), '--dry-run']);
    expect(await stored()).toEqual(before);
  });
});

describe('a limit between a full and its increment', () => {
  it('Python takes the newer increment away with its full', async () => {
    const [full] = await twoChains(pythonBackup);
    const before = await stored();
    await pythonSucceeds(lab, 'admin', ['--remove-from-date', dateOf(full.t)]);
    expect(await stored()).toEqual(before.slice(2));
  });

  it.each([
    ['Python', pythonBackup],
    ['ours', ourBackup],
  ])('ours keeps the full that a kept increment needs, in a set made by %s', async (_, backup) => {
    const [full, first, , last] = await twoChains(backup);
    const before = await stored();
    await oursEnds(lab, 0, 'admin', ['--remove-from-date', dateOf(full.t)]);
    expect(await stored()).toEqual(before);
    expect(await treeLines(await pythonRestore(lab, first.t))).toEqual(first.lines);
    expect(await treeLines(await ourRestore(lab, first.t))).toEqual(first.lines);
    expect(await treeLines(await ourRestore(lab))).toEqual(last.lines);
  });
});

it('the last point stays, however old it is; Python takes it', async () => {
  await makeSampleTree(lab.source);
  const t = await pythonBackup(lab);
  await ours(lab, 'admin', ['--remove-from-date', dateOf(t + 3600)]);
  expect(await stored()).toEqual([t]);
  await pythonSucceeds(lab, 'admin', ['--remove-from-date', dateOf(t + 3600)]);
  expect(await stored()).toEqual([]);
});
