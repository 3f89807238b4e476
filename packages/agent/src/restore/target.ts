import { readdir, stat } from 'node:fs/promises';
import { FreezerError, messageOf, type Placement, systemCodeOf } from '@freezer/core';
import { makeFolders } from '../make-folders.ts';

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
