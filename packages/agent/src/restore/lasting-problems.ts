import type { BytePath, RestoreProblem } from '@freezer/core';
import type { PointHistory } from './point-history.ts';

/** What the levels of a restore could not put back, level 0 first. */
export type LevelProblems = readonly (readonly RestoreProblem[])[];

/**
 * Those that count in the end. Over a target that held something a level may fail where a later one has the same path again: a folder that
 * will be one at the end stands in the way of a file that was there in between.
 */
export async function lastingProblems(history: PointHistory, problems: LevelProblems): Promise<readonly RestoreProblem[]> {
  const top = problems.length - 1;
  const early = new Set(problems.slice(0, top).flatMap((ofLevel) => ofLevel.map(({ path }) => path)));
  if (early.size === 0) return problems[top] ?? [];
  const heldBy = new Map<BytePath, number>();
  for await (const { entry, level } of history.point(top)) if (early.has(entry.path) && entry.path !== '.') heldBy.set(entry.path, level);
  return problems.flatMap((ofLevel, at) => ofLevel.filter(({ path }) => (heldBy.get(path) ?? at) <= at));
}
