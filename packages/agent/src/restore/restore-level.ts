import {
  displayPath,
  type EngineRestore,
  FreezerError,
  levelFolder,
  messageOf,
  type Placement,
  type RestoreProblem,
  type RestoreSelection,
  type Stage,
} from '@freezer/core';
import { describeLevel, type OpenedLevel } from '@freezer/format';
import { joinStages } from '@freezer/subprocess';
import type { RunContext } from '../run-context.ts';
import type { ChosenPoint } from './choose-point.ts';
import type { RestoreRequest } from './restore-request.ts';

export interface LevelWork {
  readonly point: ChosenPoint;
  readonly opened: OpenedLevel;
  readonly at: number;
  readonly stages: readonly Stage[];
  readonly placement: Placement;
  /** Undefined: all of it. */
  readonly selection?: RestoreSelection | undefined;
}

/** Brings one level to the target. When it stops, the message says how far it came. */
export async function restoreLevel(context: RunContext, request: RestoreRequest, work: LevelWork): Promise<readonly RestoreProblem[]> {
  const { signal, engine, logger } = context;
  const { opened, at } = work;
  logger.info({ level: levelFolder(opened.level.id), chain: opened.level.id.t0 }, 'restoring level');
  const restore = await engine.restore({
    target: request.target,
    workDir: await context.work.folder(`restore-${at}`),
    level: at,
    placement: work.placement,
    metadata: opened.metadata,
    selection: work.selection,
    signal,
  });
  context.progress.follow(restore.reached?.bind(restore));
  try {
    const joined = joinStages([...work.stages, ...restore.stages], { input: work.point.reader.data(opened, { signal }), storageAt: 'start', signal });
    await joined.done;
    return (await restore.finish(await joined.exits)).skipped;
  } catch (error) {
    throw await stopped(error, restore, work);
  }
}

/** Says how far it came: what is at the target now, and what is not. */
async function stopped(error: unknown, restore: EngineRestore, { opened, at }: LevelWork): Promise<unknown> {
  const { removed, written } = await restore.abandon();
  const before = at === 0 ? 'no level was complete before' : `levels 0 to ${at - 1} were complete before`;
  const cut = removed.length === 0 ? '' : `, incomplete and removed: ${removed.map(displayPath).join(', ')}`;
  const text = `restore stopped in level ${describeLevel(opened.level.id)}: ${messageOf(error)}; already written: ${written} entries of this level, ${before}${cut}`;
  return new FreezerError(FreezerError.is(error) ? error.code : 'unexpected', text, { cause: error });
}
