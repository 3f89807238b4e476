export {
  type CatalogChain,
  type CatalogLevel,
  committedLevels,
  describeLevel,
  listDataSets,
  listSets,
  metadataKeyOf,
  readCatalog,
  type SetCatalog,
  type SetName,
  unclaimedLevels,
} from './catalog.ts';
export { ChainKeyring, type ChainKeys } from './chain-keys.ts';
export { type ExternalSortOptions, externalSort } from './external-sort.ts';
export type { IndexCounts } from './index-file/index-counts.ts';
export { formatIndexLine, parseIndexLine } from './index-file/index-line.ts';
export { filterPaths, type IndexLevel, mergePoint, type PointEntry, skippedOf } from './index-file/merge-index.ts';
export { type IndexHeader, type IndexReader, type ReadIndexOptions, readIndex } from './index-file/read-index.ts';
export { type IndexKey, type WriteIndexOptions, type WrittenIndex, writeIndex } from './index-file/write-index.ts';
export { LegacySets } from './legacy-sets.ts';
export { LevelReader, type LevelReaderDeps, type OpenedLevel } from './level-reader.ts';
export { LevelWriter, type LevelWriterRequest, type StoredObject } from './level-writer.ts';
export {
  checkIdentity,
  encodeManifest,
  identityText,
  peekManifest,
  type ReadManifest,
  readManifest,
  sha256Hex,
  type Vouching,
} from './manifest.ts';
export {
  describeOwner,
  isDead,
  isProvablyDead,
  type Owner,
  ownerBytes,
  parseOwner,
  thisOwner,
} from './owner.ts';
export {
  type DamagedPiece,
  type DamageReason,
  DIGEST_BYTES,
  type HashedPieces,
  hashPieces,
  PIECE_BYTES,
  type PiecesExpected,
  verifyPieces,
  verifyPiecesReport,
} from './pieces.ts';
export { isPinned, type Pin, readPin, removePin, writePin } from './pin.ts';
export { clearRemains, clearTemporary, type RemainsDeps, type RemainsOptions, supersedeIfAllowed } from './remains.ts';
export { type RemovalDeps, removeLevels, removeUnclaimed, supersede } from './removal.ts';
export { type LockRequest, SetLock } from './set-lock.ts';
export type { SortRecord } from './sort-run.ts';
export { judgeTrust, type TrustPolicy } from './trust.ts';
