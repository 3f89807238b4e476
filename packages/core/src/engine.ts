import type { BytePath, CallOptions } from './bytes.ts';
import type { IndexEntry } from './index-entry.ts';
import type { Logger } from './logger.ts';
import type { SourceLease } from './source.ts';
import type { ProgramExit, Stage } from './stage.ts';
import type { SettingsReader } from './storage.ts';

export interface EngineBackupRequest extends CallOptions {
  readonly source: SourceLease;
  /** A private folder (0700) of this run for the engine's files; removed by the caller. */
  readonly workDir: string;
  /** A private file with the state that the base left (its `engine_metadata`); undefined: save everything. May be changed in place. */
  readonly basePath?: string | undefined;
}

/** What became of a backup, once its bytes are through. */
export interface EngineOutcome {
  /** A private file to be kept as `engine_metadata`, from which the next level starts. May be empty. */
  readonly statePath: string;
  /** What the level holds, what vanished since the base, what was skipped; in no promised order. May be called once. */
  entries(): AsyncIterable<IndexEntry>;
  /** True when every path of the source is in the level, so that nothing of an older level counts any more. */
  readonly replacesAll: boolean;
  /** Bytes of the archive before compression. */
  readonly archiveBytes: number;
  /** Keys of the engine's own for the object `metadata`, besides `engine_name`, `compression`, `encryption`. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A level in the making whose bytes go to a storage. */
export interface ArchiveBackup {
  readonly kind: 'archive';
  /** The first stage reads nothing. Compression and encryption are put behind by the caller when `compressible`. */
  readonly stages: readonly Stage[];
  readonly compressible: boolean;
  /** Called once, after the last byte was taken and every program ended well (`okExits`). Rejects when the bytes are not to be trusted. */
  finish(exits: readonly ProgramExit[]): Promise<EngineOutcome>;
}

/** A backup that another service keeps (Cinder's own): nothing is stored by us. */
export interface ExternalBackup {
  readonly kind: 'external';
  /** Resolves when the service says that it is done; rejects when it failed. */
  run(options: CallOptions): Promise<Readonly<Record<string, unknown>>>;
}

/** Whether the target held anything before the restore began. */
export type Placement = 'empty' | 'overlay';

export interface EngineRestoreRequest extends CallOptions {
  /** Where to restore to: a path, or what the source understands. Exists. */
  readonly target: string;
  readonly workDir: string;
  /** 0 first, then each increment in order. */
  readonly level: number;
  /**
   * 'empty': what is there was written by this restore, and the engine applies the level's deletions itself.
   * 'overlay': the caller has applied the deletions; the engine writes the level's entries and touches nothing else.
   */
  readonly placement: Placement;
  /** The document `metadata` of the level. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A level on its way back. */
export interface EngineRestore {
  /** The last stage yields nothing. The first takes the bytes that the backup's last stage gave. */
  readonly stages: readonly Stage[];
  /** Called once when all went well. */
  finish(exits: readonly ProgramExit[]): Promise<{ readonly skipped: readonly RestoreProblem[] }>;
  /** Called instead of `finish` when the restore stopped: removes the file that is cut off under its final name, and names it. */
  abandon(): Promise<{ readonly removed: readonly BytePath[]; readonly written: number }>;
}

/** Something that could not be put back as it was. */
export interface RestoreProblem {
  readonly path: BytePath;
  readonly detail: string;
}

/** What an archive says of a directory: the names that it had, so that others are known to be deleted. */
export interface ArchiveListing {
  /** Each entry in the order of the archive. */
  entries(): AsyncIterable<ArchivedEntry>;
}

export type ArchivedEntry =
  | IndexEntry
  /** A directory's dump list: every name in it at that time. */
  | { readonly kind: 'names'; readonly path: BytePath; readonly names: readonly BytePath[] }
  /** A directory that was renamed between the levels; in the order in which to apply them. */
  | { readonly kind: 'renamed'; readonly from: BytePath; readonly to: BytePath };

/** A level that is only read. */
export interface EngineRead {
  readonly stages: readonly Stage[];
  finish(exits: readonly ProgramExit[]): Promise<ArchiveListing>;
}

/** Makes the bytes of a backup and takes them back. Knows nothing of storages, levels or encryption. */
export interface Engine {
  /** A path segment on the storage: 'tar', 'rsync', 'nova'; the value of `--engine` unless the plugin says otherwise. */
  readonly name: string;
  readonly capabilities: {
    readonly incremental: boolean;
    /** `read` is implemented. */
    readonly readable: boolean;
  };
  backup(request: EngineBackupRequest): Promise<ArchiveBackup | ExternalBackup>;
  restore(request: EngineRestoreRequest): Promise<EngineRestore>;
  /** Lists an archive without writing anything. */
  read?(request: { readonly workDir: string } & CallOptions): Promise<EngineRead>;
}

export interface EnginePlugin<Options = unknown> {
  readonly kind: string;
  readonly settings: SettingsReader<Options>;
  open(options: Options, deps: { readonly logger: Logger }): Promise<Engine>;
}
