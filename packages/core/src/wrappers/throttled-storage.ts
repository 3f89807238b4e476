import type { ByteStream, CallOptions } from '../bytes.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { ByteRange, ObjectInfo, PutOptions, Storage, StorageKey } from '../storage.ts';
import { throttled } from '../streams.ts';
import { StorageWrapper } from './storage-wrapper.ts';

/** Limits of one storage, or shared by several. */
export interface TransferLimits {
  readonly upload?: RateLimit | undefined;
  readonly download?: RateLimit | undefined;
}

/** Moves bytes no faster than its limits, in either direction. */
export class ThrottledStorage extends StorageWrapper {
  /** Of `upload` only where the storage does not keep to it by itself. */
  readonly #limits: TransferLimits;

  constructor(inner: Storage, limits: TransferLimits) {
    super(inner);
    const { upload, download } = limits;
    if (upload && inner.limitUploads) inner.limitUploads(upload);
    this.#limits = inner.limitUploads ? { download } : limits;
  }

  override put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    const { upload } = this.#limits;
    return this.inner.put(key, upload ? throttled(body, upload, options) : body, options);
  }

  override get(key: StorageKey, options: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    const { download } = this.#limits;
    const body = this.inner.get(key, options);
    return download ? throttled(body, download, options) : body;
  }
}
