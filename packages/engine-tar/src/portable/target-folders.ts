import { chmod, lstat, mkdir, rmdir, unlink } from 'node:fs/promises';
import { type BytePath, bytesOfPath, folderOf, systemCodeOf } from '@freezer/core';

const MAX_KNOWN = 10_000;
/** What a restore needs to write into a directory. */
const OWN_ACCESS = 0o700;

/** `<target>/<path>` in bytes. */
export const pathIn = (target: string, path: BytePath): Buffer => Buffer.concat([Buffer.from(`${target}/`, 'utf8'), bytesOfPath(path)]);

/** The directories of the target, looked at step by step, so that no link of any kind leads out of it. Holds the names of the last few thousand. */
export class TargetFolders {
  readonly #target: string;
  readonly #known = new Set<BytePath>();

  constructor(target: string) {
    this.#target = target;
  }

  /** Whether every step down to the folder is a directory, and none a link. */
  async has(folder: BytePath): Promise<boolean> {
    if (folder === '.' || this.#known.has(folder)) return true;
    if (!(await this.has(folderOf(folder)))) return false;
    const found = await this.#look(folder);
    if (found?.isDirectory() !== true) return false;
    this.#remember(folder);
    return true;
  }

  /** Makes a folder for an entry; false when something that is none stands in the way of a folder above it. What stands in its own place is replaced. */
  async make(folder: BytePath): Promise<boolean> {
    if (folder === '.') return true;
    if (!(await this.makeAbove(folder))) return false;
    const found = await this.#look(folder);
    if (found?.isDirectory() === true) {
      // Read-only to its owner: only root could write into it.
      if ((found.mode & OWN_ACCESS) !== OWN_ACCESS) await chmod(pathIn(this.#target, folder), (found.mode & 0o7777) | OWN_ACCESS);
    } else {
      if (found) await unlink(pathIn(this.#target, folder));
      await mkdir(pathIn(this.#target, folder), { mode: OWN_ACCESS });
    }
    this.#remember(folder);
    return true;
  }

  /** Makes the missing folders above a path; false when one is no folder. */
  async makeAbove(path: BytePath): Promise<boolean> {
    const folder = folderOf(path);
    if (await this.has(folder)) return true;
    if (!(await this.makeAbove(folder))) return false;
    if (await this.#look(folder)) return false;
    await mkdir(pathIn(this.#target, folder));
    this.#remember(folder);
    return true;
  }

  /** Takes an empty folder away, to put something else in its place. Fails with ENOTEMPTY. */
  async removeEmpty(folder: BytePath): Promise<void> {
    this.#known.clear();
    await rmdir(pathIn(this.#target, folder));
  }

  /** To be called when directories were removed or moved. */
  forget(): void {
    this.#known.clear();
  }

  #remember(folder: BytePath): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(folder);
  }

  async #look(path: BytePath) {
    try {
      return await lstat(pathIn(this.#target, path));
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }
}
