import type { CallOptions, Storage, StorageKey } from '@freezer/core';

const AT_ONCE = 8;

/** Removes every object below `prefix` one by one, and the one named `last` after all others, so that a removal that is cut off can be told from data. */
export async function removeObjects(storage: Storage, prefix: StorageKey, last: string, options: CallOptions = {}): Promise<void> {
  const lastKey = `${prefix}/${last}`;
  let batch: Promise<void>[] = [];
  const keys: StorageKey[] = [];
  for await (const { key } of storage.list(prefix, options)) if (key !== lastKey) keys.push(key);
  for (const key of keys) {
    batch.push(storage.remove(key, options));
    if (batch.length >= AT_ONCE) {
      await Promise.all(batch);
      batch = [];
    }
  }
  await Promise.all(batch);
  await storage.remove(lastKey, options);
}
