import { chmod, link, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { exists } from './exists.ts';
import { isSystemError } from './failure.ts';
import type { Staging } from './staging.ts';
import { syncFolder } from './sync-folder.ts';

/** Folders are made and removed by others at the same time; somebody always gets on, so this ends long before. */
const ATTEMPTS = 100;

/** A finished file that nobody sees yet, and where it is to appear. */
export interface Placement {
  readonly staging: Staging;
  /** The finished file; its bytes are synced. */
  readonly staged: string;
  readonly target: string;
  /** Fail with EEXIST when the target is there. */
  readonly ifAbsent: boolean;
  readonly folderMode: number;
}

/** Makes the file appear at its target at once, together with all folders that it needs, and durable. */
export async function place(placement: Placement): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const missing = await missingFolders(placement.target);
      if (missing.length === 0) await placeFile(placement);
      else await placeFolder(placement, missing);
      return;
    } catch (error) {
      // ENOENT: a folder above was removed meanwhile. ENOTEMPTY: somebody made the folder, so that the next lower one is built.
      const isRace = isSystemError(error, 'ENOENT', 'ENOTEMPTY') || (isSystemError(error, 'EEXIST') && !(await exists(placement.target)));
      if (attempt === ATTEMPTS || !isRace || !(await exists(placement.staged))) throw error;
    }
  }
}

/** The folders above `target` that do not exist, the highest first. */
async function missingFolders(target: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path.dirname(target); ; folder = path.dirname(folder)) {
    try {
      await stat(folder);
      return missing;
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
      missing.unshift(folder);
    }
  }
}

async function placeFile({ staged, target, ifAbsent }: Placement): Promise<void> {
  if (ifAbsent) await placeIfAbsent(staged, target);
  else await rename(staged, target);
  await syncFolder(path.dirname(target));
}

/** Fails with EEXIST when the target is there. `makeLink` is the system's own. */
export async function placeIfAbsent(staged: string, target: string, makeLink: typeof link = link): Promise<void> {
  try {
    await makeLink(staged, target);
    await unlink(staged);
  } catch (error) {
    if (!isSystemError(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    // A file system without hard links (FAT, some FUSE): an empty file claims the name first.
    const claim = await open(target, 'wx');
    await claim.close();
    await rename(staged, target);
  }
}

/** Builds the highest missing folder out of sight, the file inside, and renames it into place as one. */
async function placeFolder({ staging, staged, target, folderMode }: Placement, missing: readonly string[]): Promise<void> {
  const [highest = target] = missing;
  const built = await staging.createFolder();
  const inside = `${built}${target.slice(highest.length)}`;
  try {
    const folders = [built];
    for (const folder of missing.slice(1)) {
      const made = `${built}${folder.slice(highest.length)}`;
      await mkdir(made, { mode: folderMode });
      await chmod(made, folderMode);
      folders.unshift(made);
    }
    await rename(staged, inside);
    for (const folder of folders) await syncFolder(folder);
    await rename(built, highest);
  } catch (error) {
    await takeBack(inside, staged);
    await rm(built, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(path.dirname(highest));
}

/** Gives the file its first name back, for the next attempt. */
async function takeBack(inside: string, staged: string): Promise<void> {
  try {
    await rename(inside, staged);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
