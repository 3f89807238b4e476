import type {
  ArchiveBackup,
  CallOptions,
  Engine,
  EngineBackupRequest,
  EngineFile,
  EngineFileRequest,
  EngineRead,
  EngineRestore,
  EngineRestoreRequest,
  Logger,
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
