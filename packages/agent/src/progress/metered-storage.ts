import { type ByteStream, counted, type ObjectInfo, type PutOptions, type Storage, type StorageKey, StorageWrapper } from '@freezer/core';
import type { Progress } from './progress.ts';

type GetOptions = Parameters<Storage['get']>[1];

const isData = (key: StorageKey): boolean => key.endsWith('/data');

/** Counts the bytes of every `data` that goes to a storage or comes from it; what else is stored is small. */
export class MeteredStorage extends StorageWrapper {
  readonly #progress: Progress;

  constructor(inner: Storage, progress: Progress) {
    super(inner);
    this.#progress = progress;
  }

  override put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo> {
    return this.inner.put(key, isData(key) ? this.#counting(body) : body, options);
  }

  override get(key: StorageKey, options?: GetOptions): ByteStream {
    const body = this.inner.get(key, options);
    return isData(key) ? this.#counting(body) : body;
  }

  #counting(body: ByteStream): ByteStream {
    return counted(body, (bytes) => this.#progress.add(bytes));
  }
}
