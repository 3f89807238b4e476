export { type ExternalSortOptions, externalSort } from './external-sort.ts';
export type { IndexCounts } from './index-file/index-counts.ts';
export { formatIndexLine, parseIndexLine } from './index-file/index-line.ts';
export { type IndexLevel, type PointEntry, filterPaths, mergePoint, pathFilter, skippedOf } from './index-file/merge-index.ts';
export { type IndexHeader, type IndexReader, type ReadIndexOptions, readIndex } from './index-file/read-index.ts';
export { INDEX_FORMAT, type IndexKey, type WriteIndexOptions, type WrittenIndex, writeIndex } from './index-file/write-index.ts';
export { DIGEST_BYTES, type DamagedPiece, type DamageReason, type HashedPieces, PIECE_BYTES, type PiecesExpected, hashPieces, verifyPieces, verifyPiecesReport } from './pieces.ts';
export type { SortRecord } from './sort-run.ts';
