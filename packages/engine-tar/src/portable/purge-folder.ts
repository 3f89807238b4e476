import { lstat } from 'node:fs/promises';
import { messageOf, systemCodeOf } from '@freezer/core';
import type { DumpLetter } from './dump-entries.ts';
import { namesIn, removeTree } from './remove-tree.ts';

/** A name in a folder that could not be removed. */
export interface PurgeProblem {
  readonly name: string;
  readonly detail: string;
}

/**
 * Removes from a folder that earlier levels wrote what its dump list does not name: it was deleted since. So is what was a directory and is
 * now something else, or the other way round.
 */
export async function purgeFolder(folder: Buffer, names: ReadonlyMap<string, DumpLetter>): Promise<readonly PurgeProblem[]> {
  const problems: PurgeProblem[] = [];
  for (const name of await namesIn(folder)) {
    const path = Buffer.concat([folder, Buffer.from('/'), Buffer.from(name, 'latin1')]);
    try {
      const letter = names.get(name);
      if (letter === 'N') continue;
      if (letter !== undefined && (letter === 'D') === (await lstat(path)).isDirectory()) continue;
      await removeTree(path);
    } catch (error) {
      if (systemCodeOf(error) === undefined) throw error;
      problems.push({ name, detail: `was deleted before this point, but cannot be removed: ${messageOf(error)}` });
    }
  }
  return problems;
}
