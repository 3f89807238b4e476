import { Outage, RetryingStorage, type StoragePlugin } from '@freezer/core';
import { readSshSettings, type SshStorageOptions } from './options.ts';

/** With these a server that is away for half a minute is waited for; `Outage` ends it after 45 s. */
const RECONNECTING = { attempts: 12, maxDelayMs: 8000 } as const;

/** `--storage ssh`: a directory of a server, over SFTP. Calls that a lost connection ended are made again on a new one; a `put` is not. */
export const sshStorage: StoragePlugin<SshStorageOptions> = {
  kind: 'ssh',
  settings: { parse: readSshSettings },
  open: async (options, deps) => {
    const { SshStorage } = await import('./ssh-storage.ts');
    const calls = { logger: deps.logger, outage: new Outage() };
    return new RetryingStorage(await SshStorage.open(options, deps, { ...calls, ...RECONNECTING }), calls);
  },
};
