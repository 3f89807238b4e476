import type { BigIntStats } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { type BytePath, bytesOfPath, type CallOptions, messageOf, type SkippedEntry, type SkipReason, systemCodeOf } from '@freezer/core';
import type { Member } from '../member.ts';
import type { Dereference } from '../settings.ts';

export interface WalkRequest extends CallOptions {
  readonly member: Member;
  readonly isExcluded: (path: BytePath) => boolean;
  readonly dereference: Dereference;
}

/** Something of the source, directories before what is in them. */
export interface FoundEntry {
  readonly kind: 'found';
  readonly path: BytePath;
  /** For `node:fs`. */
  readonly place: Buffer;
  readonly stats: BigIntStats;
}

/** Everything below a directory, or a single file, and what could not be looked at. Holds the open directories from the top down. */
export async function* walkSource({ member, isExcluded, dereference, signal }: WalkRequest): AsyncGenerator<FoundEntry | SkippedEntry, void, undefined> {
  const folder = Buffer.from(`${member.directory}/`);
  const look = dereference === 'soft' || dereference === 'all' ? stat : lstat;
  const rootPath = Buffer.from(member.member, 'utf8').toString('latin1');
  const root = await stat(Buffer.concat([folder, bytesOfPath(rootPath)]), { bigint: true });
  if (!isExcluded(rootPath)) yield* visit(rootPath, []);

  async function* visit(path: BytePath, above: readonly string[]): AsyncGenerator<FoundEntry | SkippedEntry, void, undefined> {
    signal?.throwIfAborted();
    const place = Buffer.concat([folder, bytesOfPath(path)]);
    let stats: BigIntStats;
    try {
      stats = path === '.' ? root : await look(place, { bigint: true });
    } catch (error) {
      yield skipOf(path, error);
      return;
    }
    if (stats.isSocket()) {
      yield { kind: 'skipped', path, reason: 'socket', detail: 'socket ignored' };
      return;
    }
    const isElsewhere = stats.dev !== root.dev && process.platform !== 'win32';
    if (isElsewhere)
      yield { kind: 'skipped', path, reason: 'mount', detail: `${stats.isDirectory() ? 'directory' : 'file'} is on a different filesystem; not dumped` };
    if (isElsewhere && !stats.isDirectory()) return;
    yield { kind: 'found', path, place, stats };
    if (!stats.isDirectory() || isElsewhere) return;
    const id = `${stats.dev}:${stats.ino}`;
    if (above.includes(id)) yield { kind: 'skipped', path, reason: 'failed', detail: 'a directory within itself, by a symbolic link' };
    else yield* visitFolder(path, place, [...above, id]);
  }

  async function* visitFolder(path: BytePath, place: Buffer, above: readonly string[]): AsyncGenerator<FoundEntry | SkippedEntry, void, undefined> {
    try {
      for await (const { name } of await opendir(place, { encoding: 'latin1' })) {
        const below = path === '.' ? name : `${path}/${name}`;
        if (!isExcluded(below)) yield* visit(below, above);
      }
    } catch (error) {
      if (systemCodeOf(error) === undefined) throw error;
      yield skipOf(path, error);
    }
  }
}

const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ELOOP', 'EIO']);

/** What an error of the system says of one path. Anything else is thrown again. */
export function skipOf(path: BytePath, error: unknown): SkippedEntry {
  const code = systemCodeOf(error);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
  const reason: SkipReason = code === 'ENOENT' || code === 'ENOTDIR' ? 'vanished' : UNREADABLE.has(code) ? 'unreadable' : 'failed';
  return { kind: 'skipped', path, reason, detail: messageOf(error).replace(/^E\w+: ([^,]*),.*$/s, '$1') };
}
