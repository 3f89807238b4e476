import { copyFile, open, opendir, readFile, stat, unlink } from 'node:fs/promises';
import { type StorageKey, type StorageRemains, TEMPORARY } from '@freezer/core';
import { type Deed, failure, guarded, isSystemError } from './failure.ts';
import { removeRunFolder, Staging, type StagingRun } from './staging.ts';

/**
 * The temporary folders of a run: one below the container, and one below each folder directly in it that is a file system of its own
 * (a rename does not cross that border). `metadata` may not be one: Python Freezer would find our folder in there.
 */
export class StagingAreas implements StorageRemains {
  readonly #root: string;
  readonly #run: StagingRun;
  readonly #areas = new Map<string, Staging>();
  /** Folders of the container to which a rename was refused although the device number is the same: bind mounts. */
  readonly #apart = new Set<string>();

  constructor(root: string, run: StagingRun) {
    this.#root = root;
    this.#run = run;
  }

  /** The one from which a rename reaches `key`. */
  async for(key: StorageKey, deed: Deed): Promise<Staging> {
    const top = key.split('/')[0] ?? '';
    if (key === top || !(await this.#isApart(top))) return this.#area(this.#root);
    if (top === 'metadata') throw failure('unsupported', deed, "'metadata' lies on another file system than the container, and must not");
    return this.#area(`${this.#root}/${top}`);
  }

  /** After a rename was refused with EXDEV: the one from which it will reach `key`. Undefined when there is no other. */
  async across(from: Staging, key: StorageKey, deed: Deed): Promise<Staging | undefined> {
    this.#apart.add(key.split('/')[0] ?? '');
    const staging = await this.for(key, deed);
    return staging === from ? undefined : staging;
  }

  /** The same for a file that is staged already: it is copied over. */
  async moveAcross(staged: string, from: Staging, key: StorageKey, deed: Deed): Promise<{ staging: Staging; staged: string } | undefined> {
    const staging = await this.across(from, key, deed);
    if (!staging) return undefined;
    const { path, file } = await staging.createFile();
    await file.close();
    await copyFile(staged, path);
    const copy = await open(path, 'r+');
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
    await unlink(staged);
    return { staging, staged: path };
  }

  async refresh(owner: Uint8Array): Promise<void> {
    this.#run.owner = owner;
    for (const area of this.#areas.values()) await guarded({ operation: 'refresh', key: '', path: area.base }, () => area.refresh());
  }

  async *list(): AsyncGenerator<{ readonly runId: string; readonly owner: Uint8Array | undefined; readonly modifiedAt: number }> {
    for (const base of await this.#bases()) {
      for await (const runId of names(`${base}/${TEMPORARY}`)) {
        if (runId === this.#run.id) continue;
        const found = await runFolder(`${base}/${TEMPORARY}/${runId}`);
        if (found) yield { runId, ...found };
      }
    }
  }

  async remove(runId: string): Promise<void> {
    if (runId === '' || runId === '.' || runId === '..' || /[/\0]/.test(runId)) throw new TypeError(`'${runId}' is no run id`);
    for (const base of await this.#bases()) await guarded({ operation: 'removal of remains', key: '', path: base }, () => removeRunFolder(base, runId));
  }

  /** Removes the folders of this run. */
  async clear(): Promise<void> {
    for (const area of this.#areas.values()) await guarded({ operation: 'close', key: '', path: area.base }, () => area.remove());
  }

  #area(base: string): Staging {
    const known = this.#areas.get(base) ?? new Staging(base, this.#run);
    this.#areas.set(base, known);
    return known;
  }

  async #isApart(top: string): Promise<boolean> {
    if (this.#apart.has(top)) return true;
    try {
      const [root, folder] = await Promise.all([stat(this.#root), stat(`${this.#root}/${top}`)]);
      return root.dev !== folder.dev && folder.isDirectory();
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return false;
      throw error;
    }
  }

  /** Every folder below which a temporary folder may lie. */
  async #bases(): Promise<string[]> {
    const bases = [this.#root];
    for await (const name of names(this.#root)) if (name !== TEMPORARY && name !== 'metadata') bases.push(`${this.#root}/${name}`);
    return bases;
  }
}

/** The names in a folder; none when it is absent or no folder. */
async function* names(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) yield entry.name;
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}

async function runFolder(folder: string): Promise<{ owner: Uint8Array | undefined; modifiedAt: number } | undefined> {
  try {
    return { owner: await readFile(`${folder}/owner`), modifiedAt: (await stat(`${folder}/owner`)).mtimeMs };
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  try {
    return { owner: undefined, modifiedAt: (await stat(folder)).mtimeMs };
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    return undefined;
  }
}
