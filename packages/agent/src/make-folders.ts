import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCodeOf } from '@freezer/core';

/**
 * Makes a folder and those above it that are missing, with this mode. Node's own `recursive` says ENOENT when the file system is read-only or
 * over its quota, and never comes back where ENOENT is said of a name that may not be made, as in /proc; this fails with what the system says.
 */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path), mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  }
}
