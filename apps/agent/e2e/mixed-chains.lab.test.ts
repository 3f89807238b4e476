import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dateOf, Lab } from './harness/lab.ts';
import { ourBackup, ourRestore, ours, oursEnds } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore } from './harness/python-agent.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(300_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

type Side = 'Python' | 'ours';

interface Point {
  readonly side: Side;
  readonly t: number;
  readonly lines: readonly string[];
}

/** Levels made in turn by the sides named, into one chain. */
async function chainOf(sides: readonly Side[], options: readonly string[]): Promise<readonly Point[]> {
  await makeSampleTree(lab.source);
  const points: Point[] = [];
  for (const [level, side] of sides.entries()) {
    if (level > 0) await changeSampleTree(lab.source, level);
    const t = await (side === 'ours' ? ourBackup : pythonBackup)(lab, options);
    points.push({ side, t, lines: await treeLines(lab.source) });
  }
  const levels = await lab.levels();
  expect(levels.map(({ level }) => level)).toEqual(sides.map((_, level) => level));
  expect(new Set(levels.map(({ t0 }) => t0)).size).toBe(1);
  return points;
}

/** Each point comes back by both sides; `trust` is what ours wants before it believes a level of Python. */
async function allComeBack(points: readonly Point[], options: readonly string[], trust: readonly string[] = []): Promise<void> {
  for (const { t, lines, side } of points) {
    const [byUs, byPython] = await Promise.all([ourRestore(lab, t, [...options, ...(side === 'Python' ? trust : [])]), pythonRestore(lab, t, options)]);
    expect(await treeLines(byUs)).toEqual(lines);
    expect(await treeLines(byPython)).toEqual(lines);
  }
  await oursEnds(lab, 0, 'verify', options);
  // Also to retention, which judges by the same, each is a point to rely on.
  expect(JSON.stringify(await oursEnds(lab, 0, 'list', [])).match(/"restorable":(true|false)/g)).toEqual(points.map(() => '"restorable":true'));
}

const PYTHON_FIRST: readonly Side[] = ['Python', 'ours', 'Python', 'ours'];
const OURS_FIRST: readonly Side[] = ['ours', 'Python', 'ours', 'Python'];

describe('a chain in clear', () => {
  it('of Python is continued by us, twice', async () => allComeBack(await chainOf(PYTHON_FIRST, []), []));
  it('of ours is continued by Python, twice', async () => allComeBack(await chainOf(OURS_FIRST, []), []));
});

describe('an encrypted chain', () => {
  // A level of Python proves nothing of itself: where others of its chain are authenticated, a point that ends with it is taken only when
  // the user says so. Below a level of ours it is taken, because that one says on what it stands.
  const TRUST = '--allow-unauthenticated';
  const pass = (): readonly string[] => ['--encrypt-pass-file', lab.passFile];

  it.each([
    ['of Python is continued by us, twice', PYTHON_FIRST],
    ['of ours is continued by Python, twice', OURS_FIRST],
  ])('%s', async (_, sides) => {
    const points = await chainOf(sides, pass());
    await allComeBack(points, pass(), [TRUST]);
    for (const { t } of points.filter(({ side }) => side === 'Python')) {
      const refused = await ours(lab, 'restore', ['--restore-abs-path', lab.target(), '--restore-from-date', dateOf(t), ...pass()]);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(TRUST) });
    }
  });
});

it('the compression may change with the side', async () => {
  await makeSampleTree(lab.source);
  await pythonBackup(lab, ['--compression', 'xz']);
  await changeSampleTree(lab.source, 1);
  await ourBackup(lab, ['--compression', 'bzip2']);
  await changeSampleTree(lab.source, 2);
  await pythonBackup(lab, []);
  const lines = await treeLines(lab.source);
  expect(await treeLines(await ourRestore(lab))).toEqual(lines);
  expect(await treeLines(await pythonRestore(lab))).toEqual(lines);
});

it('a chain that Python encrypted by another passphrase is not continued: a new full is made', async () => {
  await makeSampleTree(lab.source);
  await pythonBackup(lab, ['--encrypt-pass-file', lab.passFile]);
  const other = await lab.otherPassFile('another battery staple\n');
  await ourBackup(lab, ['--encrypt-pass-file', other]);
  expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 0]);
  expect(await treeLines(await pythonRestore(lab, undefined, ['--encrypt-pass-file', other]))).toEqual(await treeLines(lab.source));
});
