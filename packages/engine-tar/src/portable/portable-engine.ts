import {
  type ArchiveBackup,
  type CallOptions,
  type Engine,
  type EngineBackupRequest,
  type EngineFile,
  type EngineFileRequest,
  type EngineRead,
  type EngineRestore,
  type EngineRestoreRequest,
  FreezerError,
  type Logger,
} from '@freezer/core';
import type { TarOptions } from '../settings.ts';
import { openPortableBackup } from './portable-backup.ts';
import { openPortableFile } from './portable-file.ts';
import { openPortableRead } from './portable-read.ts';
import { openPortableRestore } from './portable-restore.ts';

/** The engine `tar` where no GNU tar is installed: restores and lists every chain, saves fulls only. */
export class PortableEngine implements Engine {
  readonly name = 'tar';
  readonly capabilities = { incremental: false, readable: true, selective: true } as const;
  readonly #options: TarOptions;
  readonly #logger: Logger;

  constructor(options: TarOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  async backup(request: EngineBackupRequest): Promise<ArchiveBackup> {
    const { excludeCaches, excludeIfPresent, onlyPaths } = this.#options;
    if (excludeCaches || excludeIfPresent.length > 0 || onlyPaths !== undefined) {
      throw new FreezerError('unsupported', 'tar: --exclude-caches, --exclude-if-present and --files-from need GNU tar, which is not installed');
    }
    return openPortableBackup(request, { options: this.#options, logger: this.#logger });
  }

  async restore(request: EngineRestoreRequest): Promise<EngineRestore> {
    return openPortableRestore(request, { uid: process.geteuid?.() ?? 0 });
  }

  async readFile(request: EngineFileRequest): Promise<EngineFile> {
    return openPortableFile(request);
  }

  async read(request: { readonly workDir: string } & CallOptions): Promise<EngineRead> {
    return openPortableRead(request);
  }
}
