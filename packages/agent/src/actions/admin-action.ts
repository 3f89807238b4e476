import { levelFolder, type PointDecision, type RetentionPolicy } from '@freezer/core';
import { listDataSets } from '@freezer/format';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { type AdminOutcome, runAdmin } from '../admin.ts';
import { openRun } from '../open-run.ts';
import { formatTable } from '../output/table.ts';
import { formatInstant } from '../output/units.ts';
import type { AgentPlugins } from '../plugins.ts';
import type { RunContext } from '../run-context.ts';
import type { Settings } from '../settings/settings.ts';
import { setOf } from './set-of.ts';

const DAY_SECONDS = 86_400;

/** Removes what the policy lets go of one set; `--remove-orphans` without `--backup-name` looks at every set of the host. */
export async function adminAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  const outcomes: AdminOutcome[] = [];
  for (const set of await setsOf(settings, run.context)) {
    outcomes.push(
      await runAdmin(run.context, {
        set,
        policy: policyOf(settings),
        orphansOlderThanSeconds: settings.remove_orphans ? settings.older_than * DAY_SECONDS : undefined,
        waitSeconds: settings.wait,
        dryRun: settings.dry_run,
      }),
    );
  }
  const json = { action: 'admin', result: 'success', dry_run: settings.dry_run, sets: outcomes.map(jsonOf) };
  return { result: 'success', output: { text: outcomes.map((outcome) => textOf(outcome, settings.dry_run)).join(''), json } };
}

async function setsOf(settings: Settings, context: RunContext) {
  if (settings.backup_name !== undefined) return [setOf(settings, context.engine)];
  const host = settings.hostname;
  const names = await listDataSets(context.storage, { signal: context.signal });
  return names
    .filter(({ engine, set }) => engine === context.engine.name && set.startsWith(`${host}_`))
    .map(({ engine, set }) => ({ engine, host, name: set.slice(host.length + 1) }));
}

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
  orphans: outcome.orphans,
  left_alone: outcome.leftAlone,
});

function textOf({ set, kept, removed, orphans }: AdminOutcome, dryRun: boolean): string {
  const row =
    (verb: string) =>
    ({ entry, reasons }: PointDecision) => [verb, set, formatInstant(entry.id.t), `${entry.id.t0}/${levelFolder(entry.id)}`, reasons.join('; ')];
  const rows = [
    ...removed.map(row(dryRun ? 'would remove' : 'removed')),
    ...orphans.map((key) => [dryRun ? 'would remove' : 'removed', set, '', key, 'goes: data that belongs to no backup']),
    ...kept.map(row('kept')),
  ];
  return formatTable([{ title: 'Action' }, { title: 'Set' }, { title: 'Time' }, { title: 'Level' }, { title: 'Why' }], rows);
}
