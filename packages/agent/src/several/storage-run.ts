import type { RunContext } from '../run-context.ts';

/** What the failure of one storage means for a run over several: the run fails, or goes on without it and is partial. */
export type StoragePolicy = 'all' | 'any';

/** One of the storages of a run. */
export interface StorageRun {
  /** NAME of its `[storage:NAME]`; '' where there is only one. */
  readonly name: string;
  /** The same run as that of the others, but for the storage. */
  readonly context: RunContext;
}

/** A storage that a run went on without. */
export interface LostStorage {
  readonly name: string;
  /** One line for people. */
  readonly reason: string;
}
