import type { BytePath } from '@freezer/core';

/** Everything about one path that a backup must bring back. */
export interface TreeEntry {
  /** Relative to the root; the root itself is `.`. */
  readonly path: BytePath;
  readonly type: 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'character' | 'block';
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Apparent size in bytes; 0 for what is no file. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** Of a file: hexadecimal. */
  readonly sha256?: string;
  /** Of a file: bytes on the disk. */
  readonly allocatedBytes?: number;
  /** Of a symlink: its text. */
  readonly target?: BytePath;
  /** Of a device. */
  readonly device?: { readonly major: number; readonly minor: number };
  /** Every path of the same inode, sorted; absent when there is only this one. */
  readonly hardLinks?: readonly BytePath[];
  /** Extended attributes but ACLs, as `name=0xhex`, sorted. */
  readonly xattrs: readonly string[];
  /** Lines of an ACL that says more than the mode. */
  readonly acl: readonly string[];
}
