import { link, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dateOf, Lab } from './harness/lab.ts';
import { type MovedSteps, makeMovedTree, moveTree, NESTED_STEPS, PLAIN_STEPS, WILD_STEPS } from './harness/moved-tree.ts';
import { ourBackup, ourRestore, ours, oursEnds } from './harness/our-agent.ts';
import { python, pythonBackup, pythonRestore } from './harness/python-agent.ts';
import { scatterStrays, untouchedStrays, withoutStrays } from './harness/strays.ts';
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

/** A full, and a level after each step. */
async function movedChain(backup: typeof ourBackup, steps: MovedSteps): Promise<readonly Point[]> {
  await makeMovedTree(lab.source);
  const points: Point[] = [{ t: await backup(lab), lines: await treeLines(lab.source) }];
  for (const moves of steps) {
    await moveTree(lab.source, moves);
    points.push({ t: await backup(lab), lines: await treeLines(lab.source) });
  }
  expect((await lab.levels()).map(({ level }) => level)).toEqual(points.map((_, level) => level));
  return points;
}

async function overStrays(points: readonly Point[], point: Point): Promise<void> {
  const target = lab.target();
  const strays = await scatterStrays(
    target,
    points.map(({ lines }) => lines),
  );
  const options = ['--restore-abs-path', target, '--restore-from-date', dateOf(point.t), '--overwrite'];
  await oursEnds(lab, 0, 'restore', options);
  expect(withoutStrays(await treeLines(target), point.lines)).toEqual(point.lines);
  expect(await untouchedStrays(target, strays)).toEqual(strays);
  // Once more over what is there now, and this time the strays go.
  await oursEnds(lab, 0, 'restore', [...options, '--delete']);
  expect(await treeLines(target)).toEqual(point.lines);
}

async function intoAFull(points: readonly Point[], point: Point): Promise<void> {
  const target = lab.target();
  await scatterStrays(
    target,
    points.map(({ lines }) => lines),
  );
  await oursEnds(lab, 0, 'restore', ['--restore-abs-path', target, '--restore-from-date', dateOf(point.t), '--overwrite', '--delete']);
  expect(await treeLines(target)).toEqual(point.lines);
}

describe("a chain of ours with directories renamed, deleted, swapped, moved into each other and over each other's names", () => {
  it('comes back level by level into an empty directory, by us and by Python', async () => {
    for (const { t, lines } of await movedChain(ourBackup, WILD_STEPS)) {
      const [byUs, byPython] = await Promise.all([ourRestore(lab, t), pythonRestore(lab, t)]);
      expect(await treeLines(byUs)).toEqual(lines);
      expect(await treeLines(byPython)).toEqual(lines);
    }
  });

  it('comes back over a tree with a stray file in each directory: they stay, and go with --delete', async () => {
    const points = await movedChain(ourBackup, WILD_STEPS);
    for (const point of points) await overStrays(points, point);
    for (const point of points) await intoAFull(points, point);
  });
});

describe('a file with a name in a directory that is renamed, and another outside', () => {
  async function linked(): Promise<string> {
    await mkdir(join(lab.source, 'moved'));
    await writeFile(join(lab.source, 'outside'), 'two names\n');
    await link(join(lab.source, 'outside'), join(lab.source, 'moved', 'inside'));
    await ourBackup(lab);
    await rename(join(lab.source, 'moved'), join(lab.source, 'renamed'));
    await ourBackup(lab);
    return ourRestore(lab);
  }

  it('comes back under both names', async () => {
    const target = await linked();
    for (const path of ['outside', 'renamed/inside']) expect(await readFile(join(target, path), 'utf8')).toBe('two names\n');
  });

  // Known limit: the renamed directory is saved again, the other name is not, so tar sees no link between the two.
  it.failing('comes back as one file', async () => {
    expect(await treeLines(await linked())).toEqual(await treeLines(lab.source));
  });
});

describe('a chain of Python with directories renamed, deleted, swapped, in a ring, moved into another', () => {
  it('comes back level by level into an empty directory', async () => {
    for (const { t, lines } of await movedChain(pythonBackup, PLAIN_STEPS)) expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
  });

  it('comes back over a tree with a stray file in each directory: they stay, and go with --delete', async () => {
    const points = await movedChain(pythonBackup, PLAIN_STEPS);
    for (const point of points) await overStrays(points, point);
    for (const point of points) await intoAFull(points, point);
  });
});

describe('a chain of Python whose rename records are late or in the wrong order', () => {
  it('cannot be restored by Python itself, and our restore into an empty directory says so and stops', async () => {
    const points = await movedChain(pythonBackup, NESTED_STEPS);
    const last = dateOf(points.at(-1)?.t ?? 0);
    expect(await python(lab, 'restore', ['--restore-abs-path', lab.target(), '--restore-from-date', last])).toMatchObject({ code: 1 });
    expect(await ours(lab, 'restore', ['--restore-abs-path', lab.target(), '--restore-from-date', last])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/restore stopped in level 2_\d+ .*Cannot rename/),
    });
  });

  // Known defect: tar takes swapped directories for swapped again in each level that follows, and its dump lists leave directories out.
  it.failing('comes back over what is there', async () => {
    const points = await movedChain(pythonBackup, NESTED_STEPS);
    for (const point of points) await overStrays(points, point);
  });
});
