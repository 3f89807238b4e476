import {
  abortable,
  type ByteRange,
  type ByteStream,
  type CallOptions,
  type Logger,
  messageOf,
  type ObjectInfo,
  Outage,
  type PutOptions,
  type RateLimit,
  type Storage,
  type StorageCapabilities,
  type StorageChild,
  type StorageDeps,
  type StorageKey,
  type StorageRemains,
  type UsageInfo,
} from '@freezer/core';
import { type Bucket, openBucket } from './bucket.ts';
import { type Deed, failure, guarded, isAbsence, nameOf, translated } from './failure.ts';
import { KeyNames, TEMPORARY } from './key-name.ts';
import { contentsBelow, pagesBelow } from './listing.ts';
import { isKeptName, ObjectLocks } from './lock.ts';
import type { S3StorageOptions } from './options.ts';
import { makeBucket, refusesOverwrites } from './prepare.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { type Removal, removeObject, removeTree } from './remove.ts';
import { UploadNotes } from './uploads.ts';

/** Amazon's largest object. */
const OBJECT_MAX_BYTES = 5 * 1024 ** 4;

/** Objects of a bucket, behind a prefix where one is given. An object appears when it is whole, by the server's own word. */
export class S3Storage implements Storage {
  readonly kind = 's3';
  readonly label: string;
  readonly capabilities: StorageCapabilities;
  readonly remains: StorageRemains;
  readonly #options: S3StorageOptions;
  readonly #bucket: Bucket;
  readonly #names: KeyNames;
  readonly #locks: ObjectLocks;
  readonly #notes: UploadNotes;
  readonly #place: string;
  readonly #runId: string;
  readonly #logger: Logger;
  /** Amazon holds `If-None-Match`; others are asked, in `prepare`. */
  #isExclusive: boolean | undefined;
  #isClosed = false;

  private constructor(options: S3StorageOptions, { run, logger }: StorageDeps, bucket: Bucket) {
    const { endpoint, prefix, region } = options;
    this.#options = options;
    this.#bucket = bucket;
    this.#place = `${endpoint?.replace(/\/+$/, '') ?? `amazon, ${region}`}/${[options.bucket, prefix].filter((part) => part !== '').join('/')}`;
    this.label = `s3:${this.#place}`;
    this.#names = new KeyNames(prefix, this.#place);
    this.#locks = new ObjectLocks(bucket);
    this.#notes = new UploadNotes(bucket, this.#names, { runId: run.id, owner: run.owner, place: this.#place });
    this.remains = this.#notes;
    this.#runId = run.id;
    this.#logger = logger;
    this.#isExclusive = endpoint === undefined ? true : undefined;
    const isExclusive = (): boolean => this.#isExclusive === true;
    this.capabilities = {
      atomicPut: true,
      // Known when `prepare` has asked.
      get exclusivePut() {
        return isExclusive();
      },
      rangeRead: true,
      usage: true,
      maxObjectBytes: OBJECT_MAX_BYTES,
    };
  }

  /** Loads the SDK; makes no request. `outage`: that of the server, where others that call it share one. */
  static async open(options: S3StorageOptions, deps: StorageDeps, outage: Outage = new Outage()): Promise<S3Storage> {
    const storage = new S3Storage(options, deps, await openBucket(options, deps.logger, outage));
    if (!options.checksCertificate) deps.logger.warn({ storage: storage.label }, 'the certificate of the S3 server is not checked');
    return storage;
  }

  readonly limitUploads = (limit: RateLimit): void => this.#bucket.limitUploads(limit);

  async prepare({ signal }: CallOptions = {}): Promise<void> {
    await this.#at('prepare', '', signal, async () => {
      await makeBucket(this.#bucket, this.#options, signal);
      this.#isExclusive ??= await refusesOverwrites(this.#bucket, this.#names.temporary(`${this.#runId}-condition`), signal);
    });
  }

  async put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    const name = this.#names.nameOf('put', key);
    const deed = this.#deed('put', key);
    options.signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    const isKept = isKeptName(name);
    return await putObject(
      { bucket: this.#bucket, notes: this.#notes, options: this.#options, body, name, isKept, looksItself: this.#isExclusive, deed },
      options,
    );
  }

  async *get(key: StorageKey, options: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    const name = this.#names.nameOf('get', key);
    const deed = this.#deed('get', key);
    this.#refuseWhenClosed(deed);
    yield* readObject(this.#bucket, name, deed, options);
  }

  async stat(key: StorageKey, { signal }: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const name = this.#names.nameOf('stat', key);
    const { sdk, client, name: bucket } = this.#bucket;
    return await this.#at('stat', key, signal, async () => {
      try {
        const { ContentLength = 0, LastModified } = await client.send(
          new sdk.HeadObjectCommand({ Bucket: bucket, Key: name }),
          signal ? { abortSignal: signal } : {},
        );
        return { key, size: ContentLength, ...(LastModified === undefined ? {} : { modifiedAt: LastModified.getTime() }) };
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
    });
  }

  async *list(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const below = this.#names.below('list', prefix);
    for await (const { name, size, modifiedAt } of this.#listed('list', prefix, options, contentsBelow(this.#bucket, below, options))) {
      const key = this.#names.keyOf(name);
      if (key !== undefined) yield { key, size, ...(modifiedAt === undefined ? {} : { modifiedAt }) };
    }
  }

  async *children(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<StorageChild, void, undefined> {
    const below = this.#names.below('children', prefix);
    const pages = pagesBelow(this.#bucket, below, { ...options, delimiter: '/' });
    for await (const { contents, folders } of this.#listed('children', prefix, options, pages)) {
      for (const { name } of contents) if (this.#names.keyOf(name) !== undefined) yield { name: name.slice(below.length), isFolder: false };
      for (const folder of folders) {
        const name = folder.slice(below.length, -1);
        if (name !== '' && name !== TEMPORARY) yield { name, isFolder: true };
      }
    }
  }

  async remove(key: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const name = this.#names.nameOf('remove', key);
    await this.#at('remove', key, signal, async (removal) => await removeObject(removal, name, signal ? { signal } : {}));
  }

  async removeTree(prefix: StorageKey, { signal }: CallOptions = {}): Promise<void> {
    const below = this.#names.below('removeTree', prefix);
    await this.#at('removeTree', prefix, signal, async (removal) => await removeTree(removal, below, signal ? { signal } : {}));
  }

  /** The bucket with its prefix, when it is there: every object that has a key. */
  async *usage(options: CallOptions = {}): AsyncGenerator<UsageInfo, void, undefined> {
    const { bucket, prefix } = this.#options;
    const total = { container: prefix === '' ? bucket : `${bucket}/${prefix}`, bytes: 0, objects: 0 };
    for await (const { size } of this.list('', options)) {
      total.bytes += size;
      total.objects += 1;
    }
    if (total.objects > 0 || (await this.#bucketIsThere(options))) yield total;
  }

  /** What cannot be removed now, since the server is gone, is left to the next run, and said. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#notes.removeOwn();
    } catch (error) {
      this.#logger.warn({ storage: this.label, error: messageOf(error) }, 'the unfinished uploads of this run could not be ended');
    }
    this.#bucket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #deed(operation: string, key: StorageKey): Deed {
    return { operation, key, place: this.#place };
  }

  #refuseWhenClosed(deed: Deed): void {
    if (this.#isClosed) throw failure('invalid', deed, 'the storage was closed');
  }

  async #at<Result>(operation: string, key: StorageKey, signal: AbortSignal | undefined, call: (removal: Removal) => Promise<Result>): Promise<Result> {
    const deed = this.#deed(operation, key);
    signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    return await guarded(deed, async () => await call({ bucket: this.#bucket, names: this.#names, locks: this.#locks, deed }), signal);
  }

  async #bucketIsThere({ signal }: CallOptions): Promise<boolean> {
    const { sdk, client, name } = this.#bucket;
    try {
      await client.send(new sdk.ListObjectsV2Command({ Bucket: name, MaxKeys: 1 }), signal ? { abortSignal: signal } : {});
      return true;
    } catch (error) {
      if (isAbsence(error)) return false;
      throw translated(error, this.#deed('usage', ''));
    }
  }

  /** A listing at the border. A bucket that is not there holds nothing. */
  async *#listed<Item>(
    operation: string,
    key: StorageKey,
    { signal }: CallOptions,
    items: AsyncGenerator<Item, void, undefined>,
  ): AsyncGenerator<Item, void, undefined> {
    const deed = this.#deed(operation, key);
    signal?.throwIfAborted();
    this.#refuseWhenClosed(deed);
    try {
      for (;;) {
        const next = await abortable(items.next(), signal);
        if (next.done === true) return;
        yield next.value;
      }
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (nameOf(error) === 'NoSuchBucket') return;
      throw translated(error, deed);
    } finally {
      items.return().catch(() => undefined);
    }
  }
}
