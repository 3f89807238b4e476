import { rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isSystemError } from './failure.ts';
import { syncFolder } from './sync-folder.ts';

/** Removes one file, then the folders above it that are empty now; never `root`. Absent is fine. */
export async function removeObject(root: string, target: string): Promise<void> {
  try {
    await unlink(target);
  } catch (error) {
    // EISDIR: a folder of that name is no object.
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return;
    throw error;
  }
  for (let folder = path.dirname(target); folder.length > root.length; folder = path.dirname(folder)) {
    if (!(await removeEmpty(folder))) {
      await syncQuietly(folder);
      return;
    }
  }
  await syncQuietly(root);
}

/** Whether the folder was empty, and is gone. A link, a mount point and a folder that is not ours to remove stay. */
async function removeEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return true;
    if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY', 'EACCES', 'EPERM')) return false;
    throw error;
  }
}

/** Somebody else may have removed the folder since. */
async function syncQuietly(folder: string): Promise<void> {
  try {
    await syncFolder(folder);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'EACCES')) throw error;
  }
}
