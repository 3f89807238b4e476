import { lstat, mkdir, unlink } from 'node:fs/promises';
import { type BytePath, bytesOfPath, folderOf, systemCodeOf } from '@freezer/core';

const MAX_KNOWN = 10_000;

/** `<target>/<path>` in bytes. */
export function pathIn(target: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${target}/`, 'utf8'), bytesOfPath(path)]);
}

/** The directories of the target, looked at step by step so that no link leads out of it. Holds the names of the last few thousand. */
export class OwnFolders {
  readonly #target: string;
  readonly #known = new Set<BytePath>();

  constructor(target: string) {
    this.#target = target;
  }

  /** Whether every step down to the folder is a directory, and none a link. */
  async has(folder: BytePath): Promise<boolean> {
    if (folder === '.' || this.#known.has(folder)) return true;
    if (!(await this.has(folderOf(folder)))) return false;
    if ((await this.#typeOf(folder)) !== 'directory') return false;
    this.#remember(folder);
    return true;
  }

  /** Makes what is missing, 0700, and replaces what is no directory: the backup has one there. */
  async make(folder: BytePath): Promise<void> {
    if (await this.has(folder)) return;
    await this.make(folderOf(folder));
    if ((await this.#typeOf(folder)) === 'other') await unlink(pathIn(this.#target, folder));
    await mkdir(pathIn(this.#target, folder), { mode: 0o700 });
    this.#remember(folder);
  }

  /** To be called when directories were removed. */
  forget(): void {
    this.#known.clear();
  }

  #remember(folder: BytePath): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(folder);
  }

  async #typeOf(path: BytePath): Promise<'directory' | 'other' | 'nothing'> {
    try {
      return (await lstat(pathIn(this.#target, path))).isDirectory() ? 'directory' : 'other';
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return 'nothing';
      throw error;
    }
  }
}
