export { abortable } from './abortable.ts';
export {
  checkNamePart,
  checkNewSet,
  dataPrefix,
  type LevelId,
  levelFolder,
  lockKey,
  metadataPrefix,
  type ObjectName,
  objectKey,
  parseChainFolder,
  parseLevelFolder,
  type SetId,
  setName,
} from './backup-layout.ts';
export { type BytePath, type ByteStream, bytePathOf, bytesOfPath, type CallOptions, displayPath } from './bytes.ts';
export {
  byAge,
  type Chain,
  type Descent,
  descentsOf,
  type LevelEntry,
  type Point,
  pointsOf,
  resolvePoint,
  strandedLevels,
} from './chain.ts';
export { type Clock, SYSTEM_CLOCK } from './clock.ts';
export { checkDocumentId, checkDocumentOwner, documentJson, isDocumentId } from './documents/document-checks.ts';
export { inScope, matchesFilter } from './documents/matches-filter.ts';
export { type FoundScalar, scalarsOf, valueAt } from './documents/scalars.ts';
export { compareSortValues, type SortValue, sortValueAt } from './documents/sort-value.ts';
export { wordsOf, wordsOfDocument } from './documents/words.ts';
export type {
  ArchiveBackup,
  ArchivedEntry,
  ArchiveListing,
  Engine,
  EngineBackupRequest,
  EngineFile,
  EngineFileRequest,
  EngineOutcome,
  EnginePlugin,
  EngineRead,
  EngineReadRequest,
  EngineRestore,
  EngineRestoreRequest,
  ExternalBackup,
  Placement,
  RestoreProblem,
  RestoreSelection,
  WantedEntry,
} from './engine.ts';
export { type ErrorCode, type ErrorDetails, FreezerError, type FreezerErrorOptions, messageOf, systemCodeOf } from './errors.ts';
export { excluder } from './exclude-patterns.ts';
export { absoluteRoot, folderOfPath, inFolder, nameOfPath, reasonAgainstKey, TEMPORARY } from './file-keys.ts';
export { FILE_MODE_HELP, folderModeOf, readFileMode } from './file-modes.ts';
export { isFileName } from './file-name.ts';
export { type DeletedEntry, type EntryType, type HeldEntry, type IndexEntry, isIncomplete, type SkippedEntry, type SkipReason } from './index-entry.ts';
export { decideLevel, type LevelDecision, type LevelRequest, nextTime } from './levels.ts';
export { type Logger, SILENT } from './logger.ts';
export type { Mode, ModeLease, ModePlugin } from './mode.ts';
export { Outage } from './outage.ts';
export { type DirectoryCheck, planRenames } from './plan-renames.ts';
export { pulled } from './pulled.ts';
export { RateLimit } from './rate-limit.ts';
export { folderOf, isTemporary, type MovedDirectory, type Renamed, RenameMap } from './rename-map.ts';
export { type PointDecision, planRetention, type RetentionFacts, type RetentionPlan, type RetentionPolicy } from './retention.ts';
export type { KeepCounts } from './retention-bucket.ts';
export { Backoff, type RetryPolicy, retry } from './retry.ts';
export { type SettingIssue, settingsFault } from './settings-fault.ts';
export type { SnapshotLease, Snapshotter } from './snapshot.ts';
export { socketReason } from './socket-reasons.ts';
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
export {
  DOCUMENT_KINDS,
  type DocumentFilter,
  type DocumentKind,
  type DocumentOwner,
  type DocumentScope,
  type DocumentSearch,
  type DocumentStore,
  type FieldMatch,
  type FieldRange,
  type Scalar,
  type Store,
  type Stored,
} from './store.ts';
export { collect, counted, once, rechunk, throttled } from './streams.ts';
export { formatLocal, formatUtc, type ParsedDate, parseDate, zoneOffset } from './time.ts';
export { DryRunStorage } from './wrappers/dry-run-storage.ts';
export { LoggingStorage } from './wrappers/logging-storage.ts';
export { RetryingStorage } from './wrappers/retrying-storage.ts';
export { StorageWrapper } from './wrappers/storage-wrapper.ts';
export { ThrottledStorage, type TransferLimits } from './wrappers/throttled-storage.ts';
