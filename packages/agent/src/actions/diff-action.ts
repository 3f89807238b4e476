import { FreezerError, formatUtc, levelFolder, type Point, pointsOf, setName } from '@freezer/core';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { comparePoints, type PointDifference } from '../compare-points.ts';
import { jsonEntry, pathText } from '../entry-listing.ts';
import { openRun } from '../open-run.ts';
import { listing } from '../output/listing.ts';
import { PathMatch } from '../path-match.ts';
import type { AgentPlugins } from '../plugins.ts';
import { findPoint, type OpenedSet, openPointLevels, openSet } from '../restore/choose-point.ts';
import { openHistory } from '../restore/open-history.ts';
import type { RunContext } from '../run-context.ts';
import type { Settings } from '../settings/settings.ts';
import { sourcePathOf, trustOf } from './point-settings.ts';
import { setOf } from './set-of.ts';

const SIGN = { added: '+', removed: '-', changed: 'M' } as const;

/** Compares two points of a set. */
export async function diffAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const output = listing({ items: () => differences(input, plugins), text: textOf, json: jsonOf, nothing: 'no difference\n' });
  return { result: 'success', output };
}

const textOf = (found: PointDifference): string =>
  `${SIGN[found.change]} ${pathText(found.entry)}${found.change === 'changed' ? `  (${found.facets.join(', ')})` : ''}\n`;

const jsonOf = (found: PointDifference): unknown => ({
  change: found.change,
  ...jsonEntry(found.entry),
  ...(found.change === 'changed' ? { changed: found.facets, older: jsonEntry(found.older) } : {}),
});

async function* differences(input: ActionInput, plugins: AgentPlugins): AsyncGenerator<PointDifference> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  const { context } = run;
  const opened = await openSet(context, setOf(settings, context.engine));
  const [older, newer] = twoPoints(opened, settings);
  context.logger.info({ older: formatUtc(older.id.t), newer: formatUtc(newer.id.t) }, 'points compared');
  const before = await entriesOf(context, opened, older, settings, 'older');
  const after = await entriesOf(context, opened, newer, settings, 'newer');
  const match = new PathMatch({ words: settings.path, style: 'tree', sourcePath: sourcePathOf(after.chosen) });
  for await (const found of comparePoints(before.entries, after.entries)) if (match.accepts(found.entry.path)) yield found;
}

function twoPoints(opened: OpenedSet, settings: Settings): readonly [Point, Point] {
  const [first, second] = settings.point;
  const newer = findPoint(opened, second === undefined ? { at: settings.restore_from_date } : { name: second });
  if (first !== undefined) return [findPoint(opened, { name: first }), newer];
  const before = pointsOf(opened.views).filter(({ id }) => id.t < newer.id.t);
  const older = before.at(-1);
  if (older === undefined)
    throw new FreezerError('not_found', `diff: set ${setName(opened.set)} has no point before ${levelFolder(newer.id)} of ${formatUtc(newer.id.t)}`);
  return [older, newer];
}

async function entriesOf(context: RunContext, opened: OpenedSet, point: Point, settings: Settings, name: string) {
  const own: RunContext = { ...context, work: await context.work.within(name) };
  const chosen = await openPointLevels(context, opened, point, trustOf(settings));
  const history = await openHistory(own, opened.set, chosen);
  return { chosen, entries: history.point(chosen.levels.length - 1) };
}
