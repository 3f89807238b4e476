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
import { readCredentials, serverOf } from './connect.ts';
import { Connections } from './connections.ts';
import { type Deed, failure, guarded, translated } from './failure.ts';
import { makeFolders } from './folders.ts';
import { pathOfKey, pathOfPrefix } from './key-path.ts';
import { lookAt } from './look.ts';
import type { FtpStorageOptions } from './options.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { RunRemains } from './remains.ts';
import { removeObject, removeTreeAt } from './remove.ts';
import type { Session } from './session.ts';
import { Staging } from './staging.ts';
import { childrenOf, walk } from './walk.ts';

/** Objects as files below a directory of a server: a key is a path. Every write appears by one rename. */
export class FtpStorage implements Storage {
  readonly kind: 'ftp' | 'ftps';
  readonly label: string;
  // A name is claimed by the rename of a folder that is not empty, which replaces nothing: see claim.ts.
  readonly capabilities: StorageCapabilities = { atomicPut: true, exclusivePut: true, rangeRead: true, usage: true };
  readonly remains: StorageRemains;
  readonly #root: string;
  readonly #server: string;
  readonly #folderMode: number;
  readonly #connections: Connections;
  readonly #staging: Staging;
  readonly #logger: Logger;
  #isClosed = false;
  #wasWarned = false;

  private constructor(options: FtpStorageOptions, { run, logger }: StorageDeps, connections: Connections, root: string) {
    const { fileMode, folderMode, kind } = options;
    this.kind = kind;
    this.#root = root;
    this.#server = serverOf(options);
    this.#folderMode = folderMode;
    this.#connections = connections;
    this.#logger = logger;
    this.label = `${kind}:${this.#place(root)}`;
    this.#staging = new Staging(root, { id: run.id, owner: run.owner, fileMode, folderMode });
    this.remains = new RunRemains(connections, this.#staging, { root, runId: run.id, place: this.#place(root) });
  }

  /** Connects and logs in, so that a wrong host, certificate or password is told at once. `reconnecting`: what a connection that was lost is made again by. Fails as `connect` does. */
  static async open(options: FtpStorageOptions, deps: StorageDeps, reconnecting: RetryPolicy = { logger: deps.logger }): Promise<FtpStorage> {
    const connections = new Connections(options, await readCredentials(options), reconnecting);
    try {
      const home = await connections.use({}, async (session) => (options.container.startsWith('/') ? '/' : await session.currentFolder()));
      if (!options.checksCertificate && options.protection !== 'none')
        deps.logger.warn({ server: serverOf(options) }, 'the certificate of the FTP server is not checked');
      return new FtpStorage(options, deps, connections, absoluteRoot(options.container, home));
    } catch (error) {
      connections.end();
      throw translated(error, { operation: 'opening', key: '', place: `${serverOf(options)}:${options.container}` });
    }
  }

  async prepare({ signal }: CallOptions = {}): Promise<void> {
    await this.#use(this.#deed('prepare', '', this.#root), signal, async (session) => await makeFolders(session, this.#root, this.#folderMode));
  }

  async put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    const path = pathOfKey(this.#root, 'put', key);
    const deed = this.#deed('put', key, path);
    options.signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    const request = { connections: this.#connections, staging: this.#staging, folderMode: this.#folderMode, body, path, deed };
    return await putObject({ ...request, onReplaced: () => this.#warnOfReplacing() }, options);
  }

  async *get(key: StorageKey, options: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    const path = pathOfKey(this.#root, 'get', key);
    const deed = this.#deed('get', key, path);
    options.signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    yield* readObject(this.#connections, path, deed, options);
  }

  async stat(key: StorageKey, { signal }: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const path = pathOfKey(this.#root, 'stat', key);
    return await this.#use(this.#deed('stat', key, path), signal, async (session) => {
      const found = await lookAt(session, path);
      if (found?.type !== 'file') return undefined;
      return { key, size: found.size, ...(found.modifiedAt === undefined ? {} : { modifiedAt: found.modifiedAt }) };
    });
  }

  async *list(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const folder = pathOfPrefix(this.#root, 'list', prefix);
    yield* this.#atTheBorder(this.#deed('list', prefix, folder), options, () => walk({ connections: this.#connections, folder, prefix }, options));
  }

  async *children(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<StorageChild, void, undefined> {
    const folder = pathOfPrefix(this.#root, 'children', prefix);
    yield* this.#atTheBorder(this.#deed('children', prefix, folder), options, () => childrenOf({ connections: this.#connections, folder, prefix }, options));
  }

  async remove(key: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const path = pathOfKey(this.#root, 'remove', key);
    await this.#use(this.#deed('remove', key, path), signal, async (session) => await removeObject(session, this.#root, path));
  }

  async removeTree(prefix: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const folder = pathOfPrefix(this.#root, 'removeTree', prefix);
    await this.#use(this.#deed('removeTree', prefix, folder), signal, async (session) => {
      await removeTreeAt({ session, staging: this.#staging, folder, isContainer: prefix === '' }, { ...(signal ? { signal } : {}) });
    });
  }

  /** The container, when it is there: every file below it that is an object. */
  async *usage(options: CallOptions = {}): AsyncGenerator<UsageInfo, void, undefined> {
    const isThere = await this.#use(this.#deed('usage', '', this.#root), options.signal, async (session) => (await lookAt(session, this.#root)) !== undefined);
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
      if (this.#staging.wasMade) await this.#connections.use({}, async (session) => await this.#staging.remove(session));
    } catch (error) {
      this.#logger.warn({ storage: this.label, error: messageOf(error) }, 'the temporary folder of this run could not be removed from the server');
    }
    this.#connections.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #warnOfReplacing(): void {
    if (this.#wasWarned) return;
    this.#wasWarned = true;
    this.#logger.warn(
      { storage: this.label },
      'the server cannot rename over a file: an object that is replaced is removed first, and is missing for a moment',
    );
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

  /** One call at the border; an abort ends the waiting at once. */
  async #use<Result>(deed: Deed, signal: AbortSignal | undefined, call: (session: Session) => Promise<Result>): Promise<Result> {
    signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    return await guarded(deed, async () => await this.#connections.use({ ...(signal ? { signal } : {}) }, call), signal);
  }

  async *#atTheBorder<Item>(deed: Deed, { signal }: CallOptions, items: () => AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
    signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    try {
      yield* items();
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : translated(error, deed);
    }
  }
}
