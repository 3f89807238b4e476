import { chmod, chown, utimes } from 'node:fs/promises';
import { type HeldEntry, messageOf, type RestoreProblem } from '@freezer/core';
import { externalSort, formatIndexLine, parseIndexLine } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import { OwnFolders, pathIn } from './own-folders.ts';
import { type PartSpools, plannedFolders } from './part-spools.ts';

const MAX_DEPTH = 1_000_000;

/** Makes the folders that a part needs, 0700 until they get their own mode. */
export async function makeFolders(context: RunContext, target: string, spools: PartSpools): Promise<void> {
  const own = new OwnFolders(target);
  for await (const { entry } of plannedFolders(spools, context)) {
    context.signal.throwIfAborted();
    await own.make(entry.path);
  }
}

/** Gives folders that stand above a part mode, owner and time, children before parents. ACLs and the like of them come only with the folder itself. */
export async function finishFolders(context: RunContext, target: string, spools: PartSpools): Promise<readonly RestoreProblem[]> {
  const { signal, work } = context;
  async function* records() {
    for await (const { entry, isAbove } of plannedFolders(spools, context)) {
      if (isAbove) yield { key: String(MAX_DEPTH - entry.path.split('/').length).padStart(7, '0'), line: formatIndexLine(entry) };
    }
  }
  const problems: RestoreProblem[] = [];
  for await (const batch of externalSort(records(), { workDir: await work.folder('part-sort'), signal })) {
    for (const { line } of batch) {
      const entry = parseIndexLine(line, 0);
      if (entry?.kind === 'held') problems.push(...(await finishFolder(target, entry)));
    }
  }
  return problems;
}

async function finishFolder(target: string, { path, uid, gid, mode, mtimeNs }: HeldEntry): Promise<readonly RestoreProblem[]> {
  const place = pathIn(target, path);
  try {
    if (process.geteuid?.() === 0) await chown(place, uid, gid);
    await chmod(place, mode);
    const seconds = Number(mtimeNs / 1000n) / 1e6;
    await utimes(place, seconds, seconds);
    return [];
  } catch (error) {
    return [{ path, detail: `the folder cannot get its mode, owner or time: ${messageOf(error)}` }];
  }
}
