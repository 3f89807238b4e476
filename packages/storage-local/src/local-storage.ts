import { stat } from 'node:fs/promises';
import path from 'node:path';
import type {
  ByteRange,
  ByteStream,
  CallOptions,
  ObjectInfo,
  PutOptions,
  Storage,
  StorageCapabilities,
  StorageChild,
  StorageDeps,
  StorageKey,
  StorageRemains,
  UsageInfo,
} from '@freezer/core';
import { type Deed, failure, guarded, isSystemError, translated } from './failure.ts';
import { pathOfKey, pathOfPrefix } from './key-path.ts';
import { prepareContainer } from './make-container.ts';
import type { LocalStorageOptions } from './options.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { removeObject } from './remove-object.ts';
import { removeTreeAt } from './remove-tree.ts';
import type { StagingRun } from './staging.ts';
import { StagingAreas } from './staging-areas.ts';
import { childrenOf, walk } from './walk.ts';

/** Objects as files below a directory: a key is a path. Every write appears by one rename (or link) and is durable when `put` resolves. */
export class LocalStorage implements Storage {
  readonly kind = 'local';
  readonly label: string;
  readonly hostPath: string;
  readonly capabilities: StorageCapabilities = { atomicPut: true, exclusivePut: true, rangeRead: true, usage: true };
  readonly remains: StorageRemains;
  readonly #root: string;
  readonly #run: StagingRun;
  readonly #areas: StagingAreas;
  #isClosed = false;

  /** Does no I/O. `options.container` is resolved against the working folder of the process. */
  constructor(options: LocalStorageOptions, { run }: Pick<StorageDeps, 'run'>) {
    const { fileMode, folderMode } = options;
    this.#root = path.resolve(options.container);
    this.label = `local:${this.#root}`;
    this.hostPath = this.#root;
    this.#run = { id: run.id, owner: run.owner, fileMode, folderMode };
    this.#areas = new StagingAreas(this.#root, this.#run);
    this.remains = this.#areas;
  }

  async prepare({ signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const deed = { operation: 'prepare', key: '', path: this.#root };
    await guarded(deed, async () => await prepareContainer(deed, this.#run.folderMode));
  }

  async put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    const deed = this.#deed('put', key);
    options.signal?.throwIfAborted();
    if (this.#isClosed) throw failure('invalid', deed, 'the storage was closed');
    return await putObject({ areas: this.#areas, run: this.#run, body, deed }, options);
  }

  async *get(key: StorageKey, { signal, range }: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    const deed = this.#deed('get', key);
    yield* readObject(deed.path, deed, range, signal);
  }

  async stat(key: StorageKey, { signal }: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const deed = this.#deed('stat', key);
    signal?.throwIfAborted();
    try {
      const found = await stat(deed.path);
      return found.isFile() ? { key, size: found.size, modifiedAt: found.mtimeMs } : undefined;
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw translated(error, deed);
    }
  }

  async *list(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<ObjectInfo> {
    const folder = pathOfPrefix(this.#root, 'list', prefix);
    yield* walk(folder, prefix, { operation: 'list', key: prefix, path: folder }, options);
  }

  /** The container, when it is there: every file below it that is an object. */
  async *usage(options: CallOptions = {}): AsyncGenerator<UsageInfo> {
    const deed: Deed = { operation: 'usage', key: '', path: this.#root };
    if (!(await isFolder(this.#root, deed))) return;
    const total = { container: this.#root, bytes: 0, objects: 0 };
    for await (const { size } of walk(this.#root, '', deed, options)) {
      total.bytes += size;
      total.objects += 1;
    }
    yield total;
  }

  async *children(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<StorageChild> {
    const folder = pathOfPrefix(this.#root, 'children', prefix);
    yield* childrenOf(folder, prefix, { operation: 'children', key: prefix, path: folder }, options);
  }

  async remove(key: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const deed = this.#deed('remove', key);
    signal?.throwIfAborted();
    await guarded(deed, async () => await removeObject(this.#root, deed.path));
  }

  async removeTree(prefix: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const folder = pathOfPrefix(this.#root, 'removeTree', prefix);
    const deed: Deed = { operation: 'removeTree', key: prefix, path: folder };
    signal?.throwIfAborted();
    await guarded(deed, async () => await removeTreeAt(this.#areas, folder, deed, signal));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#areas.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #deed(operation: string, key: StorageKey): Deed {
    return { operation, key, path: pathOfKey(this.#root, operation, key) };
  }
}

async function isFolder(folder: string, deed: Deed): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw translated(error, deed);
  }
}
