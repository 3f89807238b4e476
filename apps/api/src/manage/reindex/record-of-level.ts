import { type LevelId, levelFolder } from '@freezer/core';
import { type Manifest, type MetadataObject, type ResultDocument, resultDocument, type SkippedItem } from '@freezer/models';
import type { ReadStorage } from './open-storages.ts';

/** What a storage tells of a level. */
export interface LevelFacts {
  readonly host: string;
  readonly name: string;
  readonly engine: string;
  readonly id: LevelId;
  /** Undefined: Python made it. */
  readonly manifest: Manifest | undefined;
  readonly metadata: MetadataObject;
  /** Of its `data` as stored; undefined when nobody knows. */
  readonly storedBytes: number | undefined;
  /** The first of them; those of an encrypted index are not known. */
  readonly skipped: readonly SkippedItem[];
  readonly where: ReadStorage;
}

/** What only a run knows: nobody may take a zero for a count. */
const ONLY_OF_A_RUN = ['total_broken_links', 'broken_links', 'cli'];
const ONLY_OF_A_MANIFEST = [
  ...ONLY_OF_A_RUN,
  'total_fs_files',
  'total_directories',
  'total_excluded_files',
  'excluded_files',
  'backup_size_uncompressed',
  'bytes_uncompressed',
  'version',
  'result',
  'reasons',
  'started_at',
  'finished_at',
  'duration_seconds',
  'skipped_total',
  'skipped',
];

function without(document: ResultDocument, keys: readonly string[]): ResultDocument {
  const left = new Set(keys);
  return Object.fromEntries(Object.entries(document).filter(([key]) => !left.has(key)));
}

function ofManifest({ options, counts, source, ...manifest }: Manifest) {
  const path = source.kind === 'path' ? source.path : null;
  return {
    fsRealPath: path,
    volSnapPath: path,
    clientVersion: manifest.client_version,
    backupMedia: source.kind === 'path' ? 'fs' : source.kind,
    mode: 'fs',
    pathToBackup: path ?? undefined,
    compression: options.compression,
    files: counts.files + counts.links + counts.others,
    directories: counts.directories,
    excluded: { items: options.exclude, total: options.exclude.length + (options.exclude_from?.patterns ?? 0) },
    bytesUncompressed: manifest.archive_bytes,
    encrypted: options.encryption !== null,
    result: manifest.result,
    reasons: manifest.reasons,
    startedAt: Date.parse(manifest.started_at),
    finishedAt: Date.parse(manifest.finished_at),
    skippedTotal: manifest.skipped,
  } as const;
}

/** A level of Python's: its own document says how it is stored, and nothing else is known. */
function ofPython({ compression, encryption }: MetadataObject) {
  return {
    fsRealPath: null,
    volSnapPath: null,
    clientVersion: '',
    backupMedia: '',
    mode: '',
    pathToBackup: undefined,
    compression: compression ?? '',
    files: 0,
    directories: 0,
    excluded: { items: [], total: 0 },
    bytesUncompressed: 0,
    encrypted: encryption ?? false,
    result: 'success',
    reasons: [],
    startedAt: 0,
    finishedAt: 0,
    skippedTotal: 0,
  } as const;
}

/** The metadata of a backup as the agent would have told them: what the storage does not know is '' or absent, and `reindexed` says why. */
export function recordOfLevel(level: LevelFacts): ResultDocument {
  const { host, name, engine, id, manifest, metadata, storedBytes, where } = level;
  const known = manifest ? ofManifest(manifest) : ofPython(metadata);
  const document = resultDocument({
    ...known,
    level: id.level,
    clientOs: '',
    timeStamp: id.t,
    action: 'backup',
    backupName: name,
    container: where.container,
    hostname: host,
    engineName: engine,
    storage: where.kind,
    sshHost: where.sshHost,
    sshPort: where.sshPort,
    sshUsername: where.sshUsername,
    brokenLinks: { items: [], total: 0 },
    skipped: { items: level.skipped, total: known.skippedTotal },
    bytesCompressed: storedBytes ?? 0,
    cli: '',
  });
  const kept = without(document, manifest ? ONLY_OF_A_RUN : ONLY_OF_A_MANIFEST);
  return { ...(storedBytes === undefined ? without(kept, ['bytes_compressed', 'backup_size_compressed']) : kept), reindexed: true };
}

/** For messages. */
export const describePoint = ({ host, name, id }: Pick<LevelFacts, 'host' | 'name' | 'id'>): string => `${host}_${name} ${id.t0}/${levelFolder(id)}`;
