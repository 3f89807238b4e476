import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** What is kept of a time: Python's archives hold whole seconds. */
export type TimePrecision = 'seconds' | 'nanoseconds';

const TYPES: readonly [number, string][] = [
  [0o040000, 'd'],
  [0o120000, 'l'],
  [0o010000, 'p'],
  [0o100000, 'f'],
];
const TYPE_MASK = 0o170000;
const SECOND = 1_000_000_000n;

/** `<root>/<path>` for a path of which each char is one byte. */
export const inTree = (root: string, path: string): Buffer => Buffer.concat([Buffer.from(`${root}/`, 'utf8'), Buffer.from(path, 'latin1')]);

async function* walk(root: string, folder: string): AsyncGenerator<string> {
  const entries = await readdir(inTree(root, folder), { encoding: 'latin1', withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    yield path;
    if (entry.isDirectory()) yield* walk(root, path);
  }
}

async function sha256(file: Buffer): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * A line per entry below `root`: type, mode, uid, gid, time, size, digest or target, path, and the first name of a hard link.
 * With `seconds` it is the listing that the golden sets hold. Sorted by path; each char of a line is one byte.
 */
export async function treeLines(root: string, precision: TimePrecision = 'seconds'): Promise<readonly string[]> {
  const lines: string[] = [];
  const firstNames = new Map<bigint, string>();
  for await (const path of walk(root, '')) {
    const place = inTree(root, path);
    const { mode, uid, gid, mtimeNs, size, nlink, ino } = await lstat(place, { bigint: true });
    const type = TYPES.find(([bits]) => bits === (Number(mode) & TYPE_MASK))?.[1] ?? '?';
    const time = type === 'l' ? '-' : precision === 'seconds' ? mtimeNs / SECOND : mtimeNs;
    const content = type === 'f' ? await sha256(place) : type === 'l' ? `->${await readlink(place, 'latin1')}` : '-';
    const permissions = (Number(mode) & 0o7777).toString(8).padStart(4, '0');
    let line = `${type} ${permissions} ${uid} ${gid} ${time} ${type === 'f' ? size : 0} ${content} ${path}`;
    if (type === 'f' && nlink > 1n) {
      if (!firstNames.has(ino)) firstNames.set(ino, path);
      line += ` hardlink=${firstNames.get(ino)}`;
    }
    lines.push(line);
  }
  return lines;
}

/** The same without the columns of the owner, for runs that cannot give files away. */
export const withoutOwners = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/^(\S+ \S+) \d+ \d+/, '$1 - -'));

/** The same, each hard link named after the first of its names in this order: a listing made elsewhere may know it by another. */
export function withFirstLinks(lines: readonly string[]): readonly string[] {
  const firstNames = new Map<string, string>();
  return lines.map((line) =>
    line.replace(/^((?:\S+ ){7})(.*) hardlink=(.*)$/, (_, columns: string, path: string, group: string) => {
      if (!firstNames.has(group)) firstNames.set(group, path);
      return `${columns}${path} hardlink=${firstNames.get(group)}`;
    }),
  );
}
