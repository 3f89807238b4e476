import type {
  ArchiveBackup,
  CallOptions,
  Engine,
  EngineBackupRequest,
  EnginePlugin,
  EngineRead,
  EngineRestore,
  EngineRestoreRequest,
  Logger,
} from '@freezer/core';
import { findGnuTar } from './gnu-tar.ts';
import { type TarOptions, tarSettings } from './settings.ts';
import { openTarBackup } from './tar-backup.ts';
import { openTarRead } from './tar-read.ts';
import { openTarRestore } from './tar-restore.ts';

class TarEngine implements Engine {
  readonly name = 'tar';
  readonly capabilities = { incremental: true, readable: true } as const;
  readonly #options: TarOptions;
  readonly #logger: Logger;
  #program: string | undefined;

  constructor(options: TarOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  async #findProgram(options: CallOptions): Promise<string> {
    this.#program ??= await findGnuTar(options);
    return this.#program;
  }

  async backup(request: EngineBackupRequest): Promise<ArchiveBackup> {
    const program = await this.#findProgram(request);
    return openTarBackup(request, { program, options: this.#options, logger: this.#logger });
  }

  async restore(request: EngineRestoreRequest): Promise<EngineRestore> {
    const program = await this.#findProgram(request);
    return openTarRestore(request, { program, logger: this.#logger, uid: process.geteuid?.() ?? 0 });
  }

  async read(request: { readonly workDir: string } & CallOptions): Promise<EngineRead> {
    const program = await this.#findProgram(request);
    return openTarRead(request, { program, logger: this.#logger });
  }
}

/** The engine `tar`: directories and single files by GNU tar, full and incremental. `open` needs nothing; each use fails with `unsupported` where GNU tar is missing. */
export const tarEngine: EnginePlugin<TarOptions> = {
  kind: 'tar',
  settings: tarSettings,
  open: async (options, { logger }) => new TarEngine(options, logger),
};
