import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../harness/lab.ts';

const OURS = /(^|\/)(\.freezer-tmp|\.freezer-restore-[0-9a-f]+|started|removing|lock)$/;

/** What is on the storage and in the state folder although no run is at work: private folders, marks of work, locks, empty levels. */
export async function remainsOf(lab: Lab, store: string = lab.store): Promise<readonly string[]> {
  const onStorage = (await names(store)).filter((path) => OURS.test(path));
  const inState = (await names(lab.state)).filter((path) => /^(work|locks)\//.test(path));
  return [...onStorage, ...(await emptyBelow(join(store, 'metadata'))), ...inState];
}

const names = (folder: string): Promise<string[]> =>
  readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

/** Folders of chains and levels that hold nothing: Python stops at those. */
async function emptyBelow(folder: string): Promise<readonly string[]> {
  const empty: string[] = [];
  for (const path of await names(folder)) {
    if (path.split('/').length < 3 || path.endsWith('/metadata')) continue;
    if ((await names(join(folder, path))).length === 0) empty.push(path);
  }
  return empty;
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
