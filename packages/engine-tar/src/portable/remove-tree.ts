import { chmod, opendir, rmdir, unlink } from 'node:fs/promises';
import { systemCodeOf } from '@freezer/core';

/** Removes what is at a path with all below it, never through a link. What is not there is removed already. */
export async function removeTree(path: Buffer): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT') return;
    // Linux and the others have different words for a directory.
    if (code !== 'EISDIR' && code !== 'EPERM') throw error;
    await removeFolder(path);
  }
}

async function removeFolder(path: Buffer): Promise<void> {
  for (const name of await namesIn(path)) await removeTree(Buffer.concat([path, Buffer.from('/'), Buffer.from(name, 'latin1')]));
  await rmdir(path);
}

/** The names in a directory, each char one byte. One that its owner may not read is made readable. */
export async function namesIn(path: Buffer): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of await openFolder(path)) names.push(name);
  return names;
}

async function openFolder(path: Buffer) {
  try {
    return await opendir(path, { encoding: 'latin1' });
  } catch (error) {
    if (systemCodeOf(error) !== 'EACCES') throw error;
    await chmod(path, 0o700);
    return opendir(path, { encoding: 'latin1' });
  }
}
