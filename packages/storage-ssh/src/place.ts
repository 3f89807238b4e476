import { type CallOptions, folderOfPath } from '@freezer/core';
import { type Deed, failure, isStatus, STATUS } from './failure.ts';
import { exists, lookAt, lookBehind, makeFolder, removeAll, syncFolder } from './folders.ts';
import type { Session } from './session.ts';
import type { Staging } from './staging.ts';

/** Folders are made and removed by others at the same time; somebody always gets on, so this ends long before. */
const ATTEMPTS = 50;

/** A finished file that nobody sees yet, and where it is to appear. */
export interface Placement {
  readonly session: Session;
  readonly staging: Staging;
  /** The finished file; its bytes are synced. */
  readonly staged: string;
  readonly target: string;
  /** Fail with `already_exists` when the target is there. */
  readonly ifAbsent: boolean;
  readonly folderMode: number;
  readonly deed: Deed;
}

/** Makes the file appear at its target at once, together with all folders that it needs, and durable. */
export async function place(placement: Placement, options: CallOptions): Promise<void> {
  const { session, target, staged, deed } = placement;
  for (let attempt = 1; ; attempt += 1) {
    const missing = await missingFolders(session, target, deed);
    try {
      if (missing.length === 0) await placeFile(placement);
      else await placeFolder(placement, missing, options);
      return;
    } catch (error) {
      const [highest = target] = missing;
      // 'Absent': a folder above was removed meanwhile. 'Failure': somebody made the folder, so that the next lower one is built.
      const isRace = isStatus(error, STATUS.absent) || (missing.length > 0 && isStatus(error, STATUS.failure) && (await exists(session, highest)));
      if (attempt === ATTEMPTS || !isRace || !(await exists(session, staged))) throw error;
    }
  }
}

/** The folders above `target` that do not exist, the highest first. */
async function missingFolders(session: Session, target: string, deed: Deed): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = folderOfPath(target); ; folder = folderOfPath(folder)) {
    const found = await lookBehind(session, folder);
    if (found?.isDirectory() === true) return missing;
    if (found !== undefined) throw failure('invalid', deed, 'a part of the key is an object and not a folder');
    if (folder === '/') throw failure('not_found', deed, 'the server has no root folder');
    missing.unshift(folder);
  }
}

async function placeFile(placement: Placement): Promise<void> {
  const { session, target, ifAbsent } = placement;
  if (ifAbsent) await placeIfAbsent(placement);
  else await replace(placement);
  await syncFolder(session, folderOfPath(target));
}

async function replace({ session, staged, target, deed }: Placement): Promise<void> {
  try {
    // Without posix-rename nothing may be in the way: for a moment there is no object.
    if (!session.abilities.posixRename && (await lookAt(session, target))?.isDirectory() === false) await session.unlink(target);
    await session.rename(staged, target);
  } catch (error) {
    if (isStatus(error, STATUS.failure) && (await lookAt(session, target))?.isDirectory() === true)
      throw failure('invalid', deed, 'there is a folder of that name', error);
    throw error;
  }
}

async function placeIfAbsent({ session, staged, target, deed }: Placement): Promise<void> {
  const { hardlink, posixRename } = session.abilities;
  try {
    if (hardlink) {
      await session.link(staged, target);
      await session.unlink(staged);
      return;
    }
  } catch (error) {
    if (!isStatus(error, STATUS.failure, STATUS.denied, STATUS.unsupported)) throw error;
    if (await exists(session, target)) throw failure('already_exists', deed, 'it exists already', error);
    // A file system without hard links: see below.
  }
  try {
    // An empty file claims the name first. A server that renames over nothing needs no claim.
    if (posixRename) await session.close(await session.open(target, 'wx'));
    await session.rename(staged, target);
  } catch (error) {
    if (isStatus(error, STATUS.failure) && (await exists(session, target))) throw failure('already_exists', deed, 'it exists already', error);
    throw error;
  }
}

/** Builds the highest missing folder out of sight, the file inside, and renames it into place as one. */
async function placeFolder({ session, staging, staged, target, folderMode }: Placement, missing: readonly string[], options: CallOptions): Promise<void> {
  const [highest = target] = missing;
  const built = await staging.createFolder(options);
  const inside = `${built}${target.slice(highest.length)}`;
  try {
    const folders = [built];
    for (const folder of missing.slice(1)) {
      const made = `${built}${folder.slice(highest.length)}`;
      await makeFolder(session, made, folderMode);
      folders.unshift(made);
    }
    await session.rename(staged, inside);
    for (const folder of folders) await syncFolder(session, folder);
    await session.rename(built, highest);
  } catch (error) {
    if (!session.lost.aborted) await takeBack(session, { inside, staged, built });
    throw error;
  }
  await syncFolder(session, folderOfPath(highest));
}

/** Gives the file its first name back, for the next attempt. */
async function takeBack(
  session: Session,
  { inside, staged, built }: { readonly inside: string; readonly staged: string; readonly built: string },
): Promise<void> {
  try {
    await session.rename(inside, staged);
  } catch (error) {
    if (!isStatus(error, STATUS.absent)) throw error;
  }
  await removeAll(session, built);
}
