import type { StoragePlugin } from '@freezer/core';
import { LocalStorage } from './local-storage.ts';
import { type LocalStorageOptions, readLocalSettings } from './options.ts';

/** `--storage local`: a directory of this machine, or whatever is mounted there. */
export const localStorage: StoragePlugin<LocalStorageOptions> = {
  kind: 'local',
  settings: { parse: readLocalSettings },
  open: async (options, deps) => new LocalStorage(options, deps),
};
