import type { AgentPlugins } from '@freezer/agent';
import { fsMode } from '@freezer/mode-fs';
import { pathSource } from '@freezer/source-path';
import { localStorage } from '@freezer/storage-local';

/** What this app ships. A new storage, engine, mode or source is one line here. The local storage is at hand, the rest is loaded when it is needed. */
export const PLUGINS: AgentPlugins = {
  storages: [
    { kind: 'local', load: async () => localStorage },
    { kind: 'ssh', load: async () => (await import('@freezer/storage-ssh')).sshStorage },
    { kind: 'swift', load: async () => (await import('@freezer/storage-swift')).swiftStorage },
    { kind: 's3', load: async () => (await import('@freezer/storage-s3')).s3Storage },
    { kind: 'ftp', load: async () => (await import('@freezer/storage-ftp')).ftpStorage },
    { kind: 'ftps', load: async () => (await import('@freezer/storage-ftp')).ftpsStorage },
  ],
  engines: [
    { kind: 'tar', load: async () => (await import('@freezer/engine-tar')).tarEngine },
    { kind: 'stream', load: async () => (await import('@freezer/engine-stream')).streamEngine },
  ],
  modes: [fsMode],
  sources: [pathSource],
};
