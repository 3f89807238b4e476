import { type BytePath, isIncomplete, type SkipReason } from '@freezer/core';
import type { SnapshotRecord } from './snapshot-file.ts';

// No directory has this inode number, so tar takes the directory for another one and saves all of it.
const NO_INODE = '0';
// Tells our own reader that the path is missing from the list of its parent, although the base had it.
const NOT_IN_PARENT = '1';

/** What must be saved by the next level, although it may not change: path and why. */
export class LeftOut {
  readonly #reasons = new Map<BytePath, Set<SkipReason>>();
  readonly #namesByFolder = new Map<BytePath, Set<string>>();

  /** Of what a tar cannot hold at all only sockets matter: off the lists, they are named by each level, and none is taken for deleted. */
  add(path: BytePath, reason: SkipReason): void {
    if (reason === 'socket') this.#takeOffList(path);
    if (!isIncomplete(reason)) return;
    this.#takeOffList(path);
    const reasons = this.#reasons.get(path) ?? new Set();
    this.#reasons.set(path, reasons.add(reason));
  }

  #takeOffList(path: BytePath): void {
    const { folder, name } = splitPath(path);
    const names = this.#namesByFolder.get(folder) ?? new Set();
    this.#namesByFolder.set(folder, names.add(name));
  }

  get size(): number {
    return this.#reasons.size;
  }

  has(path: BytePath): boolean {
    return this.#reasons.has(path);
  }

  paths(): IterableIterator<BytePath> {
    return this.#reasons.keys();
  }

  /** Whether the archive holds the path nevertheless, in some form. */
  isHeld(path: BytePath): boolean {
    const reasons = this.#reasons.get(path);
    return reasons !== undefined && (reasons.has('changed') || reasons.has('attributes') || reasons.has('failed'));
  }

  /** For a directory that was scanned: whether it must be scanned as a new one. What it is itself, each level holds anyway. */
  losesDirectory(path: BytePath): boolean {
    return [...(this.#reasons.get(path) ?? [])].some((reason) => reason !== 'changed' && reason !== 'attributes');
  }

  namesIn(folder: BytePath): ReadonlySet<string> | undefined {
    return this.#namesByFolder.get(folder);
  }

  /** The path itself or the nearest directory above it that was left out. */
  rootOf(path: BytePath): BytePath | undefined {
    if (this.size === 0) return undefined;
    for (let at: BytePath | undefined = path; at !== undefined; at = at === '.' ? undefined : splitPath(at).folder) {
      if (this.#reasons.has(at)) return at;
    }
    return undefined;
  }
}

/** Directory and name of a path of the source. */
export function splitPath(path: BytePath): { folder: BytePath; name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { folder: '.', name: path } : { folder: path.slice(0, slash), name: path.slice(slash + 1) };
}

export const joinPath = (folder: BytePath, name: string): BytePath => (folder === '.' ? name : `${folder}/${name}`);

/** The names of a dump list. */
export function namesOf(list: string): string[] {
  const names: string[] = [];
  for (let at = 0; at < list.length; ) {
    const end = list.indexOf('\0', at);
    names.push(list.slice(at + 1, end));
    at = end + 1;
  }
  return names;
}

/** A record from which tar saves everything again, and our comparison still knows the names. */
export const forgotten = (record: SnapshotRecord): SnapshotRecord => ({ ...record, device: '0', inode: NO_INODE });

/** The same for what was itself taken out of the list of its parent. */
export const missingInParent = (record: SnapshotRecord): SnapshotRecord => ({ ...record, mtimeNanoseconds: NOT_IN_PARENT, device: '0', inode: NO_INODE });

/** Whether a record says that the base had its path, although the list of its parent does not. */
export const isMissingInParent = (record: SnapshotRecord): boolean => record.inode === NO_INODE && record.mtimeNanoseconds === NOT_IN_PARENT;
