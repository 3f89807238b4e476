import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Deed, failure, isSystemError } from './failure.ts';
import { syncFolder } from './sync-folder.ts';

/** Makes the container. A file in its way is no object of it: `already_exists`, in words of its own. */
export async function prepareContainer(deed: Deed, mode: number): Promise<void> {
  try {
    await makeContainer(deed.path, mode);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST', 'ENOTDIR')) throw error;
    throw failure('already_exists', deed, 'a file is where the container, or a folder above it, should be', error);
  }
}

/**
 * Makes a directory and those above it that are missing, with this mode whatever the umask says. One that is there stays as it is.
 * Step by step: Node's `recursive` never comes back where a file system says ENOENT for a name that may not be made, as /proc does.
 */
export async function makeContainer(root: string, mode: number): Promise<void> {
  if (await makeOne(root, mode)) return;
  await makeContainer(dirname(root), mode);
  if (!(await makeOne(root, mode))) await mkdir(root);
}

/** False when the directory above is missing. */
async function makeOne(folder: string, mode: number): Promise<boolean> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    if (isSystemError(error, 'EEXIST') && (await stat(folder)).isDirectory()) return true;
    if (isSystemError(error, 'ENOENT') && dirname(folder) !== folder) return false;
    throw error;
  }
  await chmod(folder, mode);
  await syncFolder(dirname(folder));
  return true;
}
