import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import type { BytePath, SourceLease } from '@freezer/core';

type Names = Dirent<NonSharedBuffer>;

interface Folder {
  readonly real: Buffer;
  /** Below the source; '' is the source itself. */
  readonly path: BytePath;
  /** Of itself and of all folders above it. */
  readonly above: ReadonlySet<string>;
}

const SLASH = Buffer.from('/');
const idOf = ({ dev, ino }: BigIntStats): string => `${dev}/${ino}`;

/**
 * The symbolic links below a source that lead to a folder above themselves. Who follows links, follows such a one for ever: tar neither notices
 * nor ends. What they lead to is saved where it is. Folders that cannot be read and those on other disks are passed over, as the backup does.
 */
export async function linkLoops(source: SourceLease, signal: AbortSignal): Promise<readonly BytePath[]> {
  if (source.kind !== 'path') return [];
  const root = await stat(source.resource, { bigint: true });
  if (!root.isDirectory()) return [];
  const found: BytePath[] = [];
  const open: Folder[] = [{ real: Buffer.from(source.resource), path: '', above: new Set([idOf(root)]) }];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    signal.throwIfAborted();
    for (const entry of await namesIn(folder.real)) {
      if (!entry.isDirectory() && !entry.isSymbolicLink()) continue;
      const real = Buffer.concat([folder.real, SLASH, entry.name]);
      const info = await (entry.isSymbolicLink() ? stat : lstat)(real, { bigint: true }).catch(() => undefined);
      if (!info?.isDirectory() || info.dev !== root.dev) continue;
      const path = `${folder.path === '' ? '' : `${folder.path}/`}${entry.name.toString('latin1')}`;
      if (folder.above.has(idOf(info))) found.push(path);
      else open.push({ real, path, above: new Set([...folder.above, idOf(info)]) });
    }
  }
  return found.toSorted();
}

const namesIn = (folder: Buffer): Promise<readonly Names[]> => readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
