import { resolve } from 'node:path';
import { displayPath, FreezerError, formatUtc, levelFolder, setName } from '@freezer/core';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { openRun } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';
import type { RestoreRequest } from '../restore/restore-request.ts';
import { type RestoreOutcome, runRestore } from '../restore/run-restore.ts';
import { setOf } from './set-of.ts';

export async function restoreAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  if (settings.restore_abs_path === undefined) throw new FreezerError('invalid', '--restore-abs-path is required');
  await using run = await openRun(input, plugins);
  const request: RestoreRequest = {
    set: setOf(settings, run.context.engine),
    target: resolve(settings.restore_abs_path),
    at: settings.restore_from_date,
    overwrite: settings.overwrite,
    prune: settings.delete,
    verifyFirst: settings.verify_first,
    trust: { allowUnauthenticated: settings.allow_unauthenticated, requireAuthenticated: settings.require_authenticated },
    dryRun: settings.dry_run,
  };
  const outcome = await runRestore(run.context, request);
  for (const { path, detail } of outcome.problems) input.logger.warn({ path: displayPath(path), reason: detail }, 'could not be restored as it was');
  return { result: outcome.problems.length === 0 ? 'success' : 'partial', output: { text: textOf(request, outcome), json: jsonOf(request, outcome) } };
}

function textOf(request: RestoreRequest, { levels, problems, pruned }: RestoreOutcome): string {
  const top = levels.at(-1)?.level.id;
  const verb = request.dryRun ? 'would restore' : 'restored';
  const lines = [
    `${verb} ${setName(request.set)} of ${top ? formatUtc(top.t) : ''} (${levels.map(({ level }) => levelFolder(level.id)).join(', ')}) to ${request.target}`,
  ];
  if (pruned > 0) lines.push(`removed by --delete: ${pruned}`);
  for (const { path, detail } of problems) lines.push(`not restored as it was: ${displayPath(path)}: ${detail}`);
  return `${lines.join('\n')}\n`;
}

function jsonOf(request: RestoreRequest, { levels, problems, pruned }: RestoreOutcome): unknown {
  return {
    action: 'restore',
    result: problems.length === 0 ? 'success' : 'partial',
    dry_run: request.dryRun,
    set: setName(request.set),
    target: request.target,
    time_stamp: levels.at(-1)?.level.id.t,
    levels: levels.map(({ level }) => levelFolder(level.id)),
    removed_by_delete: pruned,
    problems: problems.map(({ path, detail }) => ({ path: displayPath(path), detail })),
  };
}
