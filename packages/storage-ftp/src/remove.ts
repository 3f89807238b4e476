import { type CallOptions, folderOfPath, inFolder, TEMPORARY } from '@freezer/core';
import { isRefusal } from './failure.ts';
import { removeAll, removeEmpty, removeFile } from './folders.ts';
import { isAbsent } from './look.ts';
import type { Session } from './session.ts';
import type { Staging } from './staging.ts';

/** Removes one file, then the folders above it that are empty now; never `root`. Absent is fine. */
export async function removeObject(session: Session, root: string, target: string): Promise<void> {
  try {
    if (!(await removeFile(session, target))) return;
  } catch (error) {
    // A folder of that name is no object.
    if (isRefusal(error) && (await session.enters(target))) return;
    throw error;
  }
  let folder = folderOfPath(target);
  while (folder.length > root.length && (await removeEmpty(session, folder))) folder = folderOfPath(folder);
}

/** What is removed, and where it goes first. */
export interface TreeRemoval {
  readonly session: Session;
  readonly staging: Staging;
  readonly folder: string;
  readonly isContainer: boolean;
}

/** Takes a folder out of sight by one rename and deletes it then. Absent, or an object: nothing is done. */
export async function removeTreeAt({ session, staging, folder, isContainer }: TreeRemoval, { signal }: CallOptions): Promise<void> {
  if (!isContainer) {
    if (await session.enters(folder)) await hideAndRemove(session, staging, folder);
    return;
  }
  for (const { name, type } of (await session.entries(folder)) ?? []) {
    if (name === TEMPORARY) continue;
    signal?.throwIfAborted();
    const path = inFolder(folder, name);
    if (type === 'folder') await hideAndRemove(session, staging, path);
    else await removeFile(session, path);
  }
}

async function hideAndRemove(session: Session, staging: Staging, path: string): Promise<void> {
  // Nothing may stand in a folder that is renamed, on some servers.
  await session.enters('/');
  if (!(await staging.isPossible(session))) {
    // What makes room needs none itself.
    await removeAll(session, path);
    return;
  }
  const hidden = await staging.inside(session, async (place) => {
    try {
      await session.rename(path, place);
      return place;
    } catch (error) {
      if (isRefusal(error) && (await isAbsent(session, path, error))) return undefined;
      throw error;
    }
  });
  if (hidden === undefined) return;
  // A link that was taken for a folder is removed, not followed.
  if (await isLink(session, hidden)) await removeFile(session, hidden);
  else await removeAll(session, hidden);
}

async function isLink(session: Session, path: string): Promise<boolean> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (await session.entries(folderOfPath(path)))?.some((entry) => entry.name === name && entry.type === 'link') === true;
}
