import { FreezerError, type HeldEntry, type LevelId, levelFolder } from '@freezer/core';
import { type Pin, readPin } from '@freezer/format';
import { printable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { attributeText, jsonEntry, pathText } from '../entry-listing.ts';
import { openRun } from '../open-run.ts';
import { listing } from '../output/listing.ts';
import { PathMatch } from '../path-match.ts';
import { pinText } from '../pins/pin-text.ts';
import type { AgentPlugins } from '../plugins.ts';
import { choosePoint } from '../restore/choose-point.ts';
import { openHistory } from '../restore/open-history.ts';
import { sourcePathOf, trustOf } from './point-settings.ts';
import { setOf } from './set-of.ts';

interface Shown {
  readonly entry: HeldEntry;
  /** Whose archive holds it. */
  readonly level: LevelId;
  /** Of the point. */
  readonly pin: Pin | undefined;
  readonly isFirst: boolean;
}

/** Lists the entries of one point. */
export async function showAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const output = listing({
    items: () => shown(input, plugins),
    text: textOf,
    json: ({ entry, level, pin }) => ({ ...jsonEntry(entry), chain: level.t0, level: levelFolder(level), ...(pin && { pinned: true }) }),
    nothing: 'nothing\n',
  });
  return { result: 'success', output };
}

/** A line for each entry; above the first of a pinned point one that says so. */
function textOf({ entry, level, pin, isFirst }: Shown): string {
  const line = `${attributeText(entry)} ${levelFolder(level)} ${pathText(entry)}\n`;
  return pin && isFirst ? `# ${printable(pinText(pin))}\n${line}` : line;
}

async function* shown(input: ActionInput, plugins: AgentPlugins): AsyncGenerator<Shown> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  const set = setOf(settings, run.context.engine);
  const point = await choosePoint(run.context, { set, at: settings.restore_from_date, point: settings.point[0], trust: trustOf(settings) });
  const match = new PathMatch({ words: settings.path, style: 'tree', sourcePath: sourcePathOf(point) });
  const history = await openHistory(run.context, set, point);
  const top = point.levels.at(-1);
  const pin = top && (await readPin(run.context.storage, point.catalog, top.level, { signal: run.context.signal }));
  let isFirst = true;
  const ids = point.levels.map(({ level }) => level.id);
  for await (const { entry, level } of history.point(ids.length - 1)) {
    const id = ids[level];
    if (id === undefined || !match.accepts(entry.path)) continue;
    yield { entry, level: id, pin, isFirst };
    isFirst = false;
  }
  const [missing] = match.unmatched();
  if (missing !== undefined) throw new FreezerError('not_found', `show: ${missing}: the backup holds no such path`);
}
