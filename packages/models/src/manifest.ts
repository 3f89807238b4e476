import { type Check, count, instant, listOf, matching, nullable, object, oneOf, optional, someText, text, truth } from './shape.ts';

/** The version of the format that this package describes. A reader refuses others. */
export const MANIFEST_FORMAT = 1;
/** A manifest is never larger: a reader may refuse more without parsing it. */
export const MANIFEST_MAX_BYTES = 65_536;

export interface ManifestIdentity {
  host: string;
  name: string;
  engine: string;
  /** Epoch seconds of the full, of this level; equal for a full. */
  t0: number;
  level: number;
  t: number;
}

export interface ManifestBase {
  level: number;
  t: number;
  /** SHA-256 of the whole manifest object of the base; null when the base has none (Python made it). */
  manifest: string | null;
}

/** Bytes, and SHA-256 in hex. */
export interface DigestedObject {
  size: number;
  sha256: string;
}

export interface ManifestObjects {
  /** Its digest is that of `pieces`. */
  data: { size: number };
  pieces: DigestedObject;
  index: DigestedObject;
  engine_metadata: DigestedObject;
  state?: DigestedObject | undefined;
  /** Of the exact bytes of the object `metadata`. */
  metadata: DigestedObject;
}

/** What shapes the content; never a setting of a storage, proxy, account or command. */
export interface ManifestOptions {
  compression: string;
  /** null: not encrypted. */
  encryption: string | null;
  hide_names: boolean;
  exclude: string[];
  /** Of the patterns that files gave: how many, and SHA-256 of the sorted lines, each ended by NUL. */
  exclude_from?: { patterns: number; sha256: string } | undefined;
  exclude_caches?: boolean | undefined;
  exclude_if_present?: string[] | undefined;
  /** The same of the paths that were saved; absent: all of the source. */
  files_from?: { paths: number; sha256: string } | undefined;
  /** The same of the folders of the agent's own that lie in the source and were left out; absent: none. */
  own?: { paths: number; sha256: string } | undefined;
  /** '' : links are stored as links. */
  dereference_symlink: string;
  one_file_system: boolean;
}

export interface ManifestCounts {
  files: number;
  directories: number;
  links: number;
  others: number;
  deleted: number;
  entries: number;
}

/** Line 1 of the object `manifest`. */
export interface Manifest {
  format: typeof MANIFEST_FORMAT;
  identity: ManifestIdentity;
  /** null for a full. */
  base: ManifestBase | null;
  /** Base64 of the 16 bytes of the chain's salt; absent without a pass file. */
  salt?: string | undefined;
  /** UTC, ISO 8601 with `Z`. */
  started_at: string;
  finished_at: string;
  source: { kind: string; path: string };
  options: ManifestOptions;
  /** Before compression. */
  archive_bytes: number;
  counts: ManifestCounts;
  /** What the point holds, with all that it stands on; absent where the base had no index. `entries` are all but directories. */
  point?: { entries: number; files: number; bytes: number } | undefined;
  /** Items that are not in the level, for any reason. */
  skipped: number;
  /** Those of them that should be. */
  incomplete: number;
  complete: boolean;
  result: 'success' | 'partial';
  reasons: string[];
  /** The version of the program that wrote it. */
  client_version: string;
  objects: ManifestObjects;
}

const sha256 = matching(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
const digested = object<DigestedObject>({ size: count, sha256 });
const digestedPaths = optional(object({ paths: count, sha256 }));

const manifest: Check = object<Manifest>({
  format: oneOf(MANIFEST_FORMAT),
  identity: object<ManifestIdentity>({ host: someText, name: someText, engine: someText, t0: count, level: count, t: count }),
  base: nullable(object<ManifestBase>({ level: count, t: count, manifest: nullable(sha256) })),
  salt: optional(matching(/^[A-Za-z0-9+/]{21}[AQgw]==$/, 'the base64 of 16 bytes')),
  started_at: instant,
  finished_at: instant,
  source: object({ kind: someText, path: text }),
  options: object<ManifestOptions>({
    compression: text,
    encryption: nullable(text),
    hide_names: truth,
    exclude: listOf(text),
    exclude_from: optional(object({ patterns: count, sha256 })),
    exclude_caches: optional(truth),
    exclude_if_present: optional(listOf(text)),
    files_from: digestedPaths,
    own: digestedPaths,
    dereference_symlink: text,
    one_file_system: truth,
  }),
  archive_bytes: count,
  counts: object<ManifestCounts>({ files: count, directories: count, links: count, others: count, deleted: count, entries: count }),
  point: optional(object({ entries: count, files: count, bytes: count })),
  skipped: count,
  incomplete: count,
  complete: truth,
  result: oneOf('success', 'partial'),
  reasons: listOf(text),
  client_version: text,
  objects: object<ManifestObjects>({
    data: object({ size: count }),
    pieces: digested,
    index: digested,
    engine_metadata: digested,
    state: optional(digested),
    metadata: digested,
  }),
});

/** What the keys say of each other. */
function contradiction({ identity: { level, t, t0 }, base }: Manifest): string | undefined {
  if (level === 0 && t !== t0) return 'identity.t0: must equal t for a full';
  if (level === 0 && base !== null) return 'base: must be null for a full';
  if (level > 0 && base === null) return 'base: must name the level below';
  if (base !== null && base.level !== level - 1) return `base.level: must be ${level - 1}`;
  return undefined;
}

/** The parsed line 1 of a manifest. Keys that are not known are kept; a wrong one is a `SyntaxError` of one line that names it. */
export function parseManifest(value: unknown): Manifest {
  const wrong = manifest(value, '') ?? contradiction(value as Manifest);
  if (wrong !== undefined) throw new SyntaxError(`manifest: ${wrong}`);
  return value as Manifest;
}
