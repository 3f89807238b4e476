import { FreezerError, type HeldEntry, type LevelId, levelFolder } from '@freezer/core';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { attributeText, jsonEntry, pathText } from '../entry-listing.ts';
import { openRun } from '../open-run.ts';
import { listing } from '../output/listing.ts';
import { PathMatch } from '../path-match.ts';
import type { AgentPlugins } from '../plugins.ts';
import { choosePoint } from '../restore/choose-point.ts';
import { openHistory } from '../restore/open-history.ts';
import { sourcePathOf, trustOf } from './point-settings.ts';
import { setOf } from './set-of.ts';

interface Shown {
  readonly entry: HeldEntry;
  /** Whose archive holds it. */
  readonly level: LevelId;
}

/** Lists the entries of one point. */
export async function showAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const output = listing({
    items: () => shown(input, plugins),
    text: ({ entry, level }) => `${attributeText(entry)} ${levelFolder(level)} ${pathText(entry)}\n`,
    json: ({ entry, level }) => ({ ...jsonEntry(entry), chain: level.t0, level: levelFolder(level) }),
    nothing: 'nothing\n',
  });
  return { result: 'success', output };
}

async function* shown(input: ActionInput, plugins: AgentPlugins): AsyncGenerator<Shown> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  const set = setOf(settings, run.context.engine);
  const point = await choosePoint(run.context, { set, at: settings.restore_from_date, point: settings.point[0], trust: trustOf(settings) });
  const match = new PathMatch({ words: settings.path, style: 'tree', sourcePath: sourcePathOf(point) });
  const history = await openHistory(run.context, set, point);
  const ids = point.levels.map(({ level }) => level.id);
  for await (const { entry, level } of history.point(ids.length - 1)) {
    const id = ids[level];
    if (id !== undefined && match.accepts(entry.path)) yield { entry, level: id };
  }
  const [missing] = match.unmatched();
  if (missing !== undefined) throw new FreezerError('not_found', `show: ${missing}: the backup holds no such path`);
}
