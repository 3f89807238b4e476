import { readdir, stat } from 'node:fs/promises';
import { FreezerError, messageOf, type Placement, type Storage, systemCodeOf } from '@freezer/core';
import { makeFolders } from '../make-folders.ts';
import { isWithin, realPathOf } from '../real-place.ts';

/** What is at the target before the restore. Fails with `already_exists` when it is no folder, or holds something and `overwrite` was not given. */
export async function inspectTarget(target: string, overwrite: boolean): Promise<Placement> {
  let names: readonly string[];
  try {
    if (!(await stat(target)).isDirectory()) throw new FreezerError('already_exists', `--restore-abs-path: ${target} is a file; a folder is needed`);
    names = await readdir(target);
  } catch (error) {
    if (FreezerError.is(error)) throw error;
    if (systemCodeOf(error) === 'ENOENT') return 'empty';
    const code = systemCodeOf(error) === 'ENOTDIR' ? 'already_exists' : 'permission_denied';
    throw new FreezerError(code, `--restore-abs-path: ${target} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (names.length === 0) return 'empty';
  if (overwrite) return 'overlay';
  throw new FreezerError('already_exists', `Restore dir is not empty. Please use --overwrite or provide different path or remove the content of ${target}`);
}

/** Makes the target with its parents. */
export async function makeTarget(target: string): Promise<void> {
  try {
    await makeFolders(target);
  } catch (error) {
    throw new FreezerError(
      systemCodeOf(error) === 'ENOSPC' ? 'unavailable' : 'permission_denied',
      `--restore-abs-path: ${target} cannot be made: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

export interface ApartRequest {
  readonly target: string;
  readonly prune: boolean;
}

/** Refuses a target in the container, and with `--delete` one that holds the container or the state folder: it would remove what it reads. Fails with `conflict`. */
export async function checkApart(
  { storage, stateDir }: { readonly storage: Storage; readonly stateDir: string },
  { target, prune }: ApartRequest,
): Promise<void> {
  const place = await realPathOf(target);
  const container = storage.hostPath === undefined ? undefined : await realPathOf(storage.hostPath);
  if (container !== undefined && isWithin(place, container)) {
    throw new FreezerError('conflict', `--restore-abs-path: ${target} lies in the container ${container}; choose a folder outside of it`);
  }
  if (!prune) return;
  for (const [what, path] of [
    ['container', container],
    ['state folder', await realPathOf(stateDir)],
  ] as const) {
    if (path !== undefined && isWithin(path, place))
      throw new FreezerError('conflict', `--delete: the ${what} ${path} lies in the target ${target} and would be removed`);
  }
}
