import type { CallOptions } from './bytes.ts';

export type DocumentKind = 'clients' | 'jobs' | 'actions' | 'sessions' | 'backups';

/** Whose document it is. */
export interface DocumentOwner {
  readonly projectId: string;
  readonly userId: string;
}

/** `version` is the store's own token for optimistic writes; callers only hand it back. */
export interface Stored<T> {
  readonly id: string;
  readonly document: T;
  readonly owner: DocumentOwner;
  readonly version: string;
}

export interface DocumentSearch {
  /** Undefined = every project; only a policy check may leave it out. */
  readonly projectId?: string | undefined;
  /** All must hold; a dotted path names a nested field. */
  readonly match?: Readonly<Record<string, string | number | boolean>>;
  readonly limit: number;
  /** The id after which to go on in the stable order of the store. */
  readonly marker?: string | undefined;
  readonly offset: number;
}

export interface DocumentStore<T extends object> {
  /** Fails with `already_exists`. Read-your-writes: a `get` that follows sees it. */
  create(id: string, document: T, owner: DocumentOwner, options?: CallOptions): Promise<Stored<T>>;
  get(id: string, projectId: string | undefined, options?: CallOptions): Promise<Stored<T> | undefined>;
  search(search: DocumentSearch, options?: CallOptions): Promise<readonly Stored<T>[]>;
  /** Fails with `not_found`, or with `conflict` when `version` is no longer the current one. */
  replace(id: string, document: T, owner: DocumentOwner, expected: { readonly version: string }, options?: CallOptions): Promise<Stored<T>>;
  /** Resolves to whether there was one. */
  remove(id: string, projectId: string, options?: CallOptions): Promise<boolean>;
}

/** Where the API keeps its documents. */
export interface Store extends AsyncDisposable {
  documents<T extends object>(kind: DocumentKind): DocumentStore<T>;
  /** Creates or updates tables or index mappings. Idempotent. */
  migrate(): Promise<void>;
  /** For the health route; fails with `unavailable`. */
  ping(options?: CallOptions): Promise<void>;
}
