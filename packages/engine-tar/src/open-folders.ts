import { chmod, lstat, readdir } from 'node:fs/promises';
import { type CallOptions, systemCodeOf } from '@freezer/core';

const OWN_RIGHTS = 0o700;
/** A folder that is another's, or gone, stays as it is: tar names what it cannot write there. */
const NOT_OURS = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR']);

/**
 * Gives the owner of each folder below `root` his rights back. An older level restored folders that may not be written, and nobody but
 * root can put what the next level holds into those; that level, which lists every folder, gives each its rights again.
 */
export async function openFolders(root: string, options: CallOptions = {}): Promise<void> {
  const pending = [Buffer.from(root)];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    options.signal?.throwIfAborted();
    try {
      const mode = (await lstat(folder)).mode & 0o7777;
      if ((mode & OWN_RIGHTS) !== OWN_RIGHTS) await chmod(folder, mode | OWN_RIGHTS);
      for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
        if (entry.isDirectory()) pending.push(Buffer.concat([folder, Buffer.from('/'), entry.name]));
      }
    } catch (error) {
      if (!NOT_OURS.has(systemCodeOf(error) ?? '')) throw error;
    }
  }
}
