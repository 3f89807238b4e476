import {
  type ArchiveBackup,
  type CallOptions,
  type Engine,
  type EngineBackupRequest,
  type EngineFile,
  type EngineFileRequest,
  type EnginePlugin,
  type EngineRead,
  type EngineRestore,
  type EngineRestoreRequest,
  FreezerError,
  type Logger,
  messageOf,
} from '@freezer/core';
import { findGnuTar } from './gnu-tar.ts';
import { openFolders } from './open-folders.ts';
import { type TarOptions, tarSettings } from './settings.ts';
import { openTarBackup } from './tar-backup.ts';
import { openTarFile } from './tar-file.ts';
import { openTarRead } from './tar-read.ts';
import { openTarRestore } from './tar-restore.ts';

class TarEngine implements Engine {
  readonly name = 'tar';
  readonly capabilities = { incremental: true, readable: true, selective: true } as const;
  readonly #options: TarOptions;
  readonly #logger: Logger;
  readonly #program: string;

  constructor(options: TarOptions, logger: Logger, program: string) {
    this.#options = options;
    this.#logger = logger;
    this.#program = program;
  }

  async backup(request: EngineBackupRequest): Promise<ArchiveBackup> {
    return openTarBackup(request, { program: this.#program, options: this.#options, logger: this.#logger });
  }

  async restore(request: EngineRestoreRequest): Promise<EngineRestore> {
    const uid = process.geteuid?.() ?? 0;
    // Of a folder that was there before nobody knows whether the backup holds it: its rights are its owner's business.
    if (uid !== 0 && request.level > 0 && request.placement === 'empty') await openFolders(request.target, request);
    return openTarRestore(request, { program: this.#program, logger: this.#logger, uid });
  }

  async readFile(request: EngineFileRequest): Promise<EngineFile> {
    return openTarFile(request, this.#program);
  }

  async read(request: { readonly workDir: string } & CallOptions): Promise<EngineRead> {
    return openTarRead(request, { program: this.#program, logger: this.#logger });
  }
}

/**
 * The engine `tar`: directories and single files by GNU tar, full and incremental. Where none is installed, `open` gives one that needs no
 * program: it restores and lists every chain, and saves fulls only (`capabilities.incremental` is false).
 */
export const tarEngine: EnginePlugin<TarOptions> = {
  kind: 'tar',
  settings: tarSettings,
  open: async (options, { logger }) => {
    try {
      return new TarEngine(options, logger, await findGnuTar());
    } catch (error) {
      if (!FreezerError.is(error, 'unsupported')) throw error;
      const { PortableEngine } = await import('./portable/portable-engine.ts');
      logger.info({ reason: messageOf(error) }, 'working without GNU tar');
      return new PortableEngine(options, logger);
    }
  },
};
