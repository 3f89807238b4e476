import { type StorageRemains, TEMPORARY } from '@freezer/core';
import type { Connection } from './connection.ts';
import { entriesOf } from './entries.ts';
import { type Deed, guarded, isStatus, STATUS } from './failure.ts';
import type { Session } from './session.ts';
import { removeRunFolder, type Staging } from './staging.ts';

/** More than an owner ever holds. */
const OWNER_MAX_BYTES = 65_536;

interface Remains {
  readonly runId: string;
  readonly owner: Uint8Array | undefined;
  readonly modifiedAt: number;
}

/** The temporary folders of other runs, and the owner file of this one. */
export class RunRemains implements StorageRemains {
  readonly #connection: Connection;
  readonly #staging: Staging;
  readonly #root: string;
  readonly #runId: string;
  readonly #place: string;

  /** `root` is '' where the container is the root of the server; `place` names it in messages. */
  constructor(connection: Connection, staging: Staging, { root, runId, place }: { readonly root: string; readonly runId: string; readonly place: string }) {
    this.#connection = connection;
    this.#staging = staging;
    this.#root = root;
    this.#runId = runId;
    this.#place = place;
  }

  async refresh(owner: Uint8Array): Promise<void> {
    await guarded(this.#deed('refresh'), async () => await this.#staging.refresh(owner));
  }

  async *list(): AsyncGenerator<Remains, void, undefined> {
    const found = await guarded(this.#deed('listing of remains'), async () => {
      const session = await this.#connection.session();
      const names: string[] = [];
      for await (const batch of entriesOf(session, `${this.#root}/${TEMPORARY}`)) names.push(...batch.map(({ filename }) => filename));
      const folders: Remains[] = [];
      for (const runId of names.filter((name) => name !== this.#runId)) {
        const remains = await runFolder(session, `${this.#root}/${TEMPORARY}/${runId}`);
        if (remains) folders.push({ runId, ...remains });
      }
      return folders;
    });
    yield* found;
  }

  async remove(runId: string): Promise<void> {
    if (runId === '' || runId === '.' || runId === '..' || /[/\0]/.test(runId)) throw new TypeError(`'${runId}' is no run id`);
    await guarded(this.#deed('removal of remains'), async () => await removeRunFolder(await this.#connection.session(), this.#root, runId));
  }

  #deed(operation: string): Deed {
    return { operation, key: '', place: this.#place };
  }
}

async function runFolder(session: Session, folder: string): Promise<Omit<Remains, 'runId'> | undefined> {
  try {
    return await readOwner(session, `${folder}/owner`);
  } catch (error) {
    if (!isStatus(error, STATUS.absent)) throw error;
  }
  try {
    return { owner: undefined, modifiedAt: (await session.stat(folder)).mtime * 1000 };
  } catch (error) {
    if (!isStatus(error, STATUS.absent)) throw error;
    return undefined;
  }
}

async function readOwner(session: Session, path: string): Promise<Omit<Remains, 'runId'>> {
  const handle = await session.open(path, 'r');
  try {
    const { mtime } = await session.fstat(handle);
    const owner = Buffer.alloc(OWNER_MAX_BYTES);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < owner.length; filled += read) read = await session.read(handle, owner, filled, filled);
    return { owner: owner.subarray(0, filled), modifiedAt: mtime * 1000 };
  } finally {
    if (!session.lost.aborted) await session.close(handle);
  }
}
