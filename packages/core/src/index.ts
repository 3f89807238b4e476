export { type LevelId, type ObjectName, type SetId, checkNamePart, dataPrefix, levelFolder, lockKey, metadataPrefix, objectKey, parseChainFolder, parseLevelFolder, setName } from './backup-layout.ts';
export { type BytePath, type ByteStream, type CallOptions, bytePathOf, bytesOfPath, displayPath } from './bytes.ts';
export type {
  ArchiveBackup,
  ArchivedEntry,
  ArchiveListing,
  Engine,
  EngineBackupRequest,
  EngineOutcome,
  EnginePlugin,
  EngineRead,
  EngineRestore,
  EngineRestoreRequest,
  ExternalBackup,
  Placement,
  RestoreProblem,
} from './engine.ts';
export { type ErrorCode, type ErrorDetails, FreezerError, type FreezerErrorOptions, messageOf, systemCodeOf } from './errors.ts';
export { type DeletedEntry, type EntryType, type HeldEntry, type IndexEntry, isIncomplete, type SkippedEntry, type SkipReason } from './index-entry.ts';
export { type Logger, SILENT } from './logger.ts';
export type { Mode, ModeLease, ModePlugin } from './mode.ts';
export type { SnapshotLease, Snapshotter } from './snapshot.ts';
export type { Source, SourceLease, SourcePlugin } from './source.ts';
export type { OpenStage, ProgramExit, ProgramStage, SinkStage, Stage, TransformStage } from './stage.ts';
export type {
  ByteRange,
  ObjectInfo,
  PutOptions,
  SettingsReader,
  Storage,
  StorageCapabilities,
  StorageChild,
  StorageDeps,
  StorageKey,
  StoragePlugin,
  StorageRemains,
  UsageInfo,
} from './storage.ts';
export type { DocumentKind, DocumentOwner, DocumentSearch, DocumentStore, Store, Stored } from './store.ts';
