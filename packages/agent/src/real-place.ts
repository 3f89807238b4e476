import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCodeOf } from '@freezer/core';

/** The real path of something that may not exist yet: that of the nearest folder above it, and the rest. */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const above = dirname(path);
    if (systemCodeOf(error) !== 'ENOENT' || above === path) return path;
    return join(await realPathOf(above), basename(path));
  }
}

/** Whether a real path is a folder or lies below it. */
export const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
