import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from './sync-folder.ts';

/** Makes a directory and those above it that are missing, with this mode whatever the umask says. One that is there stays as it is. */
export async function makeContainer(root: string, mode: number): Promise<void> {
  const first = await mkdir(root, { recursive: true, mode });
  if (first === undefined) return;
  for (let folder = root; folder.length >= first.length; folder = path.dirname(folder)) {
    await chmod(folder, mode);
    await syncFolder(path.dirname(folder));
  }
}
