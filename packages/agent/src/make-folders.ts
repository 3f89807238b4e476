import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCodeOf } from '@freezer/core';

/**
 * Makes a folder and those above it that are missing, with this mode. Node's own `recursive` says ENOENT when the file system is read-only or
 * over its quota; this fails with what the system says.
 */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EEXIST') await mkdir(path, { recursive: true });
    else if (code !== 'ENOENT' || dirname(path) === path) throw error;
    else {
      await makeFolders(dirname(path), mode);
      await mkdir(path, { recursive: true, mode });
    }
  }
}
