import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A line per entry of a folder, itself included: inode, mode, times of content and of the inode, size, digest. Anything that is touched shows. */
export async function wholeListing(root: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const visit = async (path: string): Promise<void> => {
    const { ino, mode, mtimeNs, ctimeNs, size, nlink } = await lstat(path, { bigint: true });
    const kind = Number(mode) & 0o170000;
    const content = kind === 0o100000 ? sha256(await readFile(path)) : kind === 0o120000 ? await readlink(path) : '';
    lines.push(`${path.slice(root.length)} ${ino} ${mode.toString(8)} ${nlink} ${mtimeNs} ${ctimeNs} ${size} ${content}`);
    if (kind === 0o040000) for (const name of (await readdir(path)).toSorted()) await visit(join(path, name));
  };
  await visit(root);
  return lines;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The paths of all files below a folder, relative to it. */
export async function filesBelow(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}
