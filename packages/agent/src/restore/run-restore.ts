import type { Placement, RestoreProblem } from '@freezer/core';
import type { OpenedLevel } from '@freezer/format';
import { dataBytes } from '../data-bytes.ts';
import { decodeStages } from '../decode-stages.ts';
import type { RunContext } from '../run-context.ts';
import { applyChanges } from './apply-changes.ts';
import { choosePoint } from './choose-point.ts';
import { lastingProblems } from './lasting-problems.ts';
import { openHistory } from './open-history.ts';
import { pruneTarget, straysOf } from './prune-target.ts';
import { readAll } from './read-all.ts';
import { restoreLevel } from './restore-level.ts';
import type { RestoreRequest } from './restore-request.ts';
import { sparedPaths } from './spared-paths.ts';
import { removeDeadStaging } from './staging.ts';
import { checkApart, inspectTarget, makeTarget } from './target.ts';

/** What a restore did, for the report. */
export interface RestoreOutcome {
  readonly levels: readonly OpenedLevel[];
  readonly problems: readonly RestoreProblem[];
  /** Paths of the target that `--delete` removed. */
  readonly pruned: number;
  readonly placement: Placement;
}

/**
 * Restores a point into a folder. Everything that can be refused is refused before the first write. When it stops in the middle, the
 * message names the level, what was complete by then, and the file that was cut off (and is removed).
 */
export async function runRestore(context: RunContext, request: RestoreRequest): Promise<RestoreOutcome> {
  const point = await choosePoint(context, request);
  await checkApart(context, request);
  const placement = await inspectTarget(request.target, request.overwrite || request.prune);
  const decoders = [];
  for (const opened of point.levels)
    decoders.push(await decodeStages({ reader: point.reader, opened, passphrases: context.passphrases }, { signal: context.signal }));
  context.progress.expect(dataBytes(point.levels.map(({ level }) => level)) * (request.verifyFirst ? 2 : 1));
  if (request.verifyFirst) for (const [at, opened] of point.levels.entries()) await readAll(context, point.reader, opened, decoders[at] ?? []);
  if (request.dryRun) return { levels: point.levels, problems: [], pruned: 0, placement };
  await makeTarget(request.target);
  await removeDeadStaging(context, request.target);
  const history = placement === 'overlay' ? await openHistory(context, request.set, point) : undefined;
  const problems: RestoreProblem[] = [];
  let pruned = 0;
  if (history && request.prune) {
    const spare = await sparedPaths(context, request.set, point);
    const done = await pruneTarget(context, request.target, straysOf(context, request.target, history.point(point.levels.length - 1), spare));
    pruned = done.removed;
    problems.push(...done.problems);
  }
  const ofLevels: (readonly RestoreProblem[])[] = [];
  for (const [at, opened] of point.levels.entries()) {
    const changes = history && at > 0 ? await applyChanges(context, request.target, history, at) : [];
    const stages = decoders[at] ?? [];
    ofLevels.push([...changes, ...(await restoreLevel(context, request, { point, opened, at, stages, placement }))]);
  }
  problems.push(...(history ? await lastingProblems(history, ofLevels) : ofLevels.flat()));
  if (history) problems.push(...history.lost(point.levels.length - 1));
  return { levels: point.levels, problems, pruned, placement };
}
