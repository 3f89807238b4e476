import * as z from 'zod';

/** The version of the format that this package describes. A reader refuses others. */
export const MANIFEST_FORMAT = 1;
/** A manifest is never larger: a reader may refuse more without parsing it. */
export const MANIFEST_MAX_BYTES = 65_536;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
const count = z.int().nonnegative();
/** UTC, ISO 8601 with `Z`. */
const instant = z.iso.datetime();

const identity = z.looseObject({
  host: z.string().min(1),
  name: z.string().min(1),
  engine: z.string().min(1),
  /** Epoch seconds of the full, of this level; equal for a full. */
  t0: count,
  level: count,
  t: count,
});

/** `manifest`: SHA-256 of the whole manifest object of the base; null when the base has none (Python made it). */
const base = z.looseObject({ level: count, t: count, manifest: sha256.nullable() });

const digested = z.looseObject({ size: count, sha256 });

const objects = z.looseObject({
  /** Its digest is that of `pieces`. */
  data: z.looseObject({ size: count }),
  pieces: digested,
  index: digested,
  engine_metadata: digested,
  state: digested.optional(),
  /** Of the exact bytes of the object `metadata`. */
  metadata: digested,
});

/** What shapes the content; never a setting of a storage, proxy, account or command. */
const options = z.looseObject({
  compression: z.string(),
  /** null: not encrypted. */
  encryption: z.string().nullable(),
  hide_names: z.boolean(),
  exclude: z.array(z.string()),
  /** Of the patterns that files gave: how many, and SHA-256 of the sorted lines, each ended by NUL. */
  exclude_from: z.looseObject({ patterns: count, sha256 }).optional(),
  exclude_caches: z.boolean().optional(),
  exclude_if_present: z.array(z.string()).optional(),
  /** The same of the paths that were saved; absent: all of the source. */
  files_from: z.looseObject({ paths: count, sha256 }).optional(),
  /** The same of the folders of the agent's own that lie in the source and were left out; absent: none. */
  own: z.looseObject({ paths: count, sha256 }).optional(),
  /** '' : links are stored as links. */
  dereference_symlink: z.string(),
  one_file_system: z.boolean(),
});

const counts = z.looseObject({ files: count, directories: count, links: count, others: count, deleted: count, entries: count });

/** Line 1 of the object `manifest`. Keys that are not known are kept; wrong types are refused. */
export const Manifest = z
  .looseObject({
    format: z.literal(MANIFEST_FORMAT),
    identity,
    /** null for a full. */
    base: base.nullable(),
    /** Base64 of the 16 bytes of the chain's salt; absent without a pass file. */
    salt: z
      .string()
      .regex(/^[A-Za-z0-9+/]{21}[AQgw]==$/, 'must be the base64 of 16 bytes')
      .optional(),
    started_at: instant,
    finished_at: instant,
    source: z.looseObject({ kind: z.string().min(1), path: z.string() }),
    options,
    /** Before compression. */
    archive_bytes: count,
    counts,
    /** What the point holds, with all that it stands on; absent where the base had no index. `entries` are all but directories. */
    point: z.looseObject({ entries: count, files: count, bytes: count }).optional(),
    /** Items that are not in the level, for any reason. */
    skipped: count,
    /** Those of them that should be. */
    incomplete: count,
    complete: z.boolean(),
    result: z.enum(['success', 'partial']),
    reasons: z.array(z.string()),
    /** The version of the program that wrote it. */
    client_version: z.string(),
    objects,
  })
  .superRefine(({ identity: own, base: below }, context) => {
    const wrong = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if (own.level === 0 && own.t !== own.t0) wrong(['identity', 't0'], 'must equal t for a full');
    if (own.level === 0 && below !== null) wrong(['base'], 'must be null for a full');
    if (own.level > 0 && below === null) wrong(['base'], 'must name the level below');
    if (own.level > 0 && below !== null && below.level !== own.level - 1) wrong(['base', 'level'], `must be ${own.level - 1}`);
  });

/** Without the index signatures of open objects, so that any object that has the keys fits. */
type Known<T> = T extends readonly (infer Item)[]
  ? Known<Item>[]
  : T extends object
    ? { [Key in keyof T as string extends Key ? never : Key]: Known<T[Key]> }
    : T;

export type Manifest = Known<z.infer<typeof Manifest>>;
