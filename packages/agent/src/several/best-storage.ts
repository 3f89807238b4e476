import { FreezerError, formatUtc, messageOf } from '@freezer/core';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { trustOf } from '../actions/point-settings.ts';
import { setOf } from '../actions/set-of.ts';
import { openRun } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';
import { choosePoint } from '../restore/choose-point.ts';
import type { StorageSection } from '../settings/storage-sections.ts';
import type { OneStorageAction } from './each-storage.ts';

interface Candidate {
  readonly section: StorageSection;
  /** T of the point that it would give, with all that it stands on. */
  readonly t: number;
}

/**
 * Does something with a point that several storages may hold: from the one whose point is the newest, in the order of the sections when
 * they are equal. A storage that cannot be opened, lacks the set, or whose manifests do not hold, is named and left out. Fails as the first did when none is left.
 */
export async function fromBestStorage(input: ActionInput, plugins: AgentPlugins, action: OneStorageAction): Promise<ActionResult> {
  const candidates: Candidate[] = [];
  let failure: unknown;
  for (const section of input.storageSections) {
    try {
      candidates.push({ section, t: await pointIn(section, input, plugins) });
    } catch (error) {
      input.signal.throwIfAborted();
      if (!FreezerError.is(error)) throw error;
      input.logger.warn({ storage: section.name, reason: messageOf(error) }, 'this storage cannot give the point');
      failure ??= error;
    }
  }
  const [first, ...others] = candidates;
  if (first === undefined) throw failure;
  const best = others.reduce((a, b) => (b.t > a.t ? b : a), first);
  input.logger.info({ storage: best.section.name, time: formatUtc(best.t) }, 'storage chosen');
  const equal = candidates.filter(({ section, t }) => t === best.t && section !== best.section).map(({ section }) => section.name);
  try {
    return await action({ ...input, storageSections: [best.section] });
  } catch (error) {
    if (equal.length > 0 && FreezerError.is(error))
      input.logger.error({ storages: equal.join(', ') }, 'other storages hold the same point: --from NAME reads it from there');
    throw error;
  }
}

/** Everything but the data is checked. */
async function pointIn(section: StorageSection, input: ActionInput, plugins: AgentPlugins): Promise<number> {
  const { settings } = input;
  await using run = await openRun({ ...input, storageSections: [section] }, plugins);
  const set = setOf(settings, run.context.engine);
  const point = await choosePoint(run.context, { set, at: settings.restore_from_date, point: settings.point[0], trust: trustOf(settings) });
  return point.levels.at(-1)?.level.id.t ?? 0;
}
