import { levelFolder } from '@freezer/core';
import { listSets } from '@freezer/format';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { openRun } from '../open-run.ts';
import { formatBytes } from '../output/units.ts';
import type { AgentPlugins } from '../plugins.ts';
import type { RunContext } from '../run-context.ts';
import { runVerify, type VerifiedLevel } from '../verify.ts';
import { setOf } from './set-of.ts';

/** Verifies one set, or without `--backup-name` every set of the host. A set that is damaged does not keep the others from being read. */
export async function verifyAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings, logger } = input;
  await using run = await openRun(input, plugins);
  const levels: VerifiedLevel[] = [];
  const sets = await setsOf(input, run.context);
  for (const [at, set] of sets.entries()) {
    run.context.progress.moreToCome = at < sets.length - 1;
    for await (const level of runVerify(run.context, { set, at: settings.restore_from_date })) {
      levels.push(level);
      for (const problem of level.problems)
        logger.error({ set: level.set, level: levelFolder(level.id) }, `${level.unchecked ? 'not checked' : 'damaged'}: ${problem}`);
    }
  }
  const damaged = levels.filter(({ problems }) => problems.length > 0);
  const json = {
    action: 'verify',
    result: damaged.length === 0 ? 'success' : 'fail',
    damaged: damaged.length,
    levels: levels.map((level) => ({
      set: level.set,
      chain: level.id.t0,
      level: levelFolder(level.id),
      bytes: level.bytes,
      checked: !level.unchecked,
      problems: level.problems,
      notes: level.notes,
    })),
  };
  return { result: damaged.length === 0 ? 'success' : 'fail', output: { text: levels.map(linesOf).join(''), json } };
}

async function setsOf({ settings }: ActionInput, context: RunContext) {
  if (settings.backup_name !== undefined) return [setOf(settings, context.engine)];
  const host = settings.hostname;
  const names = await listSets(context.storage, { signal: context.signal });
  return names
    .filter(({ engine, set }) => engine === context.engine.name && set.startsWith(`${host}_`))
    .map(({ engine, set }) => ({ engine, host, name: set.slice(host.length + 1) }));
}

function linesOf({ set, id, bytes, problems, notes, unchecked }: VerifiedLevel): string {
  const state = unchecked ? 'NOT CHECKED' : problems.length === 0 ? 'sound' : 'DAMAGED';
  const head = `${set} ${id.t0}/${levelFolder(id)}  ${formatBytes(bytes)}  ${state}\n`;
  return head + [...problems, ...notes.map((note) => `note: ${note}`)].map((line) => `    ${line}\n`).join('');
}
