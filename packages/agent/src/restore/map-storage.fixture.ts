import { type ByteStream, collect, FreezerError, type ObjectInfo, once, type Storage, type StorageChild } from '@freezer/core';

/** A storage in memory with what a restore needs of one. */
export class MapStorage implements Storage {
  readonly kind = 'memory';
  readonly label = 'memory';
  readonly capabilities = { atomicPut: true, exclusivePut: true, rangeRead: false, usage: false };
  readonly objects = new Map<string, Buffer>();

  async prepare(): Promise<void> {}

  async put(key: string, body: ByteStream): Promise<ObjectInfo> {
    const bytes = await collect(body, { maxBytes: 1e9 });
    this.objects.set(key, bytes);
    return { key, size: bytes.length };
  }

  async *get(key: string): ByteStream {
    const bytes = this.objects.get(key);
    if (bytes === undefined) throw new FreezerError('not_found', `memory: ${key}: is not there`);
    yield* once(bytes);
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    const bytes = this.objects.get(key);
    return bytes && { key, size: bytes.length };
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    for (const [key, bytes] of this.objects) if (key.startsWith(`${prefix}/`)) yield { key, size: bytes.length };
  }

  async *children(): AsyncGenerator<StorageChild> {}

  async remove(key: string): Promise<void> {
    this.objects.delete(key);
  }

  async removeTree(): Promise<void> {
    throw new TypeError('a restore removes nothing from a storage');
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
