import { opendir, rm } from 'node:fs/promises';
import { type BytePath, displayPath, FreezerError, messageOf } from '@freezer/core';
import { externalSort, type PointEntry } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import { pathIn } from './own-folders.ts';

interface Found {
  readonly path: BytePath;
  readonly isDirectory: boolean;
}

/** Everything below a folder; links are not followed. Parents come first. */
async function* walk(target: string): AsyncGenerator<Found> {
  const waiting: BytePath[] = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const place = folder === '' ? Buffer.from(target, 'utf8') : pathIn(target, folder);
    // In this encoding each char of a name is a byte.
    for await (const entry of await opendir(place, { encoding: 'latin1' })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      yield { path, isDirectory: entry.isDirectory() };
      if (entry.isDirectory()) waiting.push(path);
    }
  }
}

/**
 * Removes from the target what the point does not hold, and what it holds as a folder where there is none, or the other way round.
 * Resolves to the number of paths removed.
 */
export async function pruneTarget(context: RunContext, target: string, point: AsyncIterable<PointEntry>): Promise<number> {
  let removed = 0;
  for await (const path of straysOf(context, target, point)) {
    await removeStray(target, path);
    removed += 1;
  }
  return removed;
}

/** The same without removing anything: the paths, those in a folder that goes as well. They may be removed as they come. */
export async function* straysOf(context: RunContext, target: string, point: AsyncIterable<PointEntry>): AsyncGenerator<BytePath> {
  const { signal } = context;
  async function* records() {
    for await (const { path, isDirectory } of walk(target)) yield { key: path, line: isDirectory ? 'd' : '-' };
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
        if (!isKept) yield key;
      }
    }
  } finally {
    await kept.return?.();
  }
}

export async function removeStray(target: string, path: BytePath): Promise<void> {
  try {
    await rm(pathIn(target, path), { recursive: true, force: true });
  } catch (error) {
    throw new FreezerError('permission_denied', `--delete: ${displayPath(path)} cannot be removed: ${messageOf(error)}`, { cause: error });
  }
}
