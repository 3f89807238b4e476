import type { HeldEntry } from '@freezer/core';
import { expect, test } from '@jest/globals';
import { lastingProblems } from './lasting-problems.ts';
import type { PointHistory } from './point-history.ts';

const held = (path: string): HeldEntry => ({ kind: 'held', path, type: 'file', size: 1, mtimeNs: 5n, mode: 0o644, uid: 0, gid: 0 });
const problem = (path: string) => ({ path, detail: 'Cannot open: File exists' });

function history(levels: Readonly<Record<string, number>>): PointHistory & { reads: number } {
  const none = async function* () {};
  const made = {
    reads: 0,
    async *point() {
      made.reads += 1;
      for (const [path, level] of Object.entries(levels)) yield { entry: held(path), level };
    },
    gone: none,
    moved: none,
    lost: () => [],
  };
  return made;
}

test('what a later level has again is no problem; what it has not is one', async () => {
  const end = history({ a: 2, b: 0, c: 1, '.': 2 });
  const problems = [[problem('a'), problem('b'), problem('.')], [problem('c'), problem('gone')], [problem('a')]];
  expect(await lastingProblems(end, problems)).toEqual(['b', '.', 'c', 'gone', 'a'].map(problem));
});

test('without problems of levels below the top nothing is read', async () => {
  const end = history({ a: 1 });
  expect(await lastingProblems(end, [[], [problem('a')]])).toEqual([problem('a')]);
  expect(await lastingProblems(end, [])).toEqual([]);
  expect(end.reads).toBe(0);
});
