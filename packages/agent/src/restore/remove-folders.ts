import { rmdir } from 'node:fs/promises';
import { type BytePath, folderOf, messageOf, type RestoreProblem, systemCodeOf } from '@freezer/core';
import { externalSort, type SortRecord } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import { OwnFolders, pathIn } from './own-folders.ts';

/** What may stand where a directory of ours was: then it is somebody else's, holds something of somebody else, or is gone. */
const STAYS = new Set(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EBUSY']);

const MAX_DEPTH = 1_000_000;

/** Removes those of some folders of the target that are empty, children before parents. The source itself (`.`) stays. */
export async function removeFolders(context: RunContext, target: string, folders: AsyncIterable<BytePath>): Promise<readonly RestoreProblem[]> {
  async function* records(): AsyncGenerator<SortRecord> {
    for await (const path of folders) if (path !== '.') yield { key: String(MAX_DEPTH - path.split('/').length).padStart(7, '0'), line: path };
  }
  const { signal, work } = context;
  const own = new OwnFolders(target);
  const problems: RestoreProblem[] = [];
  for await (const batch of externalSort(records(), { workDir: await work.folder('folders'), signal })) {
    for (const { line: path } of batch) {
      signal.throwIfAborted();
      const problem = (await own.has(folderOf(path))) ? await removeFolder(target, path) : undefined;
      if (problem) problems.push(problem);
    }
    own.forget();
  }
  return problems;
}

async function removeFolder(target: string, path: BytePath): Promise<RestoreProblem | undefined> {
  try {
    await rmdir(pathIn(target, path));
    return undefined;
  } catch (error) {
    return STAYS.has(systemCodeOf(error) ?? '') ? undefined : { path, detail: `was deleted before this point, but cannot be removed: ${messageOf(error)}` };
  }
}
