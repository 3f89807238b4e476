import type { BytePath } from './bytes.ts';

/** 'file' a regular file; 'link' a hard link to `target` in the same archive; the others as their names say. */
export type EntryType = 'file' | 'directory' | 'symlink' | 'link' | 'fifo' | 'character' | 'block' | 'socket';

/** Something that a level holds. */
export interface HeldEntry {
  readonly kind: 'held';
  readonly path: BytePath;
  readonly type: EntryType;
  /** Apparent size in bytes; 0 for what has no bytes of its own. */
  readonly size: number;
  /** Nanoseconds since the Unix epoch. */
  readonly mtimeNs: bigint;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a symlink: its text; of a link: the byte path of the first name. */
  readonly target?: BytePath;
  /** Of a device. */
  readonly device?: { readonly major: number; readonly minor: number };
}

/** A path that the base had and this level has not. Each path below a deleted directory has a line of its own. */
export interface DeletedEntry {
  readonly kind: 'deleted';
  readonly path: BytePath;
}

/**
 * Why something of the source is not (or not surely) in the archive.
 * `unreadable`, `changed`, `vanished`, `failed` make a run incomplete; `socket`, `mount` and `inode_flags` are facts that a tar cannot hold;
 * `attributes` are xattrs, ACLs or owners that could not be read or kept.
 */
export type SkipReason = 'unreadable' | 'changed' | 'vanished' | 'failed' | 'socket' | 'mount' | 'inode_flags' | 'attributes' | 'own';

export interface SkippedEntry {
  readonly kind: 'skipped';
  readonly path: BytePath;
  readonly reason: SkipReason;
  /** The system's own words, in one line: 'Permission denied'. */
  readonly detail?: string;
}

/** A line of an index. A path occurs at most once as held or deleted, and besides at most once per skip reason. */
export type IndexEntry = HeldEntry | DeletedEntry | SkippedEntry;

/** Whether a skip makes the run `partial`. */
export const isIncomplete = (reason: SkipReason): boolean => reason !== 'socket' && reason !== 'mount' && reason !== 'inode_flags' && reason !== 'own';
