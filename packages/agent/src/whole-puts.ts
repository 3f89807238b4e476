import { type ByteStream, FreezerError, type ObjectInfo, type PutOptions, type StorageKey, StorageWrapper } from '@freezer/core';

/**
 * A storage that is not believed when it says that an object was written: it must have taken the whole body, and name its size. Otherwise
 * the object is removed again, and the put fails with `unavailable`.
 */
export class WholePuts extends StorageWrapper {
  override async put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    let sent = 0;
    let isWhole = false;
    async function* counted(): ByteStream {
      for await (const chunk of body) {
        sent += chunk.length;
        yield chunk;
      }
      isWhole = true;
    }
    const stored = await this.inner.put(key, counted(), options);
    if (isWhole && stored.size === sent) return stored;
    // Should that fail, too, the digests tell.
    await this.inner.remove(key).catch(() => undefined);
    const given = isWhole ? `${sent} bytes` : 'what it was given';
    throw new FreezerError('unavailable', `${this.label}: put of '${key}' stored ${stored.size} bytes instead of ${given}`);
  }
}
