import { stat, utimes } from 'node:fs/promises';
import { basename } from 'node:path';
import { bytePathOf, FreezerError, type Placement, type RestoreProblem, type Stage } from '@freezer/core';
import type { OpenedLevel } from '@freezer/format';
import { dataBytes } from '../data-bytes.ts';
import { decodeStages } from '../decode-stages.ts';
import { PathMatch } from '../path-match.ts';
import type { RunContext } from '../run-context.ts';
import { finishFolders, makeFolders } from './above-folders.ts';
import { type ChosenPoint, choosePoint } from './choose-point.ts';
import { openHistory } from './open-history.ts';
import { type LevelPart, type PartCounts, type PartSpools, selectionOf, spoolPart } from './part-spools.ts';
import { planPart } from './plan-part.ts';
import type { HistoryEntry, PointHistory } from './point-history.ts';
import { pruneTarget, straysOf } from './prune-target.ts';
import { readAll } from './read-all.ts';
import { restoreLevel } from './restore-level.ts';
import type { PartRequest } from './restore-request.ts';
import { sparedPaths } from './spared-paths.ts';
import { makeStaging, removeDeadStaging, removeStaging } from './staging.ts';
import { inspectTarget, makeTarget } from './target.ts';

/** What a restore of a part did. */
export interface PartOutcome {
  /** Those whose data was read, the lowest first. */
  readonly levels: readonly OpenedLevel[];
  /** Seconds since the epoch: the time of the point. */
  readonly t: number;
  readonly problems: readonly RestoreProblem[];
  readonly pruned: number;
  readonly counts: PartCounts;
}

/** A point with the part of it that is wanted. */
export interface OpenedPart {
  readonly point: ChosenPoint;
  readonly history: PointHistory;
  readonly placement: Placement;
  readonly match: PathMatch;
  /** Everything in the point. */
  entries(): AsyncIterable<HistoryEntry>;
}

/** Fails like `choosePoint`, and with `already_exists` when the target may not be written to. */
export async function openPart(context: RunContext, request: PartRequest): Promise<OpenedPart> {
  const point = await choosePoint(context, request);
  const placement = await inspectTarget(request.target, request.overwrite || request.prune);
  const history = await openHistory(context, request.set, point);
  return { point, history, placement, match: matchOf(request, point), entries: () => history.point(point.levels.length - 1) };
}

export const matchOf = ({ paths }: Pick<PartRequest, 'paths'>, { levels }: ChosenPoint): PathMatch =>
  new PathMatch({ words: paths, style: 'tree', sourcePath: levels.at(-1)?.manifest?.document.source.path });

/** Fails with `not_found` when a word of the user meant nothing. To be called when all of the point went by. */
export function checkAllMatched(match: PathMatch): void {
  const [missing] = match.unmatched();
  if (missing !== undefined) throw new FreezerError('not_found', `restore: ${missing}: the backup holds no such path; show lists them`);
}

/**
 * Restores what is wanted of a point, each entry from the level that holds it; other levels are not read. Everything that can be refused is
 * refused before the first write. When it stops in the middle, the message says so as that of a whole restore does.
 */
export async function restorePart(context: RunContext, request: PartRequest): Promise<PartOutcome> {
  if (context.engine.capabilities.selective !== true)
    throw new FreezerError('unsupported', `restore: engine ${context.engine.name} restores whole backups only; leave out --path and --conflict`);
  const part = await openPart(context, request);
  const { point, match } = part;
  const spools = await spoolPart(context, planPart({ ...request, placement: part.placement, match }, part.entries()));
  checkAllMatched(match);
  context.progress.expect(dataBytes(spools.levels.flatMap(({ at }) => point.levels[at]?.level ?? [])) * (request.verifyFirst ? 2 : 1));
  const decoders = await openDecoders(context, request, point, spools);
  await makeTarget(request.target);
  await removeDeadStaging(context, request.target);
  const pruned = await pruneTarget(context, request.target, straysOfPart(context, request, part));
  await makeFolders(context, request.target, spools);
  const problems: RestoreProblem[] = [...pruned.problems];
  for (const [index, level] of spools.levels.entries()) problems.push(...(await restoreFrom(context, request, point, level, decoders[index] ?? [])));
  problems.push(...(await finishFolders(context, request.target, spools)));
  problems.push(...part.history.lost(point.levels.length - 1).filter(({ path }) => path === '.' || match.accepts(path)));
  const levels = spools.levels.flatMap(({ at }) => point.levels[at] ?? []);
  return { levels, t: point.levels.at(-1)?.level.id.t ?? 0, problems, pruned: pruned.removed, counts: spools.counts };
}

async function openDecoders(
  context: RunContext,
  request: PartRequest,
  { reader, levels }: ChosenPoint,
  spools: PartSpools,
): Promise<readonly (readonly Stage[])[]> {
  const { passphrases, signal } = context;
  const decoders: (readonly Stage[])[] = [];
  for (const { at } of spools.levels) {
    const opened = levels[at];
    if (opened === undefined) throw new TypeError('restorePart: an entry lies in a level that the point has not');
    decoders.push(await decodeStages({ reader, opened, passphrases }, { signal }));
  }
  if (!request.verifyFirst) return decoders;
  for (const [index, { at }] of spools.levels.entries()) {
    const opened = levels[at];
    if (opened) await readAll(context, reader, opened, decoders[index] ?? []);
  }
  return decoders;
}

/** What the backup does not hold, where it was asked for. May be removed as it comes. */
export async function* straysOfPart(context: RunContext, request: PartRequest, { point, placement, entries }: OpenedPart) {
  if (placement === 'empty' || !request.prune) return;
  const match = matchOf(request, point);
  const spare = await sparedPaths(context, request.set, point);
  for await (const stray of straysOf(context, request.target, entries(), spare)) if (match.accepts(stray.path)) yield stray;
}

async function restoreFrom(context: RunContext, request: PartRequest, point: ChosenPoint, level: LevelPart, stages: readonly Stage[]) {
  const opened = point.levels[level.at];
  if (opened === undefined) throw new TypeError('restorePart: an entry lies in a level that the point has not');
  const { target } = request;
  const staging = level.hasLinks ? await makeStaging(context, target) : undefined;
  try {
    const selection = selectionOf(level, bytePathOf(staging === undefined ? '' : basename(staging)), context);
    return await restoreLevel(context, request, { point, opened, at: level.at, stages, placement: 'overlay', selection });
  } finally {
    if (staging !== undefined) {
      const { atime, mtime } = await stat(target);
      await removeStaging(staging);
      // What the level gave the folder is not changed by what the engine had in it.
      await utimes(target, atime, mtime);
    }
  }
}
