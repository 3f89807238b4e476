import { lstat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type BytePath, bytePathOf, FreezerError, type SourceLease } from '@freezer/core';
import { isWithin, realPathOf } from '../real-place.ts';
import type { RunContext } from '../run-context.ts';

/**
 * The folders below the source that this agent itself writes to: the container and the work folders of runs. Saving them would put all older
 * backups into each new one. What lies on another disk is left out anyway, as a mount. Fails with `invalid` when the source is the container.
 */
export async function ownPlaces({ storage, stateDir }: RunContext, source: SourceLease): Promise<readonly BytePath[]> {
  if (source.kind !== 'path') return [];
  const root = await realPathOf(source.resource);
  const container = storage.hostPath === undefined ? undefined : await realPathOf(storage.hostPath);
  if (container === root) throw new FreezerError('invalid', `--path-to-backup: ${source.resource} is the container itself; name another folder`);
  const found: string[] = [];
  for (const place of [container, await realPathOf(join(stateDir, 'work'))]) {
    if (place === undefined || !isWithin(place, root) || !(await isOnOneDisk(place, root))) continue;
    if (!found.some((other) => isWithin(place, other))) found.push(place);
  }
  return found.map((place) => bytePathOf(relative(root, place)));
}

async function isOnOneDisk(place: string, root: string): Promise<boolean> {
  const [one, other] = await Promise.all([place, root].map((path) => lstat(path).catch(() => undefined)));
  return one !== undefined && one.dev === other?.dev;
}
