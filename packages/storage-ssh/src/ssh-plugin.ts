import { RetryingStorage, type StoragePlugin } from '@freezer/core';
import { readSshSettings, type SshStorageOptions } from './options.ts';

/** `--storage ssh`: a directory of a server, over SFTP. Calls that a lost connection ended are made again on a new one; a `put` is not. */
export const sshStorage: StoragePlugin<SshStorageOptions> = {
  kind: 'ssh',
  settings: { parse: readSshSettings },
  open: async (options, deps) => {
    const { SshStorage } = await import('./ssh-storage.ts');
    return new RetryingStorage(await SshStorage.open(options, deps), { logger: deps.logger });
  },
};
