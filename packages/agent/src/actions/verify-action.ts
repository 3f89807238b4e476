import { FreezerError, formatUtc, levelFolder, setName } from '@freezer/core';
import type { JsonValue } from '@freezer/models';
import { formatBytes, formatInstant, printable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { openRun } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';
import type { RunContext } from '../run-context.ts';
import type { Settings } from '../settings/settings.ts';
import { readSubset } from '../settings/subset.ts';
import { runVerify, type VerifiedUnit, type VerifySummary } from '../verify/run-verify.ts';
import { setsOf } from './set-of.ts';

/**
 * Verifies the sets that are named, or without a name every set of the host, at one of three depths and in whole or in part. A set that is
 * damaged does not keep the others from being read.
 */
export async function verifyAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  await using run = await openRun(input, plugins);
  const found: VerifiedUnit[] = [];
  const sets = await chosenSets(settings, run.context);
  const verified = runVerify(run.context, {
    sets,
    at: settings.restore_from_date,
    depth: settings.depth,
    subset: settings.subset ? readSubset(settings.subset) : undefined,
    scope: scopeOf(settings, run.context),
    dryRun: settings.dry_run,
  });
  let step = await verified.next();
  for (; !step.done; step = await verified.next()) {
    found.push(step.value);
    logProblems(input, step.value);
  }
  const summary = step.value;
  const isSound = summary.failedSets.length === 0 && found.every(({ problems }) => problems.length === 0);
  const document = documentOf(settings, found, summary, isSound);
  const [first] = summary.failedSets;
  const failure = first && `${summary.failedSets.length} of ${sets.length} sets cannot be verified: ${first.error}`;
  return { result: isSound ? 'success' : 'fail', failure, document, output: { text: textOf(settings, found, summary), json: document } };
}

async function chosenSets(settings: Settings, context: RunContext) {
  const sets = await setsOf(settings, context);
  if (sets.length > 0) return sets;
  throw new FreezerError('not_found', `verify: ${context.storage.label} holds no set of host ${settings.hostname} made by ${context.engines.join(' or ')}`);
}

/** Each choice of sets takes turns of its own. */
const scopeOf = ({ hostname, backup_name, set }: Settings, { engines }: RunContext): readonly string[] => [
  engines.join(','),
  hostname,
  ...[...(backup_name === undefined ? [] : [backup_name]), ...set].toSorted(),
];

function logProblems({ logger }: ActionInput, { unit, problems, unchecked }: VerifiedUnit): void {
  const facts = { set: setName(unit.set.id), level: levelFolder(unit.level.id) };
  for (const problem of problems) logger.error(facts, `${unchecked ? 'not checked' : 'damaged'}: ${problem}`);
}

const levelKey = ({ unit: { set, level } }: VerifiedUnit): string => `${setName(set.id)}/${level.id.t0}/${levelFolder(level.id)}`;
const countLevels = (units: readonly VerifiedUnit[]): number => new Set(units.map(levelKey)).size;
const bytesOf = (found: readonly VerifiedUnit[]): number => found.reduce((sum, { unit }) => sum + unit.bytes, 0);
const isDamaged = ({ problems }: VerifiedUnit): boolean => problems.length > 0;

function documentOf(settings: Settings, found: readonly VerifiedUnit[], { total, coverage, failedSets }: VerifySummary, isSound: boolean) {
  return {
    action: 'verify',
    result: isSound ? 'success' : 'fail',
    depth: settings.depth,
    subset: settings.subset || null,
    read: { objects: found.length, levels: countLevels(found), bytes: bytesOf(found) },
    total: { objects: total.units, bytes: total.bytes },
    ...(coverage && {
      covered: {
        share: Math.floor(coverage.share * 10_000) / 10_000,
        bytes: coverage.bytes,
        since: coverage.since === undefined ? null : formatUtc(coverage.since),
      },
    }),
    damaged: countLevels(found.filter(isDamaged)),
    levels: found.map(unitJson),
    ...(failedSets.length > 0 && { failed_sets: failedSets.map(({ set, error }) => ({ set, error })) }),
  } satisfies JsonValue;
}

const unitJson = ({ unit, problems, notes, unchecked, entries }: VerifiedUnit) => ({
  set: setName(unit.set.id),
  chain: unit.level.id.t0,
  level: levelFolder(unit.level.id),
  bytes: unit.bytes,
  ...(unit.part && { part: { offset: unit.part.offset, length: unit.part.length } }),
  ...(entries !== undefined && { entries }),
  checked: !unchecked,
  problems,
  notes,
});

function textOf(settings: Settings, found: readonly VerifiedUnit[], summary: VerifySummary): string {
  const { total, coverage, failedSets } = summary;
  const failed = failedSets.map(({ set, error }) => `${printable(`${set}: FAILED: ${error}`)}\n`);
  const damaged = countLevels(found.filter(isDamaged));
  const what = `${found.length} of ${total.units} objects, ${formatBytes(bytesOf(found))} of ${formatBytes(total.bytes)}`;
  const lines = [`read (${settings.depth}): ${what}; ${damaged === 0 ? 'nothing is damaged' : `${damaged} levels are damaged or not checked`}\n`];
  if (coverage?.since !== undefined) {
    const share = coverage.share === 1 ? 'all' : `${(Math.floor(coverage.share * 1000) / 10).toFixed(1)} %`;
    lines.push(`covered: ${share} (${formatBytes(coverage.bytes)}) since ${formatInstant(coverage.since)}\n`);
  }
  return [...found.map(linesOf), ...failed, ...lines].join('');
}

function linesOf({ unit, problems, notes, unchecked, entries }: VerifiedUnit): string {
  const state = unchecked ? 'NOT CHECKED' : problems.length === 0 ? 'sound' : 'DAMAGED';
  const part = unit.part === undefined ? '' : `  from ${formatBytes(unit.part.offset)}`;
  const count = entries === undefined ? '' : `  ${entries} entries`;
  const head = `${setName(unit.set.id)} ${unit.level.id.t0}/${levelFolder(unit.level.id)}  ${formatBytes(unit.bytes)}${part}${count}  ${state}\n`;
  return head + [...problems, ...notes.map((note) => `note: ${note}`)].map((line) => `    ${printable(line)}\n`).join('');
}
