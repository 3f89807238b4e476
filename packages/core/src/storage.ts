import type { ByteStream, CallOptions } from './bytes.ts';
import type { Logger } from './logger.ts';
import type { RateLimit } from './rate-limit.ts';

/** `/`-separated, relative, no empty, `.` or `..` segment. Built by `backup-layout.ts` and `@freezer/format`, nowhere else. */
export type StorageKey = string;

export interface ObjectInfo {
  readonly key: StorageKey;
  /** Size in bytes. */
  readonly size: number;
  /** Milliseconds since the Unix epoch; absent where the backend does not keep it. */
  readonly modifiedAt?: number;
}

/** One name directly below a prefix. */
export interface StorageChild {
  /** A single segment. */
  readonly name: string;
  /** Whether something lies below it. A storage of directories also yields empty ones. */
  readonly isFolder: boolean;
}

export interface StorageCapabilities {
  /** A reader never sees half of a `put`. */
  readonly atomicPut: boolean;
  /** `ifAbsent` holds against other processes and hosts. */
  readonly exclusivePut: boolean;
  /** `get` honours `range` without reading what precedes it. */
  readonly rangeRead: boolean;
  /** `usage()` is implemented (the action `info`). */
  readonly usage: boolean;
  /** Largest single object in bytes; undefined = no limit that matters here. */
  readonly maxObjectBytes?: number;
}

export interface PutOptions extends CallOptions {
  /** Fails with `already_exists`, and leaves what is there, when the key exists. Guaranteed only with `capabilities.exclusivePut`. */
  readonly ifAbsent?: boolean;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface UsageInfo {
  readonly container: string;
  readonly bytes: number;
  readonly objects: number;
}

/**
 * Where a storage keeps unfinished writes of its own (`.freezer-tmp/<run id>/`, whose first file is `owner`).
 * A storage whose `put` needs no such place has none.
 */
export interface StorageRemains {
  /** Rewrites the owner file of this run, so that others see it alive. */
  refresh(owner: Uint8Array): Promise<void>;
  /** Every run folder but this run's: the bytes of its `owner` file (undefined: missing) and when that was last written (ms). */
  list(): AsyncIterable<{ readonly runId: string; readonly owner: Uint8Array | undefined; readonly modifiedAt: number }>;
  /** Removes one run folder. Absent is fine. */
  remove(runId: string): Promise<void>;
}

/**
 * A place for objects. All calls reject with a `FreezerError`: `not_found`, `already_exists`, `permission_denied`,
 * `unauthenticated`, `unavailable`, `no_space` (a full disk, a quota), `timeout`, `corrupt`, `invalid`, or `unexpected`.
 * What is written is durable when `put` resolves. Calls may run at the same time.
 */
export interface Storage extends AsyncDisposable {
  /** The value of `--storage`: 'local', 'swift', 'ssh', 's3', 'ftp', 'ftps'; an open list. */
  readonly kind: string;
  /** For messages and for the agent's own records: kind and place, never a credential; equal for equal places. */
  readonly label: string;
  /** The folder of this host below which all objects lie; absent where they lie elsewhere. What is in it must not be saved into it, nor pruned. */
  readonly hostPath?: string | undefined;
  readonly capabilities: StorageCapabilities;
  readonly remains?: StorageRemains;

  /** Creates the container or directory. Idempotent. */
  prepare(options?: CallOptions): Promise<void>;

  /**
   * Writes the whole of `body` under `key`, replacing what was there; pulls only as fast as it writes.
   * Before it resolves nobody sees the object, nor an empty folder made for it. When `body` throws, that error is rethrown
   * and nothing stays.
   */
  put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo>;

  /**
   * The bytes of an object. `not_found` on the first pull when there is none. Breaking out of the loop releases the connection.
   * A range beyond the end yields what there is; an offset beyond the end is `range_not_satisfied`.
   */
  get(key: StorageKey, options?: CallOptions & { readonly range?: ByteRange }): ByteStream;

  /** Undefined when there is no object. */
  stat(key: StorageKey, options?: CallOptions): Promise<ObjectInfo | undefined>;

  /** Every object below `prefix` (whole segments; '' = all), recursively, in no promised order. An absent prefix yields nothing. Never yields `.freezer-tmp`. */
  list(prefix: StorageKey, options?: CallOptions): AsyncIterable<ObjectInfo>;

  /** The names directly below `prefix`, in no promised order. An absent prefix yields nothing. Never yields `.freezer-tmp`. */
  children(prefix: StorageKey, options?: CallOptions): AsyncIterable<StorageChild>;

  /** Removes one object, and the folders that this empties. Absent is fine. Needs no space. */
  remove(key: StorageKey, options?: CallOptions): Promise<void>;

  /** Removes everything below `prefix`. Where a rename can, all of it disappears at once before anything is deleted; not where there is no space for that. Absent is fine. Folders above stay. */
  removeTree(prefix: StorageKey, options?: CallOptions): Promise<void>;

  /**
   * Only where bytes are gathered before they are sent: from now on they are sent no faster than this, and a body is pulled without regard to it.
   * Elsewhere a body that comes slowly is enough.
   */
  readonly limitUploads?: (limit: RateLimit) => void;

  /** Present exactly when `capabilities.usage`. */
  usage?(options?: CallOptions): AsyncIterable<UsageInfo>;

  /** Idempotent; same as `[Symbol.asyncDispose]()`. Removes what this run left in its temporary place. */
  close(): Promise<void>;
}

/** Reads a plugin's settings: throws a `FreezerError` `invalid` that names the key and what is allowed. A zod schema fits. */
export interface SettingsReader<Options> {
  parse(settings: Readonly<Record<string, unknown>>): Options;
}

/** What a storage package exports: how to read its settings (keys in snake_case, as in a `[storage:...]` section), and how to open it. */
export interface StoragePlugin<Options = unknown> {
  readonly kind: string;
  readonly settings: SettingsReader<Options>;
  open(options: Options, deps: StorageDeps): Promise<Storage>;
}

export interface StorageDeps {
  readonly logger: Logger;
  /** This run, and the bytes with which each temporary folder begins. */
  readonly run: { readonly id: string; readonly owner: Uint8Array };
}
