import { lstat, opendir, unlink } from 'node:fs/promises';
import { type BytePath, folderOf, messageOf, type RestoreProblem, systemCodeOf } from '@freezer/core';
import { externalSort, type PointEntry } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import { OwnFolders, pathIn } from './own-folders.ts';
import { removeFolders } from './remove-folders.ts';

/** Something of the target. */
export interface StrayPath {
  readonly path: BytePath;
  readonly isDirectory: boolean;
}

/** Whether a path stays although the point does not hold it. */
export type Spare = (path: BytePath) => boolean;

/** What pruning did. */
export interface Pruned {
  readonly removed: number;
  readonly problems: readonly RestoreProblem[];
}

/** Everything below a folder that lies on its file system; links are not followed, and what is mounted below stays out of it. */
async function* walk(target: string): AsyncGenerator<StrayPath> {
  const { dev } = await lstat(`${target}/.`);
  const waiting: BytePath[] = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const place = folder === '' ? Buffer.from(target, 'utf8') : pathIn(target, folder);
    // In this encoding each char of a name is a byte.
    for await (const entry of await opendir(place, { encoding: 'latin1' })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isDirectory = entry.isDirectory();
      if (isDirectory && (await lstat(pathIn(target, path))).dev !== dev) continue;
      yield { path, isDirectory };
      if (isDirectory) waiting.push(path);
    }
  }
}

/**
 * Removes from the target what the point does not hold, and what it holds as a folder where there is none, or the other way round.
 * What cannot be removed is named, and the rest goes all the same. Folders that still hold something stay.
 */
export async function pruneTarget(context: RunContext, target: string, strays: AsyncIterable<StrayPath>): Promise<Pruned> {
  const problems: RestoreProblem[] = [];
  let removed = 0;
  const own = new OwnFolders(target);
  async function* folders(): AsyncGenerator<BytePath> {
    for await (const { path, isDirectory } of strays) {
      removed += 1;
      if (isDirectory) yield path;
      else problems.push(...(await removeFile(own, target, path)));
    }
  }
  problems.push(...(await removeFolders(context, target, folders())));
  return { removed: removed - problems.length, problems };
}

/** What the target holds and the point does not, those in a folder that goes as well. They may be removed as they come. */
export async function* straysOf(context: RunContext, target: string, point: AsyncIterable<PointEntry>, spare: Spare): AsyncGenerator<StrayPath> {
  const { signal } = context;
  async function* records() {
    for await (const { path, isDirectory } of walk(target)) if (!spare(path)) yield { key: path, line: isDirectory ? 'd' : '-' };
  }
  const kept = point[Symbol.asyncIterator]();
  try {
    let known = await kept.next();
    // The sort has seen the whole target before it yields: what is removed now disturbs no walk.
    for await (const batch of externalSort(records(), { workDir: await context.work.folder('prune'), signal })) {
      for (const { key, line } of batch) {
        signal.throwIfAborted();
        while (!known.done && known.value.entry.path < key) known = await kept.next();
        const isKept = !known.done && known.value.entry.path === key && (known.value.entry.type === 'directory') === (line === 'd');
        if (!isKept) yield { path: key, isDirectory: line === 'd' };
      }
    }
  } finally {
    await kept.return?.();
  }
}

async function removeFile(own: OwnFolders, target: string, path: BytePath): Promise<readonly RestoreProblem[]> {
  try {
    if (await own.has(folderOf(path))) await unlink(pathIn(target, path));
    return [];
  } catch (error) {
    return systemCodeOf(error) === 'ENOENT' ? [] : [{ path, detail: `--delete: cannot be removed: ${messageOf(error)}` }];
  }
}
