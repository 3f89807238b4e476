import type { StoragePlugin } from '@freezer/core';

/** A storage is loaded when it is used: some stand on large libraries. */
export const STORAGES: Readonly<Record<string, () => Promise<StoragePlugin>>> = {
  local: async () => (await import('@freezer/storage-local')).localStorage,
  swift: async () => (await import('@freezer/storage-swift')).swiftStorage,
  ssh: async () => (await import('@freezer/storage-ssh')).sshStorage,
  s3: async () => (await import('@freezer/storage-s3')).s3Storage,
  ftp: async () => (await import('@freezer/storage-ftp')).ftpStorage,
  ftps: async () => (await import('@freezer/storage-ftp')).ftpsStorage,
};
