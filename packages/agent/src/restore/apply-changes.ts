import { rmdir, unlink } from 'node:fs/promises';
import { type BytePath, bytesOfPath, displayPath, FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { RunContext } from '../run-context.ts';
import { applyMoves } from './apply-moves.ts';
import type { PointHistory } from './point-history.ts';

/** What may stand where something of ours was: then it is somebody else's, or already gone. */
const NOT_OURS = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM']);

/** `<target>/<path>` in bytes. */
export function pathIn(target: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${target}/`, 'utf8'), bytesOfPath(path)]);
}

async function removeOwn(target: string, path: BytePath, isDirectory: boolean): Promise<void> {
  try {
    await (isDirectory ? rmdir(pathIn(target, path)) : unlink(pathIn(target, path)));
  } catch (error) {
    if (NOT_OURS.has(systemCodeOf(error) ?? '')) return;
    throw new FreezerError('permission_denied', `restore: ${displayPath(path)} cannot be removed: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Brings what earlier levels of this restore wrote into the shape from which level `at` starts: what it deleted goes, what it renamed moves.
 * A directory that holds a stranger's file stays.
 */
export async function applyChanges(context: RunContext, target: string, history: PointHistory, at: number): Promise<void> {
  const folders: BytePath[] = [];
  for await (const { path, isDirectory } of history.gone(at)) {
    context.signal.throwIfAborted();
    if (isDirectory) folders.push(path);
    else await removeOwn(target, path, false);
  }
  // The list is sorted, so a folder comes after the one that holds it.
  for (const path of folders.toReversed()) await removeOwn(target, path, true);
  await applyMoves(context, target, history.moved(at));
}
