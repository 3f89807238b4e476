import {
  absoluteRoot,
  type ByteRange,
  type ByteStream,
  type CallOptions,
  type Logger,
  messageOf,
  type ObjectInfo,
  type PutOptions,
  type RetryPolicy,
  type Storage,
  type StorageCapabilities,
  type StorageChild,
  type StorageDeps,
  type StorageKey,
  type StorageRemains,
  type UsageInfo,
} from '@freezer/core';
import { serverOf } from './connect.ts';
import { Connection } from './connection.ts';
import { type Deed, failure, guarded, isStatus, STATUS, translated } from './failure.ts';
import { makeFolders } from './folders.ts';
import { pathOfKey, pathOfPrefix } from './key-path.ts';
import type { SshStorageOptions } from './options.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { RunRemains } from './remains.ts';
import { removeObject } from './remove-object.ts';
import { removeTreeAt } from './remove-tree.ts';
import type { ServerAbilities, Session } from './session.ts';
import { Staging } from './staging.ts';
import { childrenOf, walk } from './walk.ts';

/** What was found out about the server when the storage was opened. */
interface Facts {
  readonly root: string;
  readonly abilities: ServerAbilities;
}

/** Objects as files below a directory of a server: a key is a path. Every write appears by one rename (or link), where the server has OpenSSH's. */
export class SshStorage implements Storage {
  readonly kind = 'ssh';
  readonly label: string;
  readonly capabilities: StorageCapabilities;
  readonly remains: StorageRemains;
  readonly #root: string;
  readonly #server: string;
  readonly #folderMode: number;
  readonly #connection: Connection;
  readonly #staging: Staging;
  readonly #logger: Logger;
  #isClosed = false;

  private constructor(options: SshStorageOptions, { run, logger }: StorageDeps, connection: Connection, { root, abilities }: Facts) {
    const { fileMode, folderMode } = options;
    this.#root = root;
    this.#server = serverOf(options);
    this.#folderMode = folderMode;
    this.#connection = connection;
    this.#logger = logger;
    this.label = `ssh:${this.#place(root)}`;
    const base = root === '/' ? '' : root;
    this.#staging = new Staging(base, { id: run.id, owner: run.owner, fileMode, folderMode }, connection);
    this.remains = new RunRemains(connection, this.#staging, { root: base, runId: run.id, place: this.#place(root) });
    const { posixRename, hardlink } = abilities;
    this.capabilities = { atomicPut: posixRename, exclusivePut: posixRename || hardlink, rangeRead: true, usage: true };
  }

  /** Connects and logs in, so that a wrong host, key or password is told at once. `reconnecting`: what a connection that was lost is made again by. Fails as `connect` does. */
  static async open(options: SshStorageOptions, deps: StorageDeps, reconnecting: RetryPolicy = { logger: deps.logger }): Promise<SshStorage> {
    const connection = new Connection(options, deps.logger, reconnecting);
    try {
      const session = await connection.session();
      const home = options.container.startsWith('/') ? '/' : await session.realpath('.');
      const storage = new SshStorage(options, deps, connection, { root: absoluteRoot(options.container, home), abilities: session.abilities });
      storage.#sayWhatIsMissing(session.abilities);
      return storage;
    } catch (error) {
      await connection.end();
      throw translated(error, { operation: 'opening', key: '', place: `${serverOf(options)}:${options.container}` });
    }
  }

  async prepare({ signal }: CallOptions = {}): Promise<void> {
    await this.#withSession(this.#deed('prepare', '', this.#root), signal, async (session) => await makeFolders(session, this.#root, this.#folderMode));
  }

  async put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    const path = pathOfKey(this.#root, 'put', key);
    const deed = this.#deed('put', key, path);
    options.signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    return await putObject({ connection: this.#connection, staging: this.#staging, folderMode: this.#folderMode, body, path, deed }, options);
  }

  async *get(key: StorageKey, options: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    const path = pathOfKey(this.#root, 'get', key);
    const deed = this.#deed('get', key, path);
    const session = await this.#session(deed, options.signal);
    yield* readObject(session, path, deed, options);
  }

  async stat(key: StorageKey, { signal }: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const path = pathOfKey(this.#root, 'stat', key);
    return await this.#withSession(this.#deed('stat', key, path), signal, async (session) => {
      try {
        const found = await session.stat(path);
        return found.isFile() ? { key, size: found.size, modifiedAt: found.mtime * 1000 } : undefined;
      } catch (error) {
        if (isStatus(error, STATUS.absent)) return undefined;
        throw error;
      }
    });
  }

  async *list(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const folder = pathOfPrefix(this.#root, 'list', prefix);
    const deed = this.#deed('list', prefix, folder);
    const session = await this.#session(deed, options.signal);
    yield* atTheBorder(walk(session, folder, prefix, options), deed, options.signal);
  }

  async *children(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<StorageChild, void, undefined> {
    const folder = pathOfPrefix(this.#root, 'children', prefix);
    const deed = this.#deed('children', prefix, folder);
    const session = await this.#session(deed, options.signal);
    yield* atTheBorder(childrenOf(session, folder, prefix, options), deed, options.signal);
  }

  async remove(key: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const path = pathOfKey(this.#root, 'remove', key);
    await this.#withSession(this.#deed('remove', key, path), signal, async (session) => await removeObject(session, this.#root, path));
  }

  async removeTree(prefix: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const folder = pathOfPrefix(this.#root, 'removeTree', prefix);
    await this.#withSession(this.#deed('removeTree', prefix, folder), signal, async (session) => {
      await removeTreeAt({ session, staging: this.#staging, folder, isContainer: prefix === '' }, { signal });
    });
  }

  /** The container, when it is there: every file below it that is an object. */
  async *usage(options: CallOptions = {}): AsyncGenerator<UsageInfo, void, undefined> {
    const deed = this.#deed('usage', '', this.#root);
    const session = await this.#session(deed, options.signal);
    const isThere = await guarded(deed, async () => (await session.stat(this.#root)).isDirectory()).catch((error: unknown) => {
      if (translated(error, deed).code === 'not_found') return false;
      throw error;
    });
    if (!isThere) return;
    const total = { container: this.#root, bytes: 0, objects: 0 };
    for await (const { size } of this.list('', options)) {
      total.bytes += size;
      total.objects += 1;
    }
    yield total;
  }

  /** What cannot be removed now, since the server is gone, is left to the next run, and said. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#staging.remove();
    } catch (error) {
      this.#logger.warn({ storage: this.label, error: messageOf(error) }, 'the temporary folder of this run could not be removed from the server');
    }
    await this.#connection.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #sayWhatIsMissing({ posixRename, fsync }: ServerAbilities): void {
    const fields = { storage: this.label };
    if (!posixRename)
      this.#logger.warn(fields, 'the server cannot rename over a file: an object that is replaced is removed first, and is missing for a moment');
    if (!fsync) this.#logger.debug(fields, 'the server cannot be asked to sync: what was written is as durable as the server makes it by itself');
  }

  #place(path: string): string {
    return `${this.#server}:${path}`;
  }

  #deed(operation: string, key: StorageKey, path: string): Deed {
    return { operation, key, place: this.#place(path) };
  }

  #refuseWhenClosed(deed: Deed): void {
    if (this.#isClosed) throw failure('invalid', deed, 'the storage was closed');
  }

  async #session(deed: Deed, signal: AbortSignal | undefined): Promise<Session> {
    signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    return await this.#connection.session({ signal });
  }

  /** One call at the border; an abort ends the waiting at once. */
  async #withSession<Result>(deed: Deed, signal: AbortSignal | undefined, call: (session: Session) => Promise<Result>): Promise<Result> {
    const session = await this.#session(deed, signal);
    return await guarded(deed, () => call(session), signal);
  }
}

async function* atTheBorder<Item>(items: AsyncIterable<Item>, deed: Deed, signal: AbortSignal | undefined): AsyncGenerator<Item, void, undefined> {
  try {
    yield* items;
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : translated(error, deed);
  }
}
