import { folderOfPath } from '@freezer/core';
import { isLost, isStatus, STATUS } from './failure.ts';
import { lookAt, syncFolder } from './folders.ts';
import type { Session } from './session.ts';

/** Removes one file, then the folders above it that are empty now; never `root`. Absent is fine. */
export async function removeObject(session: Session, root: string, target: string): Promise<void> {
  try {
    await session.unlink(target);
  } catch (error) {
    // A folder of that name is no object; servers have different words for it.
    if (isStatus(error, STATUS.absent) || (!isLost(error) && (await lookAt(session, target))?.isDirectory() === true)) return;
    throw error;
  }
  let folder = folderOfPath(target);
  while (folder.length > root.length && (await removeEmpty(session, folder))) folder = folderOfPath(folder);
  await syncFolder(session, folder);
}

/** Whether the folder was empty, and is gone. A link, a mount point and a folder that is not ours to remove stay. */
async function removeEmpty(session: Session, folder: string): Promise<boolean> {
  try {
    await session.rmdir(folder);
    return true;
  } catch (error) {
    if (isStatus(error, STATUS.absent)) return true;
    if (isStatus(error, STATUS.failure, STATUS.denied)) return false;
    throw error;
  }
}
