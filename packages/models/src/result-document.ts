import { type JsonValue, pythonJson } from './python-json.ts';
import type { Result } from './vocabulary.ts';

/** Lists in the document are cut at this length; their true length has a key of its own. */
export const LISTED = 100;
const MEGABYTE = 1_048_576;

/** Something that is not, or not surely, in the backup. */
export interface SkippedItem {
  readonly path: string;
  readonly reason: string;
  readonly detail?: string | undefined;
}

/** A list that was cut while it was gathered: the first items, and how many there are. */
export interface Sample<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** What a backup run knows when it ends. Undefined, null, false, 0 and '' are all written as '' where Freezer does so. No secret belongs here. */
export interface ResultFacts {
  readonly level: number;
  /** null when there is no path (an instance, a volume). */
  readonly fsRealPath: string | null;
  readonly volSnapPath: string | null;
  /** `linux`, `win32`, `darwin`. */
  readonly clientOs: string;
  readonly clientVersion: string;
  /** Epoch seconds: the T of the level. */
  readonly timeStamp: number;
  readonly action: string;
  readonly backupMedia: string;
  readonly backupName: string;
  readonly container: string;
  readonly hostname: string;
  readonly mode: string;
  readonly engineName: string;
  readonly storage: string;
  readonly alwaysLevel?: number | undefined;
  readonly maxLevel?: number | undefined;
  readonly dryRun?: boolean | undefined;
  readonly pathToBackup?: string | undefined;
  readonly logFile?: string | undefined;
  readonly proxy?: string | undefined;
  /** The algorithm, also when it is `none`. */
  readonly compression: string;
  readonly sshKey?: string | undefined;
  readonly sshUsername?: string | undefined;
  readonly sshHost?: string | undefined;
  readonly sshPort?: number | undefined;
  readonly consistencyChecksum?: string | undefined;
  readonly files: number;
  readonly directories: number;
  /** Symbolic links whose target is absent. */
  readonly brokenLinks: Sample<string>;
  readonly excluded: Sample<string>;
  readonly skipped: Sample<SkippedItem>;
  readonly bytesUncompressed: number;
  /** As stored: after compression and encryption. */
  readonly bytesCompressed: number;
  readonly encrypted: boolean;
  /** The command line without secrets. */
  readonly cli: string;
  readonly result: Result;
  readonly reasons: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Keys that only some sources have: `cinder_backup_id`. */
  readonly more?: Readonly<Record<string, JsonValue>> | undefined;
}

/** A result document: `--metadata-out`, and `backup_metadata` of the API. Flat but for `skipped`. */
export type ResultDocument = { readonly [key: string]: JsonValue };

const orEmpty = (value: string | number | boolean | null | undefined): string | number | boolean => value || '';

/** MB of 1048576 bytes, rounded to thousandths, and never 0 for what has bytes. */
export const megabytes = (bytes: number): number => (bytes > 0 ? Math.max(Math.round((bytes / MEGABYTE) * 1000) / 1000, 0.001) : 0);

/** The document of a backup, keys in Freezer's order, then those of the API's own list, then ours. */
export function resultDocument(facts: ResultFacts): ResultDocument {
  return { ...freezerKeys(facts), ...statisticKeys(facts), ...outcomeKeys(facts), ...facts.more };
}

function freezerKeys(facts: ResultFacts): ResultDocument {
  return {
    curr_backup_level: facts.level,
    fs_real_path: facts.fsRealPath,
    vol_snap_path: facts.volSnapPath,
    client_os: facts.clientOs,
    client_version: facts.clientVersion,
    time_stamp: facts.timeStamp,
    action: orEmpty(facts.action),
    always_level: orEmpty(facts.alwaysLevel),
    backup_media: orEmpty(facts.backupMedia),
    backup_name: orEmpty(facts.backupName),
    container: orEmpty(facts.container),
    container_segments: '',
    dry_run: orEmpty(facts.dryRun),
    hostname: orEmpty(facts.hostname),
    path_to_backup: orEmpty(facts.pathToBackup),
    max_level: orEmpty(facts.maxLevel),
    mode: orEmpty(facts.mode),
    log_file: orEmpty(facts.logFile),
    storage: orEmpty(facts.storage),
    proxy: orEmpty(facts.proxy),
    compression: orEmpty(facts.compression),
    ssh_key: orEmpty(facts.sshKey),
    ssh_username: orEmpty(facts.sshUsername),
    ssh_host: orEmpty(facts.sshHost),
    ssh_port: orEmpty(facts.sshPort),
    consistency_checksum: orEmpty(facts.consistencyChecksum),
  };
}

function statisticKeys(facts: ResultFacts): ResultDocument {
  return {
    level: facts.level,
    total_fs_files: facts.files,
    total_directories: facts.directories,
    total_broken_links: facts.brokenLinks.total,
    broken_links: facts.brokenLinks.items.slice(0, LISTED),
    total_excluded_files: facts.excluded.total,
    excluded_files: facts.excluded.items.slice(0, LISTED),
    backup_size_uncompressed: megabytes(facts.bytesUncompressed),
    backup_size_compressed: megabytes(facts.bytesCompressed),
    bytes_uncompressed: facts.bytesUncompressed,
    bytes_compressed: facts.bytesCompressed,
    compression_alg: facts.compression,
    encrypted: facts.encrypted,
    cli: facts.cli,
    version: facts.clientVersion,
  };
}

function outcomeKeys(facts: ResultFacts): ResultDocument {
  return {
    engine_name: facts.engineName,
    result: facts.result,
    reasons: facts.reasons,
    started_at: new Date(facts.startedAt).toISOString(),
    finished_at: new Date(facts.finishedAt).toISOString(),
    duration_seconds: Math.max(0, Math.round(facts.finishedAt - facts.startedAt) / 1000),
    skipped_total: facts.skipped.total,
    skipped: facts.skipped.items.slice(0, LISTED).map(({ path, reason, detail }) => (detail === undefined ? { path, reason } : { path, reason, detail })),
  };
}

/** The text of `--metadata-out`: one line as Python writes it, no line end. */
export const writeResultDocument = (document: ResultDocument): string => pythonJson(document);
