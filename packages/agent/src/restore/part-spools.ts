import type { HeldEntry, RestoreSelection, WantedEntry } from '@freezer/core';
import { externalSort, formatIndexLine, parseIndexLine } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import { formatPointEntry, parsePointEntry } from './history-lines.ts';
import { LineSpool, readSpool } from './line-spool.ts';
import type { PlannedEntry } from './plan-part.ts';

/** What a part takes from one level. */
export interface LevelPart {
  readonly at: number;
  readonly file: string;
  readonly hasLinks: boolean;
}

/** A plan in files of the work folder, so that its size does not matter. */
export interface PartSpools {
  /** Levels that hold something wanted, the lowest first. */
  readonly levels: readonly LevelPart[];
  /** Folders to be made beforehand, parents first. */
  readonly folderFile: string;
  readonly counts: PartCounts;
}

/** Folders that only stand above what was asked for are not counted. */
export interface PartCounts {
  create: number;
  replace: number;
  unchanged: number;
  keep: number;
  /** Of them those that are written. */
  written: number;
}

/** A folder that the restore makes; `isAbove`: its attributes come from the index, not from an archive. */
export interface PlannedFolder {
  readonly entry: HeldEntry;
  readonly isAbove: boolean;
}

/** Runs through a plan and keeps what is to be written, sorted by level. */
export async function spoolPart(context: RunContext, plan: AsyncIterable<PlannedEntry>): Promise<PartSpools> {
  const { work, signal } = context;
  const counts: PartCounts = { create: 0, replace: 0, unchanged: 0, keep: 0, written: 0 };
  const levels: LevelPart[] = [];
  const folderFile = await LineSpool.write(work.file('part-folders'), async (folders) => {
    async function* records() {
      for await (const { item, change, isWritten, isAbove } of plan) {
        if (isWritten && item.entry.type === 'directory') await folders.add(`${isAbove ? '+' : ' '}${formatIndexLine(item.entry)}`);
        if (isAbove) continue;
        counts[change] += 1;
        if (!isWritten) continue;
        counts.written += 1;
        yield { key: String(item.level).padStart(9, '0'), line: formatPointEntry(item) };
      }
    }
    const sorted = flat(externalSort(records(), { workDir: await work.folder('part-sort'), signal }));
    let next = await sorted.next();
    while (!next.done) {
      const { key } = next.value;
      let hasLinks = false;
      const file = await LineSpool.write(work.file(`part-${Number(key)}`), async (spool) => {
        for (; !next.done && next.value.key === key; next = await sorted.next()) {
          hasLinks ||= parsePointEntry(next.value.line).entry.type === 'link';
          await spool.add(next.value.line);
        }
      });
      levels.push({ at: Number(key), file, hasLinks });
    }
  });
  return { levels, folderFile, counts };
}

async function* flat<Item>(batches: AsyncIterable<readonly Item[]>): AsyncGenerator<Item, undefined> {
  for await (const batch of batches) yield* batch;
}

/** What the engine is to take from a level. */
export function selectionOf({ file }: LevelPart, stagingPath: string, { signal }: RunContext): RestoreSelection {
  return {
    stagingPath,
    async *entries(): AsyncGenerator<WantedEntry> {
      for await (const line of readSpool(file, { signal })) {
        const { entry, stored } = parsePointEntry(line);
        const target = entry.type === 'link' ? (stored?.target ?? entry.target) : undefined;
        yield { path: stored?.path ?? entry.path, target, as: stored && entry.path };
      }
    },
  };
}

/** Parents first. */
export async function* plannedFolders({ folderFile }: PartSpools, { signal }: RunContext): AsyncGenerator<PlannedFolder> {
  for await (const line of readSpool(folderFile, { signal })) {
    const entry = parseIndexLine(line.slice(1), 0);
    if (entry?.kind === 'held') yield { entry, isAbove: line.startsWith('+') };
  }
}
