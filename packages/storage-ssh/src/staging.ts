import { randomUUID } from 'node:crypto';
import { type CallOptions, TEMPORARY } from '@freezer/core';
import type { Connection } from './connection.ts';
import { isLost, isStatus, STATUS } from './failure.ts';
import { exists, makeFolder, removeAll, syncFolder } from './folders.ts';
import type { Handle, Session } from './session.ts';

const OWNER = 'owner';
/** Another run that sweeps empty folders may take ours away between two steps; not that often, though. */
const ATTEMPTS = 20;

/** A new file below the temporary folder, open for writing. */
export interface StagedFile {
  readonly path: string;
  readonly handle: Handle;
  readonly session: Session;
}

/** What the temporary folder needs to know of its run. The owner's bytes may change. */
export interface StagingRun {
  readonly id: string;
  owner: Uint8Array;
  readonly fileMode: number;
  readonly folderMode: number;
}

/** Removes `.freezer-tmp/<run id>`, the owner last: a folder that is half removed still says whose it is. */
export async function removeRunFolder(session: Session, root: string, runId: string): Promise<void> {
  const folder = `${root}/${TEMPORARY}/${runId}`;
  await removeAll(session, folder, { except: OWNER });
  await removeAll(session, folder);
  try {
    await session.rmdir(`${root}/${TEMPORARY}`);
  } catch (error) {
    // A neighbour that still works keeps it.
    if (isLost(error) || !isStatus(error, STATUS.absent, STATUS.failure, STATUS.denied)) throw error;
  }
}

/** The temporary folder of this run: `<root>/.freezer-tmp/<run id>/`, made when it is first needed. */
export class Staging {
  readonly #root: string;
  readonly #run: StagingRun;
  readonly #connection: Connection;
  #ready: Promise<void> | undefined;
  #made = false;

  /** `root` is '' where the container is the root of the server. */
  constructor(root: string, run: StagingRun, connection: Connection) {
    this.#root = root;
    this.#run = run;
    this.#connection = connection;
  }

  /** The folder on whose file system it lies. */
  get base(): string {
    return this.#root === '' ? '/' : this.#root;
  }

  get #folder(): string {
    return `${this.#root}/${TEMPORARY}/${this.#run.id}`;
  }

  /** A new file that nobody sees. */
  async createFile(options: CallOptions): Promise<StagedFile> {
    return await this.#inFolder(options, async (session, path) => ({ session, path, handle: await createFile(session, path, this.#run.fileMode) }));
  }

  /** A new folder that nobody sees. */
  async createFolder(options: CallOptions): Promise<string> {
    return await this.#inFolder(options, async (session, path) => {
      await makeFolder(session, path, this.#run.folderMode);
      return path;
    });
  }

  /** Moves what lies at `path` out of sight, and says where it is now. */
  async takeIn(path: string, options: CallOptions): Promise<string> {
    return await this.#inFolder(options, async (session, place) => {
      // Else a place that was swept away could not be told from a path that is absent.
      await session.lstat(this.#folder);
      await session.rename(path, place);
      return place;
    });
  }

  /** Writes the owner file anew, when there is one. */
  async refresh(owner: Uint8Array): Promise<void> {
    this.#run.owner = owner;
    if (this.#made) await this.#inFolder({}, async (session, place) => await this.#writeOwner(session, place));
  }

  async remove(): Promise<void> {
    if (!this.#made) return;
    await removeRunFolder(await this.#connection.session(), this.#root, this.#run.id);
    this.#made = false;
    this.#ready = undefined;
  }

  async #inFolder<Result>(options: CallOptions, use: (session: Session, place: string) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      const session = await this.#connection.session(options);
      this.#ready ??= this.#make(session);
      try {
        await this.#ready;
        return await use(session, `${this.#folder}/${randomUUID()}`);
      } catch (error) {
        this.#ready = undefined;
        if (attempt === ATTEMPTS || !isStatus(error, STATUS.absent) || (await this.#isThere(session))) throw error;
      }
    }
  }

  /** Whether the run's folder stands, so that 'absent' spoke of something else; or whether not even the container does. */
  async #isThere(session: Session): Promise<boolean> {
    if (await exists(session, `${this.#folder}/${OWNER}`)) return true;
    return !(await exists(session, this.base));
  }

  async #make(session: Session): Promise<void> {
    this.#made = true;
    // The container itself is never made here: a missing one may be a disk that is not mounted.
    await session.stat(this.base);
    await makeFolder(session, `${this.#root}/${TEMPORARY}`, this.#run.folderMode);
    await makeFolder(session, this.#folder, this.#run.folderMode);
    await this.#writeOwner(session, `${this.#folder}/${randomUUID()}`);
  }

  async #writeOwner(session: Session, place: string): Promise<void> {
    const handle = await createFile(session, place, this.#run.fileMode);
    try {
      await session.write(handle, this.#run.owner, 0);
      await session.fsync(handle);
    } finally {
      await session.close(handle);
    }
    if (!session.abilities.posixRename) await session.unlink(`${this.#folder}/${OWNER}`).catch(() => undefined);
    await session.rename(place, `${this.#folder}/${OWNER}`);
    await syncFolder(session, this.#folder);
  }
}

async function createFile(session: Session, path: string, mode: number): Promise<Handle> {
  const handle = await session.open(path, 'wx', mode);
  // Rights for others may be taken away by the umask of the server.
  if ((mode & 0o077) !== 0) await session.chmod(path, mode);
  return handle;
}
