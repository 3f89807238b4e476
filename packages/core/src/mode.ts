import type { CallOptions } from './bytes.ts';
import type { Logger } from './logger.ts';
import type { SettingsReader } from './storage.ts';

/** An application held still. `release` is idempotent, so an early release (once a snapshot exists) and disposal can both happen. */
export interface ModeLease extends AsyncDisposable {
  release(): Promise<void>;
}

/** Holds an application still while its data is read or a snapshot is taken. */
export interface Mode {
  /** The value of `--mode`: 'fs', 'mysql', 'mongo', 'postgresql', 'sqlserver'. */
  readonly name: string;
  /** Abort gives back what was already held. */
  acquire(options?: CallOptions): Promise<ModeLease>;
}

export interface ModePlugin<Options = unknown> {
  readonly name: string;
  readonly settings: SettingsReader<Options>;
  create(options: Options, deps: { readonly logger: Logger }): Mode;
}
