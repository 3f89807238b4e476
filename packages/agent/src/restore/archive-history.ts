import { displayPath, isTemporary, type RestoreProblem, type SetId } from '@freezer/core';
import { externalSort } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import type { ChosenPoint } from './choose-point.ts';
import { formatChange, type LevelChange, parseChange, parsePointEntry } from './history-lines.ts';
import { readLevelFacts } from './level-facts.ts';
import { readSpool } from './line-spool.ts';
import { type MergedLevel, mergeLevel } from './merge-level.ts';
import type { HistoryEntry, PointHistory } from './point-history.ts';

/**
 * The history of a chain in which a level has no index: Python Freezer made it. Each such archive is read once, the others' indexes are
 * taken; what they say lies in files of the run's work folder. A path that was renamed has its new name, and `level` names that in which
 * its bytes lie under the old one. Fails like the data of the levels, with `corrupt`, or with `unsupported` when the engine cannot list.
 */
export async function archiveHistory(context: RunContext, set: SetId, point: ChosenPoint): Promise<PointHistory> {
  const merged: MergedLevel[] = [];
  const recorded = new Set<string>();
  for (const [at, opened] of point.levels.entries()) {
    const facts = await readLevelFacts(context, { set, point, opened, at });
    merged.push(await mergeLevel(context, { before: merged.at(-1), facts, at }));
    const renames = facts.renames.filter(({ from, to }) => !isTemporary(from) && !isTemporary(to));
    for (const { from, to } of renames) if (recorded.has(`${from}\0${to}`)) context.logger.warn({ path: displayPath(to), level: at }, TWICE);
    for (const { from, to } of renames) recorded.add(`${from}\0${to}`);
  }
  return new SpooledHistory(context, merged);
}

// After directories that hold directories were exchanged, tar may record the same again in each later level, though nothing was renamed.
const TWICE = 'tar recorded the same renaming in two levels: what lies below may be that of another directory; compare it';
const WITHOUT_DATA = 'a level names it below a renamed directory, and no level holds it under a name that leads there: tar recorded the renaming wrong';

class SpooledHistory implements PointHistory {
  readonly #context: RunContext;
  readonly #levels: readonly MergedLevel[];

  constructor(context: RunContext, levels: readonly MergedLevel[]) {
    this.#context = context;
    this.#levels = levels;
  }

  async *point(at: number): AsyncGenerator<HistoryEntry> {
    const level = this.#levels[at];
    if (level === undefined) return;
    for await (const line of readSpool(level.pointFile, this.#context)) yield parsePointEntry(line);
  }

  async *gone(at: number): AsyncGenerator<{ path: string; isDirectory: boolean }> {
    for await (const { from, to, isDirectory } of this.#changes(at)) if (to === undefined) yield { path: from, isDirectory };
  }

  async *moved(at: number): AsyncGenerator<{ from: string; to: string; isDirectory: boolean }> {
    for await (const { from, to, isDirectory } of this.#changes(at)) if (to !== undefined) yield { from, to, isDirectory };
  }

  lost(at: number): readonly RestoreProblem[] {
    const { lost, lostBesides } = this.#levels[at] ?? { lost: [], lostBesides: 0 };
    const problems = [...lost].map((path) => ({ path, detail: WITHOUT_DATA }));
    return lostBesides === 0 ? problems : [...problems, { path: '.', detail: `${lostBesides} more: ${WITHOUT_DATA}` }];
  }

  /** After renames they lie in the order of the new names. */
  async *#changes(at: number): AsyncGenerator<LevelChange> {
    const level = this.#levels[at];
    if (level === undefined) return;
    const { signal, work } = this.#context;
    async function* records(file: string) {
      for await (const line of readSpool(file, { signal })) {
        const change = parseChange(line);
        yield { key: change.from, line: formatChange(change) };
      }
    }
    for await (const batch of externalSort(records(level.changeFile), { workDir: await work.folder('history-sort'), signal })) {
      for (const { line } of batch) yield parseChange(line);
    }
  }
}
