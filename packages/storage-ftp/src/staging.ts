import { randomUUID } from 'node:crypto';

import { inFolder, once, TEMPORARY } from '@freezer/core';
import { isRefusal } from './failure.ts';
import { makeFolder, removeAll, removeEmpty } from './folders.ts';
import { exists } from './look.ts';
import type { Session } from './session.ts';

const OWNER = 'owner';
/** Another run that sweeps empty folders may take ours away between two steps; not that often, though. */
const ATTEMPTS = 20;

/** What the temporary folder needs to know of its run. The owner's bytes may change. */
export interface StagingRun {
  readonly id: string;
  owner: Uint8Array;
  readonly fileMode: number;
  readonly folderMode: number;
}

/** Removes `.freezer-tmp/<run id>`, the owner last: a folder that is half removed still says whose it is. */
export async function removeRunFolder(session: Session, root: string, runId: string): Promise<void> {
  const temporary = inFolder(root, TEMPORARY);
  const folder = `${temporary}/${runId}`;
  await removeAll(session, folder, { except: OWNER });
  await removeAll(session, folder);
  // A neighbour that still works keeps it.
  await removeEmpty(session, temporary);
}

/** The temporary folder of this run: `<root>/.freezer-tmp/<run id>/`, made when it is first needed. */
export class Staging {
  readonly #root: string;
  readonly #run: StagingRun;
  #isReady = false;
  #wasMade = false;

  constructor(root: string, run: StagingRun) {
    this.#root = root;
    this.#run = run;
  }

  /** Whether there is something to remove at the end. */
  get wasMade(): boolean {
    return this.#wasMade;
  }

  get folder(): string {
    return `${inFolder(this.#root, TEMPORARY)}/${this.#run.id}`;
  }

  /** `.freezer-tmp/<name>`: a place beside the folders of runs. */
  beside(name: string): string {
    return `${inFolder(this.#root, TEMPORARY)}/${name}`;
  }

  /** What the owner file of this run holds. */
  get owner(): Uint8Array {
    return this.#run.owner;
  }

  get fileMode(): number {
    return this.#run.fileMode;
  }

  /** Does something at a new place that nobody sees; again, when the folder was swept away meanwhile. */
  async inside<Result>(session: Session, use: (place: string) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (!this.#isReady) await this.#make(session);
        return await use(`${this.folder}/${randomUUID()}`);
      } catch (error) {
        if (attempt === ATTEMPTS || !isRefusal(error) || (await exists(session, `${this.folder}/${OWNER}`)) || !(await session.enters(this.#root))) throw error;
        this.#isReady = false;
      }
    }
  }

  /** Whether the temporary folder is there, or can be made: not so on a full disk. */
  async isPossible(session: Session): Promise<boolean> {
    try {
      await this.inside(session, async () => undefined);
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false;
    }
  }

  /** A new folder that nobody sees. */
  async makeFolder(session: Session): Promise<string> {
    return await this.inside(session, async (place) => {
      await makeFolder(session, place, this.#run.folderMode);
      return place;
    });
  }

  /** Writes the owner file anew, when there is one. */
  async refresh(session: Session, owner: Uint8Array): Promise<void> {
    this.#run.owner = owner;
    if (this.#wasMade) await this.inside(session, async (place) => await this.#writeOwner(session, place));
  }

  async remove(session: Session): Promise<void> {
    if (!this.#wasMade) return;
    await removeRunFolder(session, this.#root, this.#run.id);
    this.#wasMade = false;
    this.#isReady = false;
  }

  async #make(session: Session): Promise<void> {
    this.#wasMade = true;
    // The container itself is never made here: a missing one may be a disk that is not mounted.
    await session.send('CWD', this.#root);
    await makeFolder(session, inFolder(this.#root, TEMPORARY), this.#run.folderMode);
    await makeFolder(session, this.folder, this.#run.folderMode);
    await this.#writeOwner(session, `${this.folder}/${randomUUID()}`);
    this.#isReady = true;
  }

  async #writeOwner(session: Session, place: string): Promise<void> {
    await session.upload(once(this.#run.owner), place);
    await session.setMode(place, this.#run.fileMode);
    await session.rename(place, `${this.folder}/${OWNER}`);
  }
}
