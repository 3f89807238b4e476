import { createHash } from 'node:crypto';
import {
  type ByteStream,
  type CallOptions,
  dataPrefix,
  FreezerError,
  type LevelId,
  levelFolder,
  messageOf,
  type ObjectName,
  objectKey,
  once,
  type Storage,
} from '@freezer/core';
import { type Owner, ownerBytes, REMAINS_REFRESH_SECONDS } from './owner.ts';
import { removeObjects } from './remove-objects.ts';

export interface StoredObject {
  /** Bytes. */
  readonly size: number;
  /** Of the bytes as stored, in hex. */
  readonly sha256: string;
}

export interface LevelWriterRequest {
  readonly storage: Storage;
  readonly engine: string;
  readonly set: string;
  readonly level: number;
  /** The full that it stands on; undefined for a full. */
  readonly t0?: number | undefined;
  /** The earliest T allowed, in epoch seconds. */
  readonly earliest: number;
  readonly owner: Owner;
  readonly now: () => number;
}

const LAST_TRY_SECONDS = 3600;

/**
 * A level in the making. Its first object is `started`, its last `metadata`, which makes it a backup; `started` goes after that.
 * Whoever finds the `started` of a dead owner without `metadata` may remove the level.
 */
export class LevelWriter {
  readonly id: LevelId;
  readonly #request: LevelWriterRequest;
  readonly #timer: NodeJS.Timeout;
  #refreshing: Promise<unknown> = Promise.resolve();

  private constructor(request: LevelWriterRequest, id: LevelId) {
    this.#request = request;
    this.id = id;
    this.#timer = setInterval(() => {
      // One after the other, so that none writes after the end; a failed one costs nothing unless it goes on for a day.
      this.#refreshing = this.#refreshing.then(() => this.#refresh()).catch(() => undefined);
    }, REMAINS_REFRESH_SECONDS * 1000);
    this.#timer.unref();
  }

  /** Picks T (a second later when that level's folder exists) and writes `started`. */
  static async begin(request: LevelWriterRequest, options: CallOptions = {}): Promise<LevelWriter> {
    for (let t = request.earliest; t < request.earliest + LAST_TRY_SECONDS; t += 1) {
      const id: LevelId = { t0: request.t0 ?? t, level: request.level, t };
      if (await folderExists(request, id, options)) continue;
      try {
        const bytes = ownerBytes({ ...request.owner, at: request.now() });
        await request.storage.put(objectKey(request.engine, request.set, id, 'started'), once(bytes), { ...options, ifAbsent: true });
        return new LevelWriter(request, id);
      } catch (error) {
        if (!FreezerError.is(error, 'already_exists')) throw error;
      }
    }
    throw new FreezerError('conflict', `set ${request.set}: no free second was found for level ${request.level} after ${request.earliest}`);
  }

  /** Begins the level of exactly this name, as another storage holds it, and writes `started`. Fails with `already_exists`. */
  static async at(id: LevelId, request: Omit<LevelWriterRequest, 'level' | 't0' | 'earliest'>, options: CallOptions = {}): Promise<LevelWriter> {
    const bytes = ownerBytes({ ...request.owner, at: request.now() });
    await request.storage.put(objectKey(request.engine, request.set, id, 'started'), once(bytes), { ...options, ifAbsent: true });
    return new LevelWriter({ ...request, level: id.level, t0: id.t0, earliest: id.t }, id);
  }

  /** Shows others that this run lives: in the level's folder, and where the storage keeps what is not finished. */
  async #refresh(): Promise<void> {
    const { storage } = this.#request;
    await storage.put(this.key('started'), once(this.#ownerNow()));
    await storage.remains?.refresh(this.#ownerNow());
  }

  #ownerNow(): Buffer {
    return ownerBytes({ ...this.#request.owner, at: this.#request.now() });
  }

  key(name: ObjectName): string {
    return objectKey(this.#request.engine, this.#request.set, this.id, name);
  }

  /** Stores an object of the level. */
  async put(name: ObjectName, body: ByteStream, options: CallOptions = {}): Promise<StoredObject> {
    const hash = createHash('sha256');
    let size = 0;
    async function* hashed(): ByteStream {
      for await (const chunk of body) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    }
    await this.#request.storage.put(this.key(name), hashed(), options);
    return { size, sha256: hash.digest('hex') };
  }

  /** Stores bytes whose digest is kept elsewhere (`data`, by its pieces). Resolves to their number. */
  async putUnhashed(name: ObjectName, body: ByteStream, options: CallOptions = {}): Promise<number> {
    return (await this.#request.storage.put(this.key(name), body, options)).size;
  }

  /** Makes the level a backup: from here on it is visible to everybody. `check` runs last before that and may refuse. */
  commit(metadata: Buffer, check: () => Promise<void>, options: CallOptions = {}): Promise<void> {
    return this.#commitAs('metadata', metadata, check, options);
  }

  /** The same for a level that a newer one has superseded: Python Freezer does not see it. */
  commitSuperseded(metadata: Buffer, check: () => Promise<void>, options: CallOptions = {}): Promise<void> {
    return this.#commitAs('superseded', metadata, check, options);
  }

  async #commitAs(name: 'metadata' | 'superseded', metadata: Buffer, check: () => Promise<void>, options: CallOptions): Promise<void> {
    await this.#stopRefreshing();
    await check();
    await this.#request.storage.put(this.key(name), once(metadata), options);
  }

  /** After the commit: `started` has done its duty. */
  async finish(): Promise<void> {
    await this.#request.storage.remove(this.key('started'));
  }

  /** Takes away all that was written of a level that will not be finished, `started` last. Resolves to what went wrong with that, if anything. */
  async abandon(): Promise<string | undefined> {
    await this.#stopRefreshing();
    const { storage, engine, set } = this.#request;
    try {
      await removeObjects(storage, `${dataPrefix(engine, set)}/${this.id.t0}/${levelFolder(this.id)}`, 'started');
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #stopRefreshing(): Promise<void> {
    clearInterval(this.#timer);
    await this.#refreshing;
  }
}

async function folderExists({ storage, engine, set }: LevelWriterRequest, id: LevelId, options: CallOptions): Promise<boolean> {
  const parent = dataPrefix(engine, set);
  // A full makes a folder for its chain too; either may be somebody's who works on it right now, and be empty still.
  const [within, name] = id.level === 0 ? [parent, String(id.t0)] : [`${parent}/${id.t0}`, levelFolder(id)];
  for await (const child of storage.children(within, options)) {
    if (child.name === name) return true;
  }
  return false;
}
