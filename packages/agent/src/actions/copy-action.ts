import { FreezerError, messageOf, setName } from '@freezer/core';
import { formatBytes, printable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { type CopyOutcome, runCopy } from '../copy/run-copy.ts';
import { openRun } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';
import type { StorageSection } from '../settings/storage-sections.ts';
import { setsOf } from './set-of.ts';

/** Copies the points of the sets that are named, or of all of the host, from one of the `[storage:NAME]` sections to another. */
export async function copyAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  const { from, to } = endsOf(input);
  await using source = await openRun({ ...input, storageSections: [from] }, plugins);
  await using target = await openRun({ ...input, storageSections: [to] }, plugins);
  if (source.context.storage.label === target.context.storage.label)
    throw new FreezerError('invalid', `--to: ${to.name} is the same place as ${from.name}: ${target.context.storage.label}`);
  const sets = await setsOf(settings, source.context);
  if (sets.length === 0) throw new FreezerError('not_found', `copy: ${source.context.storage.label} holds no set of host ${settings.hostname}`);
  const outcomes: CopyOutcome[] = [];
  const failed: { readonly set: string; readonly error: string }[] = [];
  for (const set of sets) {
    try {
      outcomes.push(await runCopy(source.context, target.context, { set, waitSeconds: settings.wait, dryRun: settings.dry_run }));
    } catch (error) {
      input.signal.throwIfAborted();
      if (!FreezerError.is(error) || sets.length === 1) throw error;
      input.logger.error({ set: setName(set), reason: messageOf(error) }, 'nothing was copied of the set');
      failed.push({ set: setName(set), error: messageOf(error) });
    }
  }
  const problems = [
    ...failed.map(({ set, error }) => `${set}: ${error}`),
    ...outcomes.flatMap(({ set, levels }) => levels.flatMap(({ level, problem }) => (problem === undefined ? [] : [`${set} ${level}: ${problem}`]))),
  ];
  const result = problems.length === 0 ? 'success' : 'fail';
  const json = { action: 'copy', result, dry_run: settings.dry_run, from: from.name, to: to.name, sets: [...outcomes.map(jsonOf), ...failed] };
  return { result, failure: problems[0], output: { text: textOf(outcomes, problems, settings.dry_run), json } };
}

/** Without `--from` and `--to` the first of two sections is copied to the second. Fails with `invalid`. */
function endsOf({ settings, storageSections }: ActionInput): { readonly from: StorageSection; readonly to: StorageSection } {
  const names = storageSections.map(({ name }) => name).join(', ');
  if (storageSections.length < 2) throw new FreezerError('invalid', 'copy: needs two [storage:NAME] sections in the file of --config: --from NAME --to NAME');
  if (storageSections.length > 2 && (settings.from === undefined || settings.to === undefined))
    throw new FreezerError('invalid', `copy: --from and --to must say which of the storages are meant; allowed: ${names}`);
  const find = (option: string, name: string): StorageSection => {
    const found = storageSections.find((section) => section.name === name);
    if (found === undefined) throw new FreezerError('invalid', `--${option}: '${name}' is none of the storages; allowed: ${names}`);
    return found;
  };
  const [first, second] = storageSections;
  const other = (name: string): string | undefined => storageSections.find((section) => section.name !== name)?.name;
  const to = find('to', settings.to ?? (settings.from === undefined ? second?.name : other(settings.from)) ?? '');
  const from = find('from', settings.from ?? (settings.to === undefined ? first?.name : other(settings.to)) ?? '');
  if (from === to)
    throw new FreezerError(
      'invalid',
      `--to: '${to.name}' is what is copied from; allowed: ${storageSections
        .map(({ name }) => name)
        .filter((name) => name !== from.name)
        .join(', ')}`,
    );
  return { from, to };
}

const count = ({ levels }: CopyOutcome, state: string): number => levels.filter((level) => level.state === state).length;
const bytesOf = ({ levels }: CopyOutcome): number => levels.reduce((sum, { bytes = 0 }) => sum + bytes, 0);

function textOf(outcomes: readonly CopyOutcome[], problems: readonly string[], dryRun: boolean): string {
  const lines = outcomes.map((outcome) => {
    const done = `${dryRun ? 'would copy' : 'copied'} ${count(outcome, 'copied')} levels, ${formatBytes(bytesOf(outcome))}`;
    return `${outcome.set}: ${done}; ${count(outcome, 'present')} were there`;
  });
  return [...lines, ...problems].map((line) => `${printable(line)}\n`).join('');
}

const jsonOf = ({ set, levels }: CopyOutcome) => ({
  set,
  bytes: levels.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
  levels: levels.map(({ level, state, bytes, problem }) => ({
    level,
    state,
    ...(bytes !== undefined && { bytes }),
    ...(problem !== undefined && { problem }),
  })),
});
