import type { CallOptions } from './bytes.ts';

/** What the API keeps. Ids are unique within a kind, over all projects. */
export const DOCUMENT_KINDS = ['clients', 'jobs', 'actions', 'sessions', 'backups', 'runs', 'leases'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** Whose document it is. */
export interface DocumentOwner {
  readonly projectId: string;
  readonly userId: string;
}

export interface Stored<T> {
  readonly id: string;
  readonly document: T;
  /** The document as JSON text, of stores that have it so: an answer that shows all of it need not write it anew. */
  readonly json?: string | undefined;
  readonly owner: DocumentOwner;
  /** 1 when it was created, one more with each `replace`. For answers. */
  readonly revision: number;
  /** The store's own token for optimistic writes; callers only hand it back. */
  readonly version: string;
}

export type Scalar = string | number | boolean | null;

/**
 * Holds when the document has `value` under `key`. A key without dots is looked for at any depth, also inside lists, and holds when any of the
 * places does; one with dots is a path from the top. Types count (`"1"` is not `1`), but a stored number also equals its text.
 */
export interface FieldMatch {
  readonly key: string;
  readonly value: Scalar;
}

/** A number under a path from the top, both ends included. A document without it is outside. */
export interface FieldRange {
  readonly path: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Whose documents are looked at: all conditions given hold, or `shared` does. An empty scope is everybody's; only a policy check may make one. */
export interface DocumentScope {
  readonly projectId?: string | undefined;
  readonly userId?: string | undefined;
  /** Documents that everybody sees: central clients. */
  readonly shared?: FieldMatch | undefined;
}

export interface DocumentFilter {
  readonly scope: DocumentScope;
  /** All must hold. */
  readonly match?: readonly FieldMatch[];
  /** None may hold. */
  readonly matchNot?: readonly FieldMatch[];
  /** Words, each of which must be found at the beginning of a word (letters and digits, case ignored) of some text or number of the document. */
  readonly text?: string | undefined;
  readonly ranges?: readonly FieldRange[];
}

export interface DocumentSearch extends DocumentFilter {
  readonly limit: number;
  readonly offset: number;
  /** The id after which to go on, in the order asked for; its document may be gone (then the page is empty). */
  readonly marker?: string | undefined;
  /** A path from the top; documents without it come last. Without: the order of creation. Ties go by the order of creation. */
  readonly sort?: { readonly path: string; readonly descending: boolean } | undefined;
}

export interface DocumentStore<T extends object> {
  /** Fails with `already_exists`. Durable when it resolves, and read by every later call. */
  create(id: string, document: T, owner: DocumentOwner, options?: CallOptions): Promise<Stored<T>>;
  /** Undefined when there is none in the scope. */
  get(id: string, scope: DocumentScope, options?: CallOptions): Promise<Stored<T> | undefined>;
  /** Reads-your-writes; while others write, a page by `marker` neither repeats nor leaves out what was there all the time. */
  search(search: DocumentSearch, options?: CallOptions): Promise<readonly Stored<T>[]>;
  count(filter: DocumentFilter, options?: CallOptions): Promise<number>;
  /** A short text that changes when the answer to `search` could: for conditional requests. Cheaper than the search. */
  fingerprint(filter: DocumentFilter, options?: CallOptions): Promise<string>;
  /**
   * Compare-and-set of the whole document, owner included. Fails with `not_found`, or with `conflict` when `expected.version` is no longer the
   * current one: of several writers that read the same version exactly one succeeds, on all processes together.
   */
  replace(id: string, document: T, owner: DocumentOwner, expected: { readonly version: string }, options?: CallOptions): Promise<Stored<T>>;
  /** Resolves to whether there was one (of that version, when it is given; another one fails with `conflict`). */
  remove(id: string, expected?: { readonly version: string }, options?: CallOptions): Promise<boolean>;
}

/** Where the API keeps its documents. Calls may run at the same time. Errors: `unavailable`, `timeout`, `permission_denied`, `unexpected`. */
export interface Store extends AsyncDisposable {
  /** The value of `[storage] backend`: 'sqlite', 'postgresql', 'mysql', 'elasticsearch'. */
  readonly kind: string;
  /** Whether writes that are begun at the same time become durable together, by one sync; else each costs a turn of its own. */
  readonly gathersWrites?: boolean;
  documents<T extends object>(kind: DocumentKind): DocumentStore<T>;
  /** Creates or updates tables or index mappings. Idempotent, also when several processes do it at the same time. */
  migrate(): Promise<void>;
  /** Gives what is there the settings that are named, where a store has such, and resolves to them: `freezer-manage db update-settings`. */
  updateSettings?(): Promise<Readonly<Record<string, string | number>>>;
  /** Names of the tables or indices that are there: `freezer-manage db show`. */
  describe(): Promise<readonly string[]>;
  /** Removes all tables or indices of Freezer: `freezer-manage db remove`. */
  drop(): Promise<void>;
  /** For the health route; fails with `unavailable`. */
  ping(options?: CallOptions): Promise<void>;
}
