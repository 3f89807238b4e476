import { Outage, RetryingStorage, type StoragePlugin } from '@freezer/core';
import { type FtpStorageOptions, readFtpSettings } from './options.ts';

/** With these a server that is away for half a minute is waited for; `Outage` ends it after 45 s. */
const RECONNECTING = { attempts: 12, maxDelayMs: 8000 } as const;

const pluginOf = (kind: 'ftp' | 'ftps'): StoragePlugin<FtpStorageOptions> => ({
  kind,
  settings: { parse: (settings) => readFtpSettings(kind, settings) },
  open: async (options, deps) => {
    const { FtpStorage } = await import('./ftp-storage.ts');
    const calls = { logger: deps.logger, outage: new Outage() };
    return new RetryingStorage(await FtpStorage.open(options, deps, { ...calls, ...RECONNECTING }), calls);
  },
});

/** `--storage ftp`: a directory of a server, in clear text. Calls that a lost connection ended are made again on a new one; a `put` is not. */
export const ftpStorage: StoragePlugin<FtpStorageOptions> = pluginOf('ftp');

/** `--storage ftps`: the same with TLS, for the connection of the commands and for that of the bytes. */
export const ftpsStorage: StoragePlugin<FtpStorageOptions> = pluginOf('ftps');
