import type { ByteStream, CallOptions } from '../bytes.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { ByteRange, ObjectInfo, PutOptions, Storage, StorageCapabilities, StorageChild, StorageKey, StorageRemains, UsageInfo } from '../storage.ts';

/** A storage around a storage that hands everything on: the base of the wrappers, which override what they change. Closing it closes the inner one. */
export class StorageWrapper implements Storage {
  readonly kind: string;
  readonly label: string;
  readonly hostPath?: string | undefined;
  readonly capabilities: StorageCapabilities;
  readonly remains?: StorageRemains;
  readonly limitUploads?: (limit: RateLimit) => void;
  readonly usage?: (options?: CallOptions) => AsyncIterable<UsageInfo>;
  protected readonly inner: Storage;

  constructor(inner: Storage) {
    this.inner = inner;
    this.kind = inner.kind;
    this.label = inner.label;
    this.hostPath = inner.hostPath;
    this.capabilities = inner.capabilities;
    if (inner.remains) this.remains = inner.remains;
    if (inner.limitUploads) this.limitUploads = (limit) => inner.limitUploads?.(limit);
    if (inner.usage) this.usage = (options) => this.usageOfInner(options);
  }

  prepare(options?: CallOptions): Promise<void> {
    return this.inner.prepare(options);
  }

  put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo> {
    return this.inner.put(key, body, options);
  }

  get(key: StorageKey, options?: CallOptions & { readonly range?: ByteRange }): ByteStream {
    return this.inner.get(key, options);
  }

  stat(key: StorageKey, options?: CallOptions): Promise<ObjectInfo | undefined> {
    return this.inner.stat(key, options);
  }

  list(prefix: StorageKey, options?: CallOptions): AsyncIterable<ObjectInfo> {
    return this.inner.list(prefix, options);
  }

  children(prefix: StorageKey, options?: CallOptions): AsyncIterable<StorageChild> {
    return this.inner.children(prefix, options);
  }

  remove(key: StorageKey, options?: CallOptions): Promise<void> {
    return this.inner.remove(key, options);
  }

  removeTree(prefix: StorageKey, options?: CallOptions): Promise<void> {
    return this.inner.removeTree(prefix, options);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected async *usageOfInner(options?: CallOptions): AsyncGenerator<UsageInfo, void, undefined> {
    if (this.inner.usage) yield* this.inner.usage(options);
  }
}
