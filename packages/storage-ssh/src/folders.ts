import { FreezerError, folderOfPath } from '@freezer/core';
import type { Stats } from 'ssh2';
import { entriesOf } from './entries.ts';
import { isLost, isStatus, STATUS } from './failure.ts';
import type { Session } from './session.ts';

/** What lies at a path, links not followed; undefined when there is nothing, nor a folder that it could lie in. */
export async function lookAt(session: Session, path: string): Promise<Stats | undefined> {
  try {
    return await session.lstat(path);
  } catch (error) {
    if (isStatus(error, STATUS.absent)) return undefined;
    throw error;
  }
}

/** The same, links followed. */
export async function lookBehind(session: Session, path: string): Promise<Stats | undefined> {
  try {
    return await session.stat(path);
  } catch (error) {
    if (isStatus(error, STATUS.absent)) return undefined;
    throw error;
  }
}

/** Whether there is anything of that name; a link that leads nowhere counts. */
export const exists = async (session: Session, path: string): Promise<boolean> => (await lookAt(session, path)) !== undefined;

/** Makes one folder with this mode, whatever the umask of the server says. Says whether it was made: false when there is one; `already_exists` when it is a file. */
export async function makeFolder(session: Session, path: string, mode: number): Promise<boolean> {
  try {
    await session.mkdir(path, mode);
  } catch (error) {
    if (isLost(error) || isStatus(error, STATUS.absent)) throw error;
    // Servers have different words for a folder that is there.
    const there = await lookBehind(session, path);
    if (there?.isDirectory() === true) return false;
    // For a file they have the word for anything else, which would be tried again.
    if (there !== undefined) throw new FreezerError('already_exists', `ssh storage: a file is where a folder should be: ${path}`, { cause: error });
    throw error;
  }
  if ((mode & 0o077) !== 0) await session.chmod(path, mode);
  return true;
}

/** Makes a folder and those above it that are missing. */
export async function makeFolders(session: Session, path: string, mode: number): Promise<void> {
  if ((await lookBehind(session, path))?.isDirectory() === true) return;
  if (path !== '/') await makeFolders(session, folderOfPath(path), mode);
  if (await makeFolder(session, path, mode)) await syncFolder(session, folderOfPath(path));
}

/** Makes the names in a folder durable where the server lets a folder be opened; else there is nothing more to do. */
export async function syncFolder(session: Session, path: string): Promise<void> {
  if (!session.abilities.fsync) return;
  try {
    const handle = await session.open(path, 'r');
    // A server answers in order: the second need not wait for the first.
    await Promise.all([session.fsync(handle), session.close(handle)]);
  } catch (error) {
    if (isLost(error)) throw error;
  }
}

/** So many removals are under way at a time. */
const REMOVALS = 32;

/** Removes a folder and all that is in it; links are not followed. `except` keeps one name in it, and so the folder. Absent is fine. */
export async function removeAll(session: Session, folder: string, { except }: { readonly except?: string } = {}): Promise<void> {
  for await (const batch of entriesOf(session, folder)) {
    const kept = batch.filter(({ filename }) => filename !== except);
    for (const { filename, attrs } of kept) if (attrs.isDirectory()) await removeAll(session, `${folder}/${filename}`);
    const files = kept.filter(({ attrs }) => !attrs.isDirectory()).map(({ filename }) => `${folder}/${filename}`);
    for (let start = 0; start < files.length; start += REMOVALS) {
      await Promise.all(files.slice(start, start + REMOVALS).map(async (path) => await ignoringAbsence(session.unlink(path))));
    }
  }
  if (except === undefined) await ignoringAbsence(session.rmdir(folder));
}

async function ignoringAbsence(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isStatus(error, STATUS.absent)) throw error;
  }
}
