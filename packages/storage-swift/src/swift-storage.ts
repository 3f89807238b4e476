import {
  abortable,
  type ByteRange,
  type ByteStream,
  type CallOptions,
  type Logger,
  type ObjectInfo,
  type PutOptions,
  type Storage,
  type StorageCapabilities,
  type StorageChild,
  type StorageDeps,
  type StorageKey,
  type UsageInfo,
} from '@freezer/core';
import { Claims } from './claims.ts';
import type { SwiftClient } from './client.ts';
import { type Deed, failure } from './failure.ts';
import { KeyQueues } from './key-queues.ts';
import { type ListedObject, levelOf, pagesOf } from './listing.ts';
import { headOf, type ObjectName, sizeOf } from './object-facts.ts';
import { partsOf } from './parts.ts';
import { keyOf, nameOf, namesBelow, type Place, reasonAgainst } from './place.ts';
import { type Cutting, putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { removeObjects } from './remove-objects.ts';
import { folderOfPart, ownerOfFolder } from './segment-folders.ts';

/** These take '' for the whole container. */
const PREFIX_CALLS: ReadonlySet<string> = new Set(['prepare', 'list', 'children', 'removeTree', 'usage']);

/** What a Swift storage is made of. */
export interface SwiftStorageParts {
  readonly client: SwiftClient;
  /** `https://host/v1/AUTH_x`. */
  readonly storageUrl: string;
  readonly place: Place;
  readonly cutting: Cutting;
  /** Ends what was opened for it. */
  readonly close: () => Promise<void>;
}

/**
 * Objects of a container of OpenStack Swift. `data`, and what is too large for one object, lies in segments with a manifest that appears
 * last; parts of an object that is there are not seen as objects, those of none are.
 */
export class SwiftStorage implements Storage {
  readonly kind = 'swift';
  readonly label: string;
  // The server looks whether an object is there before it takes the bytes: of two writers at the same moment both may pass.
  readonly capabilities: StorageCapabilities = { atomicPut: true, exclusivePut: false, rangeRead: true, usage: true };
  readonly #client: SwiftClient;
  readonly #place: Place;
  readonly #url: string;
  readonly #cutting: Cutting;
  readonly #logger: Logger;
  readonly #queues = new KeyQueues();
  readonly #end: () => Promise<void>;
  #isClosed = false;

  constructor({ client, storageUrl, place, cutting, close }: SwiftStorageParts, { logger }: Pick<StorageDeps, 'logger'>) {
    this.#client = client;
    this.#place = place;
    this.#cutting = cutting;
    this.#logger = logger;
    this.#end = close;
    this.#url = `${storageUrl}/${place.container}`;
    this.label = `swift:${this.#url}${place.prefix === '' ? '' : `/${place.prefix.slice(0, -1)}`}`;
  }

  async prepare({ signal }: CallOptions = {}): Promise<void> {
    const { container } = this.#place;
    const deed = this.#deed('prepare', '');
    const { status } = await this.#client.call(deed, { method: 'HEAD', container, accept: [200, 204, 404], signal });
    if (status === 404) await this.#client.call(deed, { method: 'PUT', container, headers: { 'content-length': '0' }, signal });
  }

  async put(key: StorageKey, body: ByteStream, { signal, ifAbsent = false }: PutOptions = {}): Promise<ObjectInfo> {
    const deed = this.#deed('put', key);
    signal?.throwIfAborted();
    const request = { client: this.#client, deed, where: this.#where(key), key, body, ifAbsent, cutting: this.#cutting, logger: this.#logger, signal };
    // Within one process at least exactly one of several wins.
    return ifAbsent ? await this.#queues.run(key, () => putObject(request)) : await putObject(request);
  }

  async *get(key: StorageKey, options: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    const deed = this.#deed('get', key);
    yield* readObject(this.#client, deed, this.#where(key), options);
  }

  async stat(key: StorageKey, { signal }: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const deed = this.#deed('stat', key);
    signal?.throwIfAborted();
    const facts = await abortable(headOf(this.#client, deed, this.#where(key), { signal }), signal);
    if (facts === undefined) return undefined;
    const size = await sizeOf(this.#client, deed, this.#where(key), facts, { signal });
    return { key, size, ...(facts.modifiedAt !== undefined && { modifiedAt: facts.modifiedAt }) };
  }

  async *list(prefix: StorageKey, { signal }: CallOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const deed = this.#deed('list', prefix);
    const { container } = this.#place;
    for await (const page of pagesOf(this.#client, deed, { container, prefix: namesBelow(this.#place, prefix), signal })) {
      const claims = new Claims(this.#client, deed, container, { signal });
      await claims.prepare(page.flatMap(ownerToAskFor));
      for (const listed of page) {
        const key = keyOf(this.#place, listed.name);
        const folder = folderOfPart(listed.name);
        if (key === undefined || (folder !== undefined && (await claims.isClaimed(folder)))) continue;
        yield await this.#infoOf(deed, key, listed, claims, signal);
      }
    }
  }

  async *children(prefix: StorageKey, { signal }: CallOptions = {}): AsyncGenerator<StorageChild, void, undefined> {
    const deed = this.#deed('children', prefix);
    const { container } = this.#place;
    const above = namesBelow(this.#place, prefix);
    const claims = new Claims(this.#client, deed, container, { signal });
    for await (const line of levelOf(this.#client, deed, { container, prefix: above, signal })) {
      const isFolder = typeof line === 'string';
      const full = isFolder ? line.slice(0, -1) : line.name;
      const name = full.slice(above.length);
      if (name === '' || name.includes('/')) continue;
      if (isFolder && ownerOfFolder(full) !== undefined && (await claims.isClaimed(full))) continue;
      yield { name, isFolder };
    }
  }

  async remove(key: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const deed = this.#deed('remove', key);
    const where = this.#where(key);
    signal?.throwIfAborted();
    const parts = folderOfPart(where.name) === undefined ? await this.#partNames(deed, where, signal) : [];
    await this.#client.call(deed, { method: 'DELETE', ...where, accept: [200, 204, 404], signal });
    await removeObjects(this.#client, deed, where.container, parts, { signal });
  }

  /** Object by object: the manifests and what is small first, the segments then. */
  async removeTree(prefix: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const deed = this.#deed('removeTree', prefix);
    const { container } = this.#place;
    signal?.throwIfAborted();
    const segments: string[] = [];
    const others: string[] = [];
    for await (const page of pagesOf(this.#client, deed, { container, prefix: namesBelow(this.#place, prefix), signal })) {
      for (const { name } of page) (folderOfPart(name) === undefined ? others : segments).push(name);
    }
    for (const names of [others, segments]) await removeObjects(this.#client, deed, container, names, { signal });
  }

  /** The container, when it is there: every object of it, segments too; with a prefix, those below it. */
  async *usage({ signal }: CallOptions = {}): AsyncGenerator<UsageInfo, void, undefined> {
    const deed = this.#deed('usage', '');
    const { container, prefix } = this.#place;
    const { status, header } = await this.#client.call(deed, { method: 'HEAD', container, accept: [200, 204, 404], signal });
    if (status === 404) return;
    if (prefix === '') {
      yield { container, bytes: Number(header('x-container-bytes-used') ?? 0), objects: Number(header('x-container-object-count') ?? 0) };
      return;
    }
    const total = { container: `${container}/${prefix.slice(0, -1)}`, bytes: 0, objects: 0 };
    for await (const page of pagesOf(this.#client, deed, { container, prefix, signal })) {
      total.objects += page.length;
      // The segments that a manifest stands for are counted by themselves, as in the numbers of a whole container.
      for (const { size, isStatic } of page) if (!isStatic) total.bytes += size;
    }
    yield total;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #deed(operation: string, key: StorageKey): Deed {
    const deed = { operation, key, place: this.#url };
    const isPrefix = key === '' && PREFIX_CALLS.has(operation);
    const reason = isPrefix ? undefined : reasonAgainst(key);
    if (reason !== undefined) throw failure('invalid', deed, reason);
    if (this.#isClosed) throw failure('invalid', deed, 'the storage was closed');
    return deed;
  }

  #where(key: StorageKey): ObjectName {
    return { container: this.#place.container, name: nameOf(this.#place, key) };
  }

  /** In a listing a manifest has no bytes. */
  async #infoOf(deed: Deed, key: StorageKey, { name, size, modifiedAt }: ListedObject, claims: Claims, signal: AbortSignal | undefined): Promise<ObjectInfo> {
    const time = Number.isNaN(modifiedAt) ? {} : { modifiedAt };
    const facts = size === 0 && folderOfPart(name) === undefined ? await claims.facts(name) : undefined;
    if (facts?.dynamic === undefined) return { key, size, ...time };
    return { key, size: await sizeOf(this.#client, deed, { container: this.#place.container, name }, facts, { signal }), ...time };
  }

  /** The parts that go with an object: those that lie beside it, as Freezer's do, and no others. */
  async #partNames(deed: Deed, where: ObjectName, signal: AbortSignal | undefined): Promise<readonly string[]> {
    const facts = await headOf(this.#client, deed, where, { signal });
    if (facts === undefined || (facts.dynamic === undefined && !facts.isStatic)) return [];
    const names: string[] = [];
    const parts = facts.dynamic ? this.#listedBelow(deed, facts.dynamic, signal) : ((await partsOf(this.#client, deed, where, facts, { signal })) ?? []);
    for await (const { container, name } of parts) {
      const folder = folderOfPart(name);
      if (container === where.container && folder !== undefined && ownerOfFolder(folder) === where.name) names.push(name);
    }
    return names;
  }

  async *#listedBelow(deed: Deed, { container, prefix }: { readonly container: string; readonly prefix: string }, signal: AbortSignal | undefined) {
    for await (const page of pagesOf(this.#client, deed, { container, prefix, signal })) yield* page.map(({ name }): ObjectName => ({ container, name }));
  }
}

/** Of a manifest the listing does not tell the size, of a part not whether its object is there. */
function ownerToAskFor({ name, size }: ListedObject): readonly string[] {
  const folder = folderOfPart(name);
  const owner = folder === undefined ? undefined : ownerOfFolder(folder);
  if (owner !== undefined) return [owner];
  return size === 0 ? [name] : [];
}
