import { lstat, unlink } from 'node:fs/promises';
import { type BytePath, folderOf, messageOf, type RestoreProblem, systemCodeOf } from '@freezer/core';
import type { RunContext } from '../run-context.ts';
import { applyMoves } from './apply-moves.ts';
import { LineSpool, readSpool } from './line-spool.ts';
import { OwnFolders, pathIn } from './own-folders.ts';
import type { PointHistory } from './point-history.ts';

/**
 * Brings what earlier levels of this restore wrote into the shape from which level `at` starts: what it deleted goes, what it renamed moves.
 * A directory that holds a stranger's file stays. Resolves to what could not be done; fails with `permission_denied` or `unavailable`.
 */
export async function applyChanges(context: RunContext, target: string, history: PointHistory, at: number): Promise<readonly RestoreProblem[]> {
  const { signal, work } = context;
  const own = new OwnFolders(target);
  const problems: RestoreProblem[] = [];
  const folders = await LineSpool.write(work.file('gone-folders'), async (spool) => {
    for await (const { path, isDirectory } of history.gone(at)) {
      signal.throwIfAborted();
      if (isDirectory) await spool.add(JSON.stringify(path));
      else if (await own.has(folderOf(path))) problems.push(...(await removeFile(target, path)));
    }
  });
  async function* emptied(): AsyncGenerator<BytePath> {
    for await (const line of readSpool(folders, { signal })) {
      const path: unknown = JSON.parse(line);
      if (typeof path === 'string') yield path;
    }
  }
  // Directories go after the moves: one that is gone may hold one that was moved out of it.
  return [...problems, ...(await applyMoves(context, target, history.moved(at), emptied()))];
}

async function removeFile(target: string, path: BytePath): Promise<readonly RestoreProblem[]> {
  const place = pathIn(target, path);
  try {
    await unlink(place);
    return [];
  } catch (error) {
    const isElsewhere = systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR';
    if (
      isElsewhere ||
      (await lstat(place).then(
        (found) => found.isDirectory(),
        () => false,
      ))
    )
      return [];
    return [{ path, detail: `was deleted before this point, but cannot be removed: ${messageOf(error)}` }];
  }
}
