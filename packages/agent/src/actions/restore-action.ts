import { resolve } from 'node:path';
import { displayPath, FreezerError } from '@freezer/core';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { checkConsistency } from '../consistency/consistency-checksum.ts';
import { openRun } from '../open-run.ts';
import { listing } from '../output/listing.ts';
import type { AgentPlugins } from '../plugins.ts';
import { dryRunPart } from '../restore/dry-run-part.ts';
import { restoreFile } from '../restore/restore-file.ts';
import { restorePart } from '../restore/restore-part.ts';
import type { PartRequest } from '../restore/restore-request.ts';
import { runRestore } from '../restore/run-restore.ts';
import type { Settings } from '../settings/settings.ts';
import { trustOf } from './point-settings.ts';
import { futureJson, futureText, partReport, type RestoreReport, reportJson, reportText, wholeReport } from './restore-report.ts';
import { setOf } from './set-of.ts';

/** A whole point, a part of it, or one file to standard output. */
export async function restoreAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  if (settings.restore_abs_path === undefined && !settings.to_stdout) throw new FreezerError('invalid', '--restore-abs-path is required');
  if (settings.dry_run && !settings.to_stdout) return { result: 'success', output: dryRun(input, plugins) };
  await using run = await openRun(input, plugins);
  const request = requestOf(settings, run.context.engine);
  if (settings.to_stdout) {
    await restoreFile(run.context, request, settings.dry_run ? async () => undefined : input.writeOut);
    return { result: 'success' };
  }
  const isPart = request.paths.length > 0 || request.conflict !== 'always';
  const report: RestoreReport = isPart
    ? partReport(request, await restorePart(run.context, request))
    : wholeReport(request, await runRestore(run.context, request));
  if (settings.consistency_checksum) await checkConsistency(request.target, settings.consistency_checksum, { signal: input.signal });
  for (const { path, detail } of report.problems) input.logger.warn({ path: displayPath(path), reason: detail }, 'could not be restored as it was');
  return { result: report.problems.length === 0 ? 'success' : 'partial', output: { text: reportText(report), json: reportJson(report) } };
}

const requestOf = (settings: Settings, engine: Parameters<typeof setOf>[1]): PartRequest => ({
  set: setOf(settings, engine),
  target: resolve(settings.restore_abs_path ?? '.'),
  at: settings.restore_from_date,
  point: settings.point[0],
  overwrite: settings.overwrite,
  prune: settings.delete,
  verifyFirst: settings.verify_first,
  trust: trustOf(settings),
  dryRun: settings.dry_run,
  paths: settings.path,
  conflict: settings.conflict,
});

function dryRun(input: ActionInput, plugins: AgentPlugins) {
  return listing({
    async *items() {
      await using run = await openRun(input, plugins);
      yield* dryRunPart(run.context, requestOf(input.settings, run.context.engine));
    },
    text: futureText,
    json: futureJson,
    nothing: 'nothing would be restored\n',
  });
}
