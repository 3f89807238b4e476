import { RetryingStorage, type StoragePlugin } from '@freezer/core';
import { type FtpStorageOptions, readFtpSettings } from './options.ts';

const pluginOf = (kind: 'ftp' | 'ftps'): StoragePlugin<FtpStorageOptions> => ({
  kind,
  settings: { parse: (settings) => readFtpSettings(kind, settings) },
  open: async (options, deps) => {
    const { FtpStorage } = await import('./ftp-storage.ts');
    return new RetryingStorage(await FtpStorage.open(options, deps), { logger: deps.logger });
  },
});

/** `--storage ftp`: a directory of a server, in clear text. Calls that a lost connection ended are made again on a new one; a `put` is not. */
export const ftpStorage: StoragePlugin<FtpStorageOptions> = pluginOf('ftp');

/** `--storage ftps`: the same with TLS, for the connection of the commands and for that of the bytes. */
export const ftpsStorage: StoragePlugin<FtpStorageOptions> = pluginOf('ftps');
