import { lstat } from 'node:fs/promises';
import { isSystemError } from './failure.ts';

/** Whether there is anything of that name; a link that leads nowhere counts. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
