import { FreezerError, levelFolder, messageOf, type PointDecision, type RetentionPolicy, type SetId, setName } from '@freezer/core';
import { formatBytes, formatInstant, formatTable, printable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { type AdminOutcome, type AdminRequest, runAdmin } from '../admin.ts';
import { checkContainer } from '../check-container.ts';
import { openRun } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';
import type { Settings } from '../settings/settings.ts';
import { setsToRemoveFrom } from './set-of.ts';

const DAY_SECONDS = 86_400;

/** A set in which nothing was done, and why. */
interface FailedSet {
  readonly set: string;
  readonly error: string;
}

/**
 * Removes what the policy lets go of one set, of several (`--set`) or of all of the host (`--all-sets`, and `--remove-orphans` without a name).
 * It is partial when a manifest could not be read for a reason that may pass. Of several, one that cannot be looked at or is held by another run does not keep the others from being done; the run then fails.
 */
export async function adminAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  await checkContainer(run.context.storage);
  const outcomes: AdminOutcome[] = [];
  const failed: FailedSet[] = [];
  const sets = await setsToRemoveFrom(settings, run.context);
  if (sets.length === 0 && settings.all_sets)
    throw new FreezerError(
      'not_found',
      `admin: ${run.context.storage.label} holds no set of host ${settings.hostname} made by ${run.context.engines.join(' or ')}`,
    );
  for (const set of sets) {
    try {
      outcomes.push(await runAdmin(run.context, requestOf(settings, set)));
    } catch (error) {
      input.signal.throwIfAborted();
      if (!FreezerError.is(error) || sets.length === 1) throw error;
      input.logger.error({ set: setName(set), reason: messageOf(error) }, 'nothing was removed from the set');
      failed.push({ set: setName(set), error: messageOf(error) });
    }
  }
  const isPartial = outcomes.some(({ unread }) => unread.length > 0);
  const result = failed.length > 0 ? 'fail' : isPartial ? 'partial' : 'success';
  const json = { action: 'admin', result, dry_run: settings.dry_run, sets: [...outcomes.map(jsonOf), ...failed] };
  const failure = failed[0] && `${failed.length} of ${sets.length} sets failed: ${failed[0].error}`;
  return { result, failure, output: { text: textOf(outcomes, failed, settings.dry_run), json } };
}

const requestOf = (settings: Settings, set: SetId): AdminRequest => ({
  set,
  policy: policyOf(settings),
  orphansOlderThanSeconds: settings.remove_orphans ? settings.older_than * DAY_SECONDS : undefined,
  waitSeconds: settings.wait,
  dryRun: settings.dry_run,
});

/** Undefined when nothing but orphans was asked for. */
function policyOf(settings: Settings): RetentionPolicy | undefined {
  const policy: RetentionPolicy = {
    removeOlderThanDays: settings.remove_older_than,
    removeFromDate: settings.remove_from_date,
    keepLast: settings.keep_last,
    keepHourly: settings.keep_hourly,
    keepDaily: settings.keep_daily,
    keepWeekly: settings.keep_weekly,
    keepMonthly: settings.keep_monthly,
    keepYearly: settings.keep_yearly,
  };
  return Object.values(policy).every((value) => value === undefined) ? undefined : { ...policy, force: settings.force };
}

const decisionJson = ({ entry, reasons }: PointDecision) => ({ chain: entry.id.t0, level: levelFolder(entry.id), time_stamp: entry.id.t, reasons });

const jsonOf = (outcome: AdminOutcome) => ({
  set: outcome.set,
  kept: outcome.kept.map(decisionJson),
  removed: outcome.removed.map(decisionJson),
  removed_bytes: outcome.removedBytes,
  orphans: outcome.orphans,
  orphans_kept: outcome.sparedOrphans,
  left_alone: outcome.leftAlone,
  unread: outcome.unread,
});

function textOf(outcomes: readonly AdminOutcome[], failed: readonly FailedSet[], dryRun: boolean): string {
  const rows = outcomes.flatMap((outcome) => rowsOf(outcome, dryRun));
  const table = formatTable([{ title: 'Action' }, { title: 'Set' }, { title: 'Time' }, { title: 'Level' }, { title: 'Why' }], rows);
  const sum = (count: (outcome: AdminOutcome) => number): number => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const goes = sum(({ removed, orphans }) => removed.length + orphans.length);
  const stays = sum(({ kept, sparedOrphans }) => kept.length + sparedOrphans.length);
  const total = `${goes} ${dryRun ? 'would be removed' : 'removed'} (${formatBytes(sum(({ removedBytes }) => removedBytes))}), ${stays} kept\n`;
  return table + total + failed.map(({ set, error }) => `${printable(`${set}: FAILED: ${error}`)}\n`).join('');
}

function rowsOf({ set, kept, removed, orphans, sparedOrphans }: AdminOutcome, dryRun: boolean): readonly (readonly string[])[] {
  const going = dryRun ? 'would remove' : 'removed';
  const row =
    (verb: string) =>
    ({ entry, reasons }: PointDecision) => [verb, set, formatInstant(entry.id.t), `${entry.id.t0}/${levelFolder(entry.id)}`, reasons.join('; ')];
  return [
    ...removed.map(row(going)),
    ...orphans.map((key) => [going, set, '', key, 'goes: data that belongs to no backup']),
    ...kept.map(row('kept')),
    ...sparedOrphans.map((key) => ['kept', set, '', key, 'kept: belongs to no backup, but is pinned, or a pinned level may need it']),
  ];
}
