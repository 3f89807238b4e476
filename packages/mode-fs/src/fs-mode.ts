import { execFile } from 'node:child_process';
import { type CallOptions, FreezerError, type Logger, type Mode, type ModeLease, type ModePlugin, messageOf, type SettingsReader } from '@freezer/core';
import { minimalEnvironment } from '@freezer/subprocess';

/** Whether everything written so far is brought to the disks before the backup begins. */
export interface FsOptions {
  readonly sync: boolean;
}

const fsSettings: SettingsReader<FsOptions> = {
  parse({ sync = true }) {
    if (typeof sync !== 'boolean') throw new FreezerError('invalid', 'sync: true or false is expected');
    return { sync };
  },
};

/** Brings what was written to the disks. Rejects when that failed. */
export type Sync = (options: CallOptions) => Promise<void>;

const systemSync: Sync = ({ signal }) =>
  new Promise((resolve, reject) => {
    execFile('sync', { env: minimalEnvironment(), ...(signal === undefined ? {} : { signal }) }, (error) => (error === null ? resolve() : reject(error)));
  });

class FsMode implements Mode {
  readonly name = 'fs';
  readonly #options: FsOptions;
  readonly #logger: Logger;
  readonly #sync: Sync;

  constructor(options: FsOptions, logger: Logger, sync: Sync) {
    this.#options = options;
    this.#logger = logger;
    this.#sync = sync;
  }

  async acquire(options: CallOptions = {}): Promise<ModeLease> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#options.sync) {
      await this.#sync(options).catch((error: unknown) => {
        signal?.throwIfAborted();
        // A backup without it is as good as one that is made a little later: the kernel shows what was written either way.
        this.#logger.warn({ reason: messageOf(error) }, 'sync failed: the backup goes on without it');
      });
    }
    return new FsLease();
  }
}

/** Nothing is held: files are saved as they are. */
class FsLease implements ModeLease {
  async release(): Promise<void> {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** A mode that uses `sync` for the program of that name. */
export const createFsMode = (options: FsOptions, logger: Logger, sync: Sync = systemSync): Mode => new FsMode(options, logger, sync);

/** The mode `fs`: no application is held; `sync` runs first unless the settings say no. */
export const fsMode: ModePlugin<FsOptions> = {
  name: 'fs',
  settings: fsSettings,
  create: (options, { logger }) => createFsMode(options, logger),
};
