import { displayPath, formatUtc, levelFolder, type RestoreProblem, setName } from '@freezer/core';
import type { OpenedLevel } from '@freezer/format';
import { printable } from '@freezer/terminal';
import { jsonEntry, jsonPath, pathText } from '../entry-listing.ts';
import type { FuturePath } from '../restore/dry-run-part.ts';
import type { PartCounts } from '../restore/part-spools.ts';
import type { PartOutcome } from '../restore/restore-part.ts';
import type { RestoreRequest } from '../restore/restore-request.ts';
import type { RestoreOutcome } from '../restore/run-restore.ts';

/** What a restore did. */
export interface RestoreReport {
  readonly set: string;
  readonly target: string;
  /** Seconds since the epoch. */
  readonly t: number | undefined;
  readonly levels: readonly string[];
  readonly pruned: number;
  readonly problems: readonly RestoreProblem[];
  /** Of a part. */
  readonly counts: PartCounts | undefined;
}

const namesOf = (levels: readonly OpenedLevel[]): readonly string[] => levels.map(({ level }) => levelFolder(level.id));

export const wholeReport = ({ set, target }: RestoreRequest, { levels, pruned, problems }: RestoreOutcome): RestoreReport => ({
  set: setName(set),
  target,
  t: levels.at(-1)?.level.id.t,
  levels: namesOf(levels),
  pruned,
  problems,
  counts: undefined,
});

export const partReport = ({ set, target }: RestoreRequest, { levels, t, pruned, problems, counts }: PartOutcome): RestoreReport => ({
  set: setName(set),
  target,
  t,
  levels: namesOf(levels),
  pruned,
  problems,
  counts,
});

export function reportText({ set, target, t, levels, pruned, problems, counts }: RestoreReport): string {
  const read = levels.length === 0 ? '' : ` (${levels.join(', ')})`;
  const lines = [`restored ${set} of ${t === undefined ? '' : formatUtc(t)}${read} to ${target}`];
  if (counts)
    lines.push(`entries written: ${counts.written}, left as they were: ${counts.create + counts.replace + counts.unchanged + counts.keep - counts.written}`);
  if (pruned > 0) lines.push(`removed by --delete: ${pruned}`);
  for (const { path, detail } of problems) lines.push(`not restored as it was: ${displayPath(path)}: ${detail}`);
  return `${lines.join('\n')}\n`;
}

export const reportJson = ({ set, target, t, levels, pruned, problems, counts }: RestoreReport): unknown => ({
  action: 'restore',
  result: problems.length === 0 ? 'success' : 'partial',
  dry_run: false,
  set,
  target,
  time_stamp: t,
  levels,
  ...(counts && { entries: counts }),
  removed_by_delete: pruned,
  problems: problems.map(({ path, detail }) => ({ path: displayPath(path), detail })),
});

/** A line of a dry run. */
export const futureText = (future: FuturePath): string =>
  `${future.change.padEnd(9)} ${future.change === 'remove' ? printable(displayPath(future.path)) : pathText(future.entry)}\n`;

export const futureJson = (future: FuturePath): unknown =>
  future.change === 'remove'
    ? { change: future.change, ...jsonPath('path', future.path) }
    : { change: future.change, ...jsonEntry(future.entry), ...(future.level && { chain: future.level.t0, level: levelFolder(future.level) }) };
