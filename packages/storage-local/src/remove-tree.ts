import { lstat, opendir, rm } from 'node:fs/promises';
import path from 'node:path';
import { TEMPORARY } from '@freezer/core';
import { type Deed, isSystemError, saysFull } from './failure.ts';
import type { StagingAreas } from './staging-areas.ts';
import { syncFolder } from './sync-folder.ts';

/** Takes a folder out of sight by one rename and deletes it then. A link is removed, not followed. Absent, or an object: nothing is done. */
export async function removeTreeAt(areas: StagingAreas, folder: string, deed: Deed, signal: AbortSignal | undefined): Promise<void> {
  const isContainer = deed.key === '';
  try {
    const found = await lstat(folder);
    if (isContainer) await removeContents(areas, folder, deed, signal);
    else if (found.isDirectory() || found.isSymbolicLink()) await removeFolder(areas, folder, deed, signal);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}

async function removeFolder(areas: StagingAreas, folder: string, deed: Deed, signal: AbortSignal | undefined): Promise<void> {
  const hidden = await takeIn(areas, folder, deed).catch(async (error: unknown) => {
    if (!saysFull(error)) throw error;
    // What makes room needs none itself.
    return folder;
  });
  // A mount point cannot be renamed; what is in it can.
  if (hidden === undefined) return await removeContents(areas, folder, deed, signal);
  if (hidden !== folder) await syncFolder(path.dirname(folder));
  await rm(hidden, { recursive: true, force: true });
  if (hidden === folder) await syncFolder(path.dirname(folder));
}

/** Where the folder is now, out of sight; undefined when something is mounted there. */
async function takeIn(areas: StagingAreas, folder: string, deed: Deed): Promise<string | undefined> {
  const staging = await areas.for(deed.key, deed);
  try {
    return await staging.takeIn(folder);
  } catch (error) {
    if (isSystemError(error, 'EBUSY')) return undefined;
    const other = isSystemError(error, 'EXDEV') ? await areas.across(staging, deed.key, deed) : undefined;
    if (!other) throw error;
    return await other.takeIn(folder);
  }
}

async function removeContents(areas: StagingAreas, folder: string, deed: Deed, signal: AbortSignal | undefined): Promise<void> {
  for await (const entry of await opendir(folder)) {
    if (entry.name === TEMPORARY) continue;
    signal?.throwIfAborted();
    const key = deed.key === '' ? entry.name : `${deed.key}/${entry.name}`;
    const target = `${folder}/${entry.name}`;
    if (entry.isDirectory()) await removeFolder(areas, target, { ...deed, key, path: target }, signal);
    else await rm(target, { force: true });
  }
}
