import { levelFolder, setName } from '@freezer/core';
import { formatBytes, formatInstant, formatTable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { checkContainer } from '../check-container.ts';
import { type ListedPoint, type ListedSet, runList } from '../list.ts';
import { openRun } from '../open-run.ts';
import { pinJson } from '../pins/pin-text.ts';
import type { AgentPlugins } from '../plugins.ts';
import { ReadableParts } from '../readable-parts.ts';

/** Lists every set of a storage, those of the host that `--hostname` names, or the one that `--backup-name` names. */
export async function listAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  const set = settings.backup_name === undefined ? undefined : setName({ host: settings.hostname, name: settings.backup_name });
  const sets: ListedSet[] = [];
  const storage = new ReadableParts(run.context.storage, { logger: input.logger });
  for await (const listed of runList({ ...run.context, storage }, { engine: undefined, set, host: input.hostNamed ? settings.hostname : undefined }))
    sets.push(listed);
  if (sets.length === 0) await checkContainer(run.context.storage);
  // Nobody may take what could not be looked at for what is not there.
  const text = sets.length === 0 && storage.isPartial ? 'no backups in what could be read\n' : textOf(sets);
  return { result: storage.isPartial ? 'partial' : 'success', output: { text, json: sets.map(jsonOf) } };
}

const jsonOf = ({ points, ...set }: ListedSet) => ({ ...set, points: points.map(({ pin, ...point }) => ({ ...point, ...(pin && { pin: pinJson(pin) }) })) });

function textOf(sets: readonly ListedSet[]): string {
  if (sets.length === 0) return 'no backups\n';
  const pinned = sets.some(({ points }) => points.some(({ pin }) => pin !== undefined));
  const rows = sets.flatMap(({ set, engine, points }) =>
    points.map((point) => [
      set,
      engine,
      formatInstant(point.t),
      levelFolder(point),
      stateOf(point),
      point.bytes === undefined ? '' : formatBytes(point.bytes),
      point.entries ?? '',
      ...(pinned ? [point.pin === undefined ? '' : point.pin.reason || 'yes'] : []),
    ]),
  );
  const table = formatTable(
    [
      { title: 'Set' },
      { title: 'Engine' },
      { title: 'Time' },
      { title: 'Level' },
      { title: 'State' },
      { title: 'Stored', align: 'right' },
      { title: 'Files', align: 'right' },
      ...(pinned ? [{ title: 'Pinned' }] : []),
    ],
    rows,
  );
  return (
    table +
    sets
      .flatMap(notesOf)
      .map((note) => `${note}\n`)
      .join('')
  );
}

function stateOf({ damage, restorable, result, encrypted }: ListedPoint): string {
  if (damage !== undefined) return 'DAMAGED';
  if (!restorable) return 'base missing or damaged';
  return `${result ?? 'by Python'}${encrypted ? ', encrypted' : ''}`;
}

function notesOf({ set, unfinished, strangers, points }: ListedSet): readonly string[] {
  return [
    ...points.flatMap(({ damage }) => (damage === undefined ? [] : [damage])),
    ...unfinished.map((level) => `${set}: ${level} is not finished: a run is at work, or left it`),
    ...(strangers.length === 0 ? [] : [`${set}: ${strangers.length} objects belong to no level, the first is ${strangers[0]}`]),
  ];
}
