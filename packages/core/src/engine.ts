import type { BytePath, CallOptions } from './bytes.ts';
import type { IndexEntry } from './index-entry.ts';
import type { Logger } from './logger.ts';
import type { SourceLease } from './source.ts';
import type { ProgramExit, Stage } from './stage.ts';
import type { SettingsReader } from './storage.ts';

export interface EngineBackupRequest extends CallOptions {
  readonly source: SourceLease;
  /** Paths below the source that are not to be saved, with all that is in them; each is reported as skipped ('own'). Default: none. */
  readonly leaveOut?: readonly BytePath[] | undefined;
  /** A private folder (0700) of this run for the engine's files; removed by the caller. */
  readonly workDir: string;
  /** A private file with the state that the base left (its `engine_metadata`); undefined: save everything. May be changed in place. */
  readonly basePath?: string | undefined;
}

/** What became of a backup, once its bytes are through. */
export interface EngineOutcome {
  /** A private file to be kept as `engine_metadata`, from which the next level starts. May be empty. */
  readonly statePath: string;
  /**
   * What the level holds, what vanished since the base, what was skipped; in no promised order. In batches, because a promise for each of a
   * million entries costs more than what is done with them. May be called once.
   */
  entryBatches(): AsyncIterable<readonly IndexEntry[]>;
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
  /** The path that was reached last, for people who watch; cheap, may be called at any time. Absent: nobody knows. */
  reached?(): Promise<BytePath | undefined>;
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
  /** Undefined: the whole level. */
  readonly selection?: RestoreSelection | undefined;
}

/** An entry of a level that is wanted. */
export interface WantedEntry {
  /** The name that the archive has for it. */
  readonly path: BytePath;
  /** Of a hard link: its first name, as the archive has it. */
  readonly target?: BytePath | undefined;
  /** The name under which to restore it, where that is another. */
  readonly as?: BytePath | undefined;
}

/**
 * The part of a level that is wanted. It goes with `placement` 'overlay'. A directory comes alone, without what is in it. A hard link
 * whose first name is not wanted comes back as a file with its content; several such links of one file stay links of each other.
 * A wanted entry that the archive does not hold is reported by `finish` among `skipped`.
 */
export interface RestoreSelection {
  /** In no promised order; may be called several times. */
  entries(): AsyncIterable<WantedEntry>;
  /** A private folder in the target (relative to it) for files of the engine's own while it restores; removed by the caller. */
  readonly stagingPath: BytePath;
}

export interface EngineFileRequest extends CallOptions {
  readonly workDir: string;
  /** A regular file, by the name that the archive has for it. */
  readonly path: BytePath;
  /** The document `metadata` of the level. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** One file of a level as a stream. */
export interface EngineFile {
  /** The first stage takes the bytes that the backup's last stage gave; the last yields the content of the file, holes as zeros. */
  readonly stages: readonly Stage[];
  /** Called once when all went well. Fails with `not_found` when the archive does not hold the file. */
  finish(exits: readonly ProgramExit[]): Promise<void>;
}

/** A level on its way back. */
export interface EngineRestore {
  /** The last stage yields nothing. The first takes the bytes that the backup's last stage gave. */
  readonly stages: readonly Stage[];
  /** As that of a backup. */
  reached?(): Promise<BytePath | undefined>;
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

/** What an archive holds, for those who compare it with the index or have none. */
export interface ArchiveListing {
  /** Each entry in the order of the archive. */
  entries(): AsyncIterable<ArchivedEntry>;
}

export type ArchivedEntry =
  | IndexEntry
  /** A directory's dump list: every name in it at that time, so that others are known to be deleted. */
  | { readonly kind: 'names'; readonly path: BytePath; readonly names: readonly BytePath[] }
  /** A directory that was renamed between the levels; in the order in which to apply them. */
  | { readonly kind: 'renamed'; readonly from: BytePath; readonly to: BytePath };

export interface EngineReadRequest extends CallOptions {
  readonly workDir: string;
  /** The document `metadata` of the level, for an engine whose data does not say all by itself. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

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
    /** `restore` takes a `selection`, and `readFile` is implemented. Absent: whole levels only. */
    readonly selective?: boolean;
  };
  backup(request: EngineBackupRequest): Promise<ArchiveBackup | ExternalBackup>;
  restore(request: EngineRestoreRequest): Promise<EngineRestore>;
  /** Yields one file. */
  readFile?(request: EngineFileRequest): Promise<EngineFile>;
  /** Lists an archive without writing anything. */
  read?(request: EngineReadRequest): Promise<EngineRead>;
}

export interface EnginePlugin<Options = unknown> {
  readonly kind: string;
  readonly settings: SettingsReader<Options>;
  open(options: Options, deps: { readonly logger: Logger }): Promise<Engine>;
}
