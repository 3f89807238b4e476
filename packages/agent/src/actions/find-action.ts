import { levelFolder } from '@freezer/core';
import { formatInstant, printable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { checkContainer } from '../check-container.ts';
import { attributeText, jsonEntry, jsonPath, pathText } from '../entry-listing.ts';
import type { FileVersion, FoundPath } from '../find/file-versions.ts';
import { findPaths } from '../find/find-paths.ts';
import { openRun } from '../open-run.ts';
import { listing } from '../output/listing.ts';
import type { AgentPlugins } from '../plugins.ts';
import { trustOf } from './point-settings.ts';
import { setsOf } from './set-of.ts';

/** Looks for files in all points of one set, or without `--backup-name` of every set of the host. */
export async function findAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const output = listing({ items: () => found(input, plugins), text: textOf, json: jsonOf, nothing: 'nothing found\n' });
  return { result: 'success', output };
}

async function* found(input: ActionInput, plugins: AgentPlugins): AsyncGenerator<FoundPath> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  const sets = await setsOf(settings, run.context);
  if (sets.length === 0) await checkContainer(run.context.storage);
  yield* findPaths(run.context, { sets, words: settings.path, trust: trustOf(settings) });
}

/** The path, and a line for each of its versions. */
function textOf({ set, versions }: FoundPath): string {
  const last = versions.at(-1);
  return `${printable(set)}: ${last ? pathText(last.entry) : ''}\n${versions.map((version) => `  ${versionText(version)}\n`).join('')}`;
}

function versionText({ entry, points, levels }: FileVersion): string {
  const [first, last] = [points[0], points.at(-1)];
  const span = points.length === 1 ? '' : ` to ${last ? formatInstant(last.t) : ''} (${points.length} points)`;
  return `${attributeText(entry)}  in ${first ? formatInstant(first.t) : ''}${span}  ${levels.map((level) => level.slice(level.indexOf('/') + 1)).join(', ')}`;
}

const jsonOf = ({ set, engine, path, versions }: FoundPath): unknown => ({
  set,
  engine,
  ...jsonPath('path', path),
  versions: versions.map(({ entry, points, levels }) => ({
    ...jsonEntry(entry),
    first_point: pointJson(points[0]),
    last_point: pointJson(points.at(-1)),
    points: points.length,
    levels: levels.map((level) => level.slice(level.indexOf('/') + 1)),
  })),
});

const pointJson = (id: FileVersion['points'][number] | undefined): unknown => id && { chain: id.t0, level: levelFolder(id), time_stamp: id.t };
