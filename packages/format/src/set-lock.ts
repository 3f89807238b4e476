import { createHash } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collect, FreezerError, type Logger, lockKey, messageOf, once, type Storage, systemCodeOf } from '@freezer/core';
import { describeOwner, isProvablyDead, type Owner, ownerBytes, parseOwner } from './owner.ts';

/** A lock on a storage that was not renewed for so long belongs to nobody. */
export const LOCK_STALE_SECONDS = 600;
export const LOCK_RENEW_SECONDS = 60;
const POLL_MS = 500;
/** A lock may be given back between two questions; not that often, though. */
const PHANTOMS = 10;

export interface LockRequest {
  readonly storage: Storage;
  readonly stateDir: string;
  /** A private folder of this run below the state folder: what a kill leaves in it goes with it. */
  readonly workDir: string;
  readonly engine: string;
  readonly set: string;
  readonly owner: Owner;
  readonly logger: Logger;
  /** Epoch seconds. */
  readonly now: () => number;
  /** 0: fail at once when somebody else holds it. */
  readonly waitSeconds: number;
  readonly signal?: AbortSignal | undefined;
  /** For what makes room: where there is no space for the lock on the storage, that of this host does until `takeRest`. */
  readonly toMakeRoom?: boolean | undefined;
}

/** One of the two places of a lock. */
interface LockPlace {
  readonly where: string;
  /** False when somebody else made one. */
  create(bytes: Buffer): Promise<boolean>;
  read(): Promise<Owner | undefined>;
  /** Takes away the lock of `seen`, and only that. */
  evict(seen: Owner | undefined): Promise<void>;
  write(bytes: Buffer): Promise<void>;
  remove(): Promise<void>;
}

const sameRun = (a: Owner | undefined, b: Owner | undefined): boolean => a?.run_id === b?.run_id;

function statePlace(path: string, workDir: string): LockPlace {
  const read = async (): Promise<Owner | undefined> => readFile(path).then(parseOwner, () => undefined);
  return {
    where: 'this host',
    read,
    async create(bytes) {
      const mine = join(workDir, 'lock');
      await writeFile(mine, bytes, { mode: 0o600 });
      try {
        await link(mine, path);
        return true;
      } catch (error) {
        if (systemCodeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(mine, { force: true });
      }
    },
    async evict(seen) {
      const aside = join(workDir, 'evicted-lock');
      try {
        await rename(path, aside);
      } catch (error) {
        if (systemCodeOf(error) === 'ENOENT') return;
        throw error;
      }
      // Somebody quicker may have put a living lock there since we looked: it goes back. Should that fail, its owner finds out before its commit.
      const taken = await readFile(aside).then(parseOwner, () => undefined);
      if (!sameRun(taken, seen)) await link(aside, path).catch(() => undefined);
      await rm(aside, { force: true });
    },
    async write(bytes) {
      const mine = join(workDir, 'lock');
      await writeFile(mine, bytes, { mode: 0o600 });
      await rename(mine, path);
    },
    remove: () => rm(path, { force: true }),
  };
}

function storagePlace(storage: Storage, key: string): LockPlace {
  const read = async (): Promise<Owner | undefined> => {
    try {
      return parseOwner(await collect(storage.get(key), { maxBytes: 65_536 }));
    } catch (error) {
      if (FreezerError.is(error, 'not_found') || FreezerError.is(error, 'too_large')) return undefined;
      throw error;
    }
  };
  return {
    where: storage.label,
    read,
    async create(bytes) {
      try {
        if (!storage.capabilities.exclusivePut && (await storage.stat(key)) !== undefined) return false;
        await storage.put(key, once(bytes), { ifAbsent: true });
        return true;
      } catch (error) {
        if (!FreezerError.is(error, 'already_exists')) throw error;
        // Ours when the request was made twice, because the answer to the first was lost on its way.
        return sameRun(await read(), parseOwner(bytes));
      }
    },
    async evict(seen) {
      if (sameRun(await read(), seen)) await storage.remove(key);
    },
    write: async (bytes) => {
      await storage.put(key, once(bytes));
    },
    remove: () => storage.remove(key),
  };
}

async function holderIsGone(holder: Owner | undefined, request: LockRequest): Promise<boolean> {
  if (holder === undefined) return true;
  return request.now() - holder.at > LOCK_STALE_SECONDS || (await isProvablyDead(holder, request.owner));
}

/** False when there is no space for it, and nobody holds it. */
async function take(place: LockPlace, request: LockRequest): Promise<boolean> {
  const deadline = request.now() + request.waitSeconds;
  let told = false;
  let phantoms = 0;
  for (;;) {
    const made = await place.create(ownerBytes({ ...request.owner, at: request.now() })).catch((error: unknown) => {
      if (request.toMakeRoom !== true || !FreezerError.is(error, 'no_space')) throw error;
      return undefined;
    });
    if (made === true) return true;
    const holder = await place.read();
    if (made === undefined && holder === undefined) return false;
    if (holder === undefined && (phantoms += 1) > PHANTOMS)
      throw new FreezerError('unavailable', `set ${request.set}: ${place.where} says that there is a lock, and shows none`);
    if (phantoms > 1) await pause(request.signal);
    if (await holderIsGone(holder, request)) {
      if (holder !== undefined) request.logger.warn({ set: request.set, holder: describeOwner(holder) }, 'lock of a dead run taken over');
      await place.evict(holder);
      continue;
    }
    if (request.now() >= deadline) {
      throw new FreezerError('conflict', `set ${request.set} is locked on ${place.where} by ${describeOwner(holder)}; wait for it, or give --wait SECONDS`);
    }
    if (!told) request.logger.info({ set: request.set, holder: describeOwner(holder) }, 'waiting for the lock');
    told = true;
    await pause(request.signal);
  }
}

/** Aborted it rejects with the signal's own reason. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(POLL_MS, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** A set, held against other runs, on this host and on the storage. */
export class SetLock implements AsyncDisposable {
  readonly #request: LockRequest;
  readonly #places: LockPlace[];
  /** Of the places those for which there was no space. */
  readonly #missing: LockPlace[];
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<void> = Promise.resolve();
  #released = false;

  private constructor(request: LockRequest, places: LockPlace[], missing: LockPlace[]) {
    this.#request = request;
    this.#places = places;
    this.#missing = missing;
    this.#timer = setInterval(() => {
      // One after the other: a slow one must not write after the release.
      this.#renewing = this.#renewing.then(() => this.#renew());
    }, LOCK_RENEW_SECONDS * 1000);
    this.#timer.unref();
  }

  /** Fails with `conflict`, naming the owner, when another run holds it for longer than `waitSeconds`. */
  static async acquire(request: LockRequest): Promise<SetLock> {
    const folder = join(request.stateDir, 'locks');
    await mkdir(request.stateDir, { recursive: true, mode: 0o700 });
    // Not `recursive`: Node then says ENOENT where no more files fit.
    await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
    const name = createHash('sha256').update(`${request.storage.label}\0${request.engine}\0${request.set}`).digest('hex').slice(0, 32);
    const places = [statePlace(join(folder, name), request.workDir), storagePlace(request.storage, lockKey(request.engine, request.set))];
    const taken: LockPlace[] = [];
    const missing: LockPlace[] = [];
    try {
      for (const place of places) {
        if (await take(place, request)) taken.push(place);
        else missing.push(place);
      }
    } catch (error) {
      for (const place of taken) await place.remove();
      throw error;
    }
    if (missing.length > 0)
      request.logger.warn(
        { set: request.set, where: request.storage.label },
        'no space for the lock on the storage: one level is removed at a time until there is',
      );
    return new SetLock(request, taken, missing);
  }

  /** Whether there was no space for the lock on the storage, so that other hosts do not see it. */
  get lacksSpace(): boolean {
    return this.#missing.length > 0;
  }

  /** Takes what there was no space for, when there is by now. Fails with `conflict` when another run was quicker. */
  async takeRest(): Promise<void> {
    for (const place of [...this.#missing]) {
      if (!(await take(place, this.#request))) return;
      this.#places.push(place);
      this.#missing.shift();
    }
  }

  async #renew(): Promise<void> {
    for (const place of this.#places) {
      try {
        if (this.#released || !sameRun(await place.read(), this.#request.owner)) return;
        await place.write(ownerBytes({ ...this.#request.owner, at: this.#request.now() }));
      } catch (error) {
        this.#request.logger.warn({ set: this.#request.set, where: place.where, reason: messageOf(error) }, 'lock could not be renewed');
      }
    }
  }

  /** Fails with `conflict` when somebody else took the lock meanwhile (this process was asleep): then nothing may be committed. */
  async check(): Promise<void> {
    for (const place of this.#places) {
      const holder = await place.read();
      if (!sameRun(holder, this.#request.owner)) {
        throw new FreezerError(
          'conflict',
          `set ${this.#request.set}: the lock on ${place.where} was taken over by ${describeOwner(holder)}; nothing was committed`,
        );
      }
    }
  }

  /** Idempotent. A lock that is no longer ours stays. Fails when the storage does; the lock of this host is given back all the same. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    clearInterval(this.#timer);
    await this.#renewing;
    const failures: unknown[] = [];
    for (const place of this.#places.toReversed()) await this.#leave(place).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  async #leave(place: LockPlace): Promise<void> {
    if (sameRun(await place.read(), this.#request.owner)) await place.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
