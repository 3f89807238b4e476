import type { AgentPlugins } from '@freezer/agent';
import { streamEngine } from '@freezer/engine-stream';
import { tarEngine } from '@freezer/engine-tar';
import { fsMode } from '@freezer/mode-fs';
import { pathSource } from '@freezer/source-path';
import { ftpStorage, ftpsStorage } from '@freezer/storage-ftp';
import { localStorage } from '@freezer/storage-local';
import { s3Storage } from '@freezer/storage-s3';
import { sshStorage } from '@freezer/storage-ssh';
import { swiftStorage } from '@freezer/storage-swift';

/** What this app ships. A new storage, engine, mode or source is one line here. */
export const PLUGINS: AgentPlugins = {
  storages: [localStorage, sshStorage, swiftStorage, s3Storage, ftpStorage, ftpsStorage],
  engines: [tarEngine, streamEngine],
  modes: [fsMode],
  sources: [pathSource],
};
