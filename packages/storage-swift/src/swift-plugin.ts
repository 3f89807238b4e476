import type { StoragePlugin } from '@freezer/core';
import { readSwiftSettings, type SwiftStorageOptions } from './options.ts';

/** `--storage swift`: a container of OpenStack Swift. Single requests are repeated within; a `put` holds what it sends until the server has it. */
export const swiftStorage: StoragePlugin<SwiftStorageOptions> = {
  kind: 'swift',
  settings: { parse: readSwiftSettings },
  open: async (options, deps) => {
    const { openSwiftStorage } = await import('./open-storage.ts');
    return await openSwiftStorage(options, deps);
  },
};
