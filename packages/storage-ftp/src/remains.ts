import { collect, inFolder, type StorageRemains, TEMPORARY } from '@freezer/core';
import { endClaim, isClaim, titleOf } from './claim.ts';
import type { Connections } from './connections.ts';
import { type Deed, guarded, isRefusal } from './failure.ts';
import { isAbsent, lookAt } from './look.ts';
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
  readonly #connections: Connections;
  readonly #staging: Staging;
  readonly #root: string;
  readonly #runId: string;
  readonly #place: string;

  /** `place` names the container in messages. */
  constructor(connections: Connections, staging: Staging, { root, runId, place }: { readonly root: string; readonly runId: string; readonly place: string }) {
    this.#connections = connections;
    this.#staging = staging;
    this.#root = root;
    this.#runId = runId;
    this.#place = place;
  }

  async refresh(owner: Uint8Array): Promise<void> {
    await this.#use('refresh', async (session) => await this.#staging.refresh(session, owner));
  }

  async *list(): AsyncGenerator<Remains, void, undefined> {
    yield* await this.#use('listing of remains', async (session) => {
      const found: Remains[] = [];
      const temporary = inFolder(this.#root, TEMPORARY);
      for (const { name: runId, modifiedAt } of (await session.entries(temporary)) ?? []) {
        if (runId === this.#runId) continue;
        const title = isClaim(runId) ? await titleOf(session, `${temporary}/${runId}`) : undefined;
        const remains = await readOwner(session, `${temporary}/${runId}/${title ?? 'owner'}`);
        // A claim is known by its title: by the time that it is removed another one may have its name.
        if (remains) found.push({ runId: title === undefined ? runId : `${runId}/${title}`, ...remains });
        // Where the server does not say when it was made, only its owner can tell.
        else if (await session.enters(`${temporary}/${runId}`)) found.push({ runId, owner: undefined, modifiedAt: modifiedAt ?? Date.now() });
      }
      return found;
    });
  }

  async remove(runId: string): Promise<void> {
    const [name = '', title] = runId.split('/');
    if (isClaim(name)) {
      await this.#use('removal of a claim', async (session) => await endClaim(session, `${inFolder(this.#root, TEMPORARY)}/${name}`, title));
      return;
    }
    if (runId === '' || runId === '.' || runId === '..' || /[/\0\r\n]/.test(runId)) throw new TypeError(`'${runId}' is no run id`);
    await this.#use('removal of remains', async (session) => await removeRunFolder(session, this.#root, runId));
  }

  async #use<Result>(operation: string, call: (session: Session) => Promise<Result>): Promise<Result> {
    const deed: Deed = { operation, key: '', place: this.#place };
    return await guarded(deed, async () => await this.#connections.use({}, call));
  }
}

async function readOwner(session: Session, path: string): Promise<Omit<Remains, 'runId'> | undefined> {
  try {
    const owner = await collect(session.download(path, 0), { maxBytes: OWNER_MAX_BYTES, what: path });
    return { owner, modifiedAt: (await lookAt(session, path))?.modifiedAt ?? Date.now() };
  } catch (error) {
    if (isRefusal(error) && (await isAbsent(session, path, error))) return undefined;
    throw error;
  }
}
