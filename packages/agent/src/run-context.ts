import type { Engine, Logger, Storage } from '@freezer/core';
import type { ChainKeyring, Owner } from '@freezer/format';
import type { Progress } from './progress/progress.ts';
import type { WorkFolder } from './work-folder.ts';

/** What every action works with. Made once per run by `run-action.ts`. */
export interface RunContext {
  readonly storage: Storage;
  readonly engine: Engine;
  /** The engines whose sets are meant: that of `--engine`, or when none was named each that there is, the default first. */
  readonly engines: readonly string[];
  /** Another of them, for sets of its own. */
  readonly openEngine: (name: string) => Promise<Engine>;
  readonly logger: Logger;
  readonly owner: Owner;
  readonly stateDir: string;
  readonly work: WorkFolder;
  readonly keyring: ChainKeyring;
  /** From the pass files, in the order given. */
  readonly passphrases: readonly Buffer[];
  /** Epoch seconds. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** What an action expects to move, and where it is, is told here; its storage counts. */
  readonly progress: Progress;
}
