import { linkSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type BytePath, bytesOfPath, folderOf } from '@freezer/core';

/** One change of a tree. Paths are relative to its root. */
export interface TreeChange {
  /** 'rename' takes the place of what is there, 'swap' exchanges two paths, 'link' makes a hard link. */
  readonly kind: 'mkdir' | 'write' | 'symlink' | 'remove' | 'rename' | 'swap' | 'link';
  readonly path: BytePath;
  /** Where to rename or link to, what to exchange with, what a symbolic link names. */
  readonly other: BytePath;
}

const ASIDE = 'aside';
const isWithin = (path: BytePath, folder: BytePath): boolean => `${path}/`.startsWith(`${folder}/`);

/** Changes a tree. What cannot be done (a directory into itself, a file as a directory) is left. `count` makes the content another one. */
export function applyTreeChange(root: string, { kind, path, other }: TreeChange, count: number): void {
  const placeOf = (name: BytePath): Buffer => Buffer.concat([Buffer.from(`${root}/`), bytesOfPath(name)]);
  const [at, to] = [placeOf(path), placeOf(other)];
  const actions: Readonly<Record<TreeChange['kind'], () => void>> = {
    mkdir: () => void mkdirSync(at, { recursive: true }),
    write: () => {
      mkdirSync(placeOf(folderOf(path)), { recursive: true });
      writeFileSync(at, `content ${count}`);
    },
    symlink: () => symlinkSync(bytesOfPath(`../${other}`), at),
    remove: () => rmSync(at, { recursive: true }),
    rename: () => {
      lstatSync(at);
      if (!isWithin(other, path) && !isWithin(path, other)) rmSync(to, { recursive: true, force: true });
      renameSync(at, to);
    },
    swap: () => {
      if (isWithin(other, path) || isWithin(path, other)) return;
      lstatSync(to);
      renameSync(at, placeOf(ASIDE));
      renameSync(to, at);
      renameSync(placeOf(ASIDE), to);
    },
    link: () => linkSync(at, to),
  };
  try {
    actions[kind]();
  } catch {
    // Not possible in this tree.
  }
}
