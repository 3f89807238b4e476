import { folderOfPath } from '@freezer/core';
import { placeClaimed } from './claim.ts';
import { type Deed, failure, isRefusal } from './failure.ts';
import { makeFolder, removeAll, removeFile } from './folders.ts';
import { exists, lookAt } from './look.ts';
import type { Session } from './session.ts';
import type { Staging } from './staging.ts';

/** Folders are made and removed by others at the same time; somebody always gets on, so this ends long before. */
const ATTEMPTS = 50;

/** A finished file that nobody sees yet, and where it is to appear. */
export interface Placement {
  readonly session: Session;
  readonly staging: Staging;
  /** The finished file. */
  readonly staged: string;
  readonly target: string;
  /** Fail with `already_exists` when the target is there. */
  readonly ifAbsent: boolean;
  readonly folderMode: number;
  readonly deed: Deed;
  /** Called when the server does not rename over a file. */
  readonly onReplaced: () => void;
}

/** Makes the file appear at its target at once, together with all folders that it needs. */
export async function place(placement: Placement): Promise<void> {
  const { session, staging, target, deed, ifAbsent } = placement;
  if (ifAbsent) await placeClaimed(session, staging, target, deed, async () => await placeNow(placement));
  else await placeNow(placement);
}

async function placeNow(placement: Placement): Promise<void> {
  const { session, target, staged } = placement;
  for (let attempt = 1; ; attempt += 1) {
    const missing = await missingFolders(session, target);
    try {
      if (missing.length === 0) await replace(placement);
      else await placeFolder(placement, missing);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !isRefusal(error) || !(await isRace(placement, missing)) || !(await exists(session, staged))) throw error;
    }
  }
}

/** Whether a folder was made or removed meanwhile, so that the refusal says nothing. */
async function isRace({ session, target, deed }: Placement, missing: readonly string[]): Promise<boolean> {
  const [highest] = missing;
  if (highest !== undefined && (await lookAt(session, highest))?.type === 'file')
    throw failure('invalid', deed, 'a part of the key is an object and not a folder');
  return (await missingFolders(session, target)).length !== missing.length;
}

/** The folders above `target` that do not exist, the highest first. */
async function missingFolders(session: Session, target: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = folderOfPath(target); folder !== '/' && !(await session.enters(folder)); folder = folderOfPath(folder)) missing.unshift(folder);
  return missing;
}

async function replace({ session, staged, target, deed, onReplaced }: Placement): Promise<void> {
  try {
    await session.rename(staged, target);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const found = await lookAt(session, target);
    if (found?.type === 'folder') throw failure('invalid', deed, 'there is a folder of that name', error);
    if (found === undefined || !(await exists(session, staged))) throw error;
    // A server that renames over nothing: for a moment there is no object.
    onReplaced();
    await removeFile(session, target);
    await session.rename(staged, target);
  }
}

/** Builds the highest missing folder out of sight, the file inside, and renames it into place as one. */
async function placeFolder({ session, staging, staged, target, folderMode }: Placement, missing: readonly string[]): Promise<void> {
  const [highest = target] = missing;
  const built = await staging.makeFolder(session);
  const inside = `${built}${target.slice(highest.length)}`;
  try {
    for (const folder of missing.slice(1)) await makeFolder(session, `${built}${folder.slice(highest.length)}`, folderMode);
    await session.rename(staged, inside);
    await session.rename(built, highest);
  } catch (error) {
    if (isRefusal(error)) await takeBack(session, { inside, staged, built });
    throw error;
  }
}

/** Gives the file its first name back, for the next attempt. */
async function takeBack(
  session: Session,
  { inside, staged, built }: { readonly inside: string; readonly staged: string; readonly built: string },
): Promise<void> {
  if (await exists(session, inside)) await session.rename(inside, staged);
  await removeAll(session, built);
}
