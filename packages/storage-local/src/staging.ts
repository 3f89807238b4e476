import { randomUUID } from 'node:crypto';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { TEMPORARY } from '@freezer/core';
import { exists } from './exists.ts';
import { isSystemError } from './failure.ts';

const OWNER = 'owner';
/** Another process that sweeps empty folders may take ours away between two steps; not that often, though. */
const ATTEMPTS = 100;

/** An open file below the temporary folder. */
export interface StagedFile {
  readonly path: string;
  readonly file: FileHandle;
}

/** What a temporary folder needs to know of its run. The owner's bytes may change. */
export interface StagingRun {
  readonly id: string;
  owner: Uint8Array;
  readonly fileMode: number;
  readonly folderMode: number;
}

/** Removes `.freezer-tmp/<run id>`, the owner last: a folder that is half removed still says whose it is. */
export async function removeRunFolder(base: string, runId: string): Promise<void> {
  const folder = `${base}/${TEMPORARY}/${runId}`;
  try {
    for (const name of await readdir(folder, { encoding: 'buffer' })) {
      if (!name.equals(Buffer.from(OWNER))) await rm(Buffer.concat([Buffer.from(`${folder}/`), name]), { recursive: true, force: true });
    }
    await rm(folder, { recursive: true, force: true });
    await rmdir(`${base}/${TEMPORARY}`);
  } catch (error) {
    // Absent is fine, and so is a neighbour that still works.
    if (!isSystemError(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/** The temporary folder of this run on one file system: `<base>/.freezer-tmp/<run id>/`, made when it is first needed. */
export class Staging {
  /** The folder on whose file system it lies. */
  readonly base: string;
  readonly #run: StagingRun;
  #ready: Promise<void> | undefined;
  #made = false;

  constructor(base: string, run: StagingRun) {
    this.base = base;
    this.#run = run;
  }

  get #folder(): string {
    return `${this.base}/${TEMPORARY}/${this.#run.id}`;
  }

  /** A new file that nobody sees. */
  async createFile(): Promise<StagedFile> {
    return await this.#inFolder(async (path) => {
      const file = await open(path, 'wx', this.#run.fileMode);
      // The mode is what was asked for, whatever the umask of the process says.
      await file.chmod(this.#run.fileMode);
      return { path, file };
    });
  }

  /** A new folder that nobody sees. */
  async createFolder(): Promise<string> {
    return await this.#inFolder(async (path) => {
      await mkdir(path, { mode: this.#run.folderMode });
      await chmod(path, this.#run.folderMode);
      return path;
    });
  }

  /** Moves what lies at `path` out of sight, and says where it is now. */
  async takeIn(path: string): Promise<string> {
    return await this.#inFolder(async (place) => {
      // Else a place that was swept away could not be told from a path that is absent.
      await lstat(this.#folder);
      await rename(path, place);
      return place;
    });
  }

  /** Writes the owner file anew, when there is one. */
  async refresh(): Promise<void> {
    if (this.#made) await this.#inFolder(async (place) => await this.#writeOwner(place));
  }

  async remove(): Promise<void> {
    if (this.#made) await removeRunFolder(this.base, this.#run.id);
    this.#made = false;
    this.#ready = undefined;
  }

  async #inFolder<Result>(use: (place: string) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      this.#ready ??= this.#make();
      try {
        await this.#ready;
        return await use(`${this.#folder}/${randomUUID()}`);
      } catch (error) {
        this.#ready = undefined;
        if (attempt === ATTEMPTS || !isSystemError(error, 'ENOENT') || (await this.#isThere())) throw error;
      }
    }
  }

  /** Whether the run's folder stands, so that ENOENT spoke of something else; or whether not even its base does. */
  async #isThere(): Promise<boolean> {
    if (await exists(`${this.#folder}/${OWNER}`)) return true;
    return !(await exists(this.base));
  }

  async #make(): Promise<void> {
    const mode = this.#run.folderMode;
    this.#made = true;
    // The container itself is never made here: a missing one may be a disk that is not mounted.
    await stat(this.base);
    // One call, because others remove empty folders at any time.
    const made = await mkdir(this.#folder, { recursive: true, mode }).catch((error: unknown) => this.#whyNot(error));
    if (made !== undefined) await chmod(this.#folder, mode);
    if (made === `${this.base}/${TEMPORARY}`) await chmod(made, mode);
    await this.#writeOwner(`${this.#folder}/${randomUUID()}`);
  }

  /** Node says ENOENT when a folder and one above it cannot be made, whatever the reason: this fails with what the system says. */
  async #whyNot(error: unknown): Promise<never> {
    if (isSystemError(error, 'ENOENT')) {
      const mode = this.#run.folderMode;
      await mkdir(`${this.base}/${TEMPORARY}`, { mode }).catch((why: unknown) => {
        if (!isSystemError(why, 'EEXIST')) throw why;
      });
      // There may be room for the one and not for the other.
      await mkdir(this.#folder, { mode });
    }
    throw error;
  }

  async #writeOwner(place: string): Promise<void> {
    const file = await open(place, 'wx', this.#run.fileMode);
    try {
      await file.chmod(this.#run.fileMode);
      await file.writeFile(this.#run.owner);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(place, `${this.#folder}/${OWNER}`);
  }
}
