import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import type { BytePath } from '@freezer/core';
import { readAcls, readXattrs } from './read-attributes.ts';
import type { TreeEntry } from './tree-entry.ts';

/** What is left out: programs that are missing leave their part out by themselves. */
export interface ReadTreeOptions {
  /** Default: true. */
  readonly xattrs?: boolean;
  /** Default: true. */
  readonly acls?: boolean;
}

interface Seen {
  readonly path: BytePath;
  readonly full: Buffer;
  readonly info: BigIntStats;
}

/** Reads a directory with all that is below it, sorted by the bytes of the path. Links are not followed; no file is changed but its atime. */
export async function readTree(root: string, { xattrs = true, acls = true }: ReadTreeOptions = {}): Promise<TreeEntry[]> {
  const seen: Seen[] = [];
  await visit({ path: '.', full: Buffer.from(root), info: await lstat(root, { bigint: true }) }, seen);
  const attributes = xattrs ? await readXattrs(root) : undefined;
  const lists = acls ? await readAcls(root) : undefined;
  const groups = hardLinkGroups(seen);
  const entries: TreeEntry[] = [];
  for (const each of seen) {
    const hardLinks = groups.get(inodeOf(each.info));
    entries.push({
      ...commonFacts(each),
      ...(await factsOfType(each)),
      ...(hardLinks && hardLinks.length > 1 ? { hardLinks } : {}),
      xattrs: attributes?.get(each.path) ?? [],
      acl: lists?.get(each.path) ?? [],
    });
  }
  return entries.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

async function visit(each: Seen, seen: Seen[]): Promise<void> {
  seen.push(each);
  if (!each.info.isDirectory()) return;
  for (const name of await readdir(each.full, { encoding: 'buffer' })) {
    const full = Buffer.concat([each.full, Buffer.from('/'), name]);
    const bytes = name.toString('latin1');
    await visit({ path: each.path === '.' ? bytes : `${each.path}/${bytes}`, full, info: await lstat(full, { bigint: true }) }, seen);
  }
}

const inodeOf = (info: BigIntStats): string => `${info.dev}:${info.ino}`;

function hardLinkGroups(seen: readonly Seen[]): Map<string, BytePath[]> {
  const groups = new Map<string, BytePath[]>();
  for (const { path, info } of seen.toSorted((left, right) => (left.path < right.path ? -1 : 1))) {
    if (!info.isDirectory()) groups.set(inodeOf(info), [...(groups.get(inodeOf(info)) ?? []), path]);
  }
  return groups;
}

const typeOf = (info: BigIntStats): TreeEntry['type'] => {
  if (info.isFile()) return 'file';
  if (info.isDirectory()) return 'directory';
  if (info.isSymbolicLink()) return 'symlink';
  if (info.isFIFO()) return 'fifo';
  if (info.isSocket()) return 'socket';
  return info.isCharacterDevice() ? 'character' : 'block';
};

const commonFacts = ({ path, info }: Seen): Pick<TreeEntry, 'path' | 'type' | 'mode' | 'uid' | 'gid' | 'size' | 'mtimeNs'> => ({
  path,
  type: typeOf(info),
  mode: Number(info.mode & 0o7777n),
  uid: Number(info.uid),
  gid: Number(info.gid),
  size: info.isFile() ? Number(info.size) : 0,
  mtimeNs: info.mtimeNs,
});

async function factsOfType({ full, info }: Seen): Promise<Partial<TreeEntry>> {
  if (info.isFile()) return { sha256: await digestOf(full), allocatedBytes: Number(info.blocks * 512n) };
  if (info.isSymbolicLink()) return { target: (await readlink(full, { encoding: 'buffer' })).toString('latin1') };
  if (info.isCharacterDevice() || info.isBlockDevice()) return { device: deviceOf(info.rdev) };
  return {};
}

/** How Linux packs the two numbers into one. */
const deviceOf = (rdev: bigint): { major: number; minor: number } => ({
  major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn)),
  minor: Number((rdev & 0xffn) | ((rdev >> 12n) & ~0xffn)),
});

async function digestOf(full: Buffer): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(full, 'r');
  try {
    const chunk = Buffer.allocUnsafe(262_144);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
