export { MANIFEST_FORMAT, MANIFEST_MAX_BYTES, Manifest } from './manifest.ts';
export { type MetadataFacts, MetadataObject, readMetadataObject, writeMetadataObject } from './metadata-object.ts';
export { type JsonValue, pythonJson } from './python-json.ts';
export {
  LISTED,
  megabytes,
  type ResultDocument,
  type ResultFacts,
  resultDocument,
  type Sample,
  type SkippedItem,
  writeResultDocument,
} from './result-document.ts';
export {
  ACTIONS,
  type Action,
  COMPRESSIONS,
  type Compression,
  ENCRYPTIONS,
  ENGINES,
  type Encryption,
  type EngineName,
  isCompression,
  MODES,
  type ModeName,
  RESULTS,
  type Result,
  STORAGES,
  type StorageName,
} from './vocabulary.ts';
