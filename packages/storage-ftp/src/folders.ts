import { folderOfPath, inFolder } from '@freezer/core';
import { isRefusal } from './failure.ts';
import { isAbsent } from './look.ts';
import type { Session } from './session.ts';

/** Makes one folder. Says whether it was made: false when there is one. */
export async function makeFolder(session: Session, path: string, mode: number): Promise<boolean> {
  try {
    await session.send('MKD', path);
  } catch (error) {
    if (isRefusal(error) && (await session.enters(path))) return false;
    throw error;
  }
  await session.setMode(path, mode);
  return true;
}

/** Makes a folder and those above it that are missing. */
export async function makeFolders(session: Session, path: string, mode: number): Promise<void> {
  if (path === '/' || (await session.enters(path))) return;
  await makeFolders(session, folderOfPath(path), mode);
  await makeFolder(session, path, mode);
}

/** Removes one file. Says whether it was there. */
export async function removeFile(session: Session, path: string): Promise<boolean> {
  try {
    await session.send('DELE', path);
    return true;
  } catch (error) {
    if (isRefusal(error) && (await isAbsent(session, path, error))) return false;
    throw error;
  }
}

/** Removes a folder when it is empty. Says whether it is gone. */
export async function removeEmpty(session: Session, path: string): Promise<boolean> {
  try {
    await session.send('RMD', path);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return await isAbsent(session, path, error);
  }
}

/** Removes a folder and all that is in it; links are not followed. `except` keeps one name in it, and so the folder. Absent is fine. */
export async function removeAll(session: Session, folder: string, { except }: { readonly except?: string } = {}): Promise<void> {
  for (const { name, type } of (await session.entries(folder)) ?? []) {
    if (name === except) continue;
    const path = inFolder(folder, name);
    if (type === 'folder') await removeAll(session, path);
    else await removeFile(session, path);
  }
  if (except !== undefined) return;
  try {
    await session.send('RMD', folder);
  } catch (error) {
    if (!isRefusal(error) || !(await isAbsent(session, folder, error))) throw error;
  }
}
