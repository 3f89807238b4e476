import {
  type CallOptions,
  compareSortValues,
  DOCUMENT_KINDS,
  type DocumentFilter,
  type DocumentKind,
  type DocumentOwner,
  type DocumentScope,
  type DocumentSearch,
  type DocumentStore,
  FreezerError,
  inScope,
  matchesFilter,
  type Store,
  type Stored,
  sortValueAt,
} from '@freezer/core';

interface Row {
  readonly id: string;
  /** The order of creation. */
  readonly serial: number;
  readonly text: string;
  readonly owner: DocumentOwner;
  readonly revision: number;
  readonly version: string;
}

/** What several memory stores share when they are "the same place", as seen by several processes. */
export interface MemoryStorePlace {
  readonly kinds: Map<DocumentKind, Map<string, Row>>;
  /** Grows with every write. */
  writes: number;
}

/** A place that is empty. */
export const createMemoryStorePlace = (): MemoryStorePlace => ({ kinds: new Map(), writes: 0 });

/** Keeps documents in memory; promises all that a store can promise but to outlive the process. */
export class MemoryStore implements Store {
  readonly kind = 'memory';
  readonly gathersWrites: boolean = true;
  /** For a look behind the contract. */
  readonly place: MemoryStorePlace;

  constructor(place: MemoryStorePlace = createMemoryStorePlace()) {
    this.place = place;
  }

  documents<T extends object>(kind: DocumentKind): DocumentStore<T> {
    return new MemoryDocuments<T>(this.place, kind);
  }

  async migrate(): Promise<void> {
    for (const kind of DOCUMENT_KINDS) if (!this.place.kinds.has(kind)) this.place.kinds.set(kind, new Map());
  }

  async describe(): Promise<readonly string[]> {
    return [...this.place.kinds.keys()].toSorted();
  }

  async drop(): Promise<void> {
    this.place.kinds.clear();
  }

  async ping({ signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is open.
  }
}

class MemoryDocuments<T extends object> implements DocumentStore<T> {
  readonly #place: MemoryStorePlace;
  readonly #kind: DocumentKind;

  constructor(place: MemoryStorePlace, kind: DocumentKind) {
    this.#place = place;
    this.#kind = kind;
  }

  get #rows(): Map<string, Row> {
    const rows = this.#place.kinds.get(this.#kind);
    if (!rows) throw new FreezerError('unavailable', `memory store: '${this.#kind}' was not migrated`);
    return rows;
  }

  async create(id: string, document: T, owner: DocumentOwner, { signal }: CallOptions = {}): Promise<Stored<T>> {
    signal?.throwIfAborted();
    const rows = this.#rows;
    if (rows.has(id)) throw new FreezerError('already_exists', `memory store: ${this.#kind} '${id}' exists already`);
    const serial = this.#nextWrite();
    return this.#put({ id, serial, text: JSON.stringify(document), owner: { ...owner }, revision: 1, version: String(serial) });
  }

  async get(id: string, scope: DocumentScope, { signal }: CallOptions = {}): Promise<Stored<T> | undefined> {
    signal?.throwIfAborted();
    const row = this.#rows.get(id);
    if (!row) return undefined;
    const stored = storedOf<T>(row);
    return inScope(stored.document, row.owner, scope) ? stored : undefined;
  }

  async search(search: DocumentSearch, { signal }: CallOptions = {}): Promise<readonly Stored<T>[]> {
    signal?.throwIfAborted();
    const { sort, marker, offset, limit } = search;
    const found = this.#matching(search);
    if (sort) {
      const keyed = found.map((stored) => ({ stored, value: sortValueAt(stored.document, sort.path) }));
      found.splice(0, found.length, ...keyed.toSorted((one, two) => compareSortValues(one.value, two.value, sort.descending)).map(({ stored }) => stored));
    }
    const at = marker === undefined ? 0 : this.#after(found, search, marker);
    return at === undefined ? [] : found.slice(at + offset, at + offset + limit);
  }

  async count(filter: DocumentFilter, { signal }: CallOptions = {}): Promise<number> {
    signal?.throwIfAborted();
    return this.#matching(filter).length;
  }

  async fingerprint(_filter: DocumentFilter, { signal }: CallOptions = {}): Promise<string> {
    signal?.throwIfAborted();
    return String(this.#place.writes);
  }

  async replace(id: string, document: T, owner: DocumentOwner, { version }: { readonly version: string }, { signal }: CallOptions = {}): Promise<Stored<T>> {
    signal?.throwIfAborted();
    const row = this.#rows.get(id);
    if (!row) throw new FreezerError('not_found', `memory store: there is no ${this.#kind} '${id}'`);
    if (row.version !== version) throw this.#conflict(id);
    return this.#put({ ...row, text: JSON.stringify(document), owner: { ...owner }, revision: row.revision + 1, version: String(this.#nextWrite()) });
  }

  async remove(id: string, expected?: { readonly version: string }, { signal }: CallOptions = {}): Promise<boolean> {
    signal?.throwIfAborted();
    const row = this.#rows.get(id);
    if (!row) return false;
    if (expected && row.version !== expected.version) throw this.#conflict(id);
    this.#nextWrite();
    return this.#rows.delete(id);
  }

  #nextWrite(): number {
    this.#place.writes += 1;
    return this.#place.writes;
  }

  #put(row: Row): Stored<T> {
    this.#rows.set(row.id, row);
    return storedOf<T>(row);
  }

  #conflict(id: string): FreezerError {
    return new FreezerError('conflict', `memory store: ${this.#kind} '${id}' was changed meanwhile`);
  }

  #matching(filter: DocumentFilter): Stored<T>[] {
    const found: Stored<T>[] = [];
    for (const row of this.#rows.values()) {
      const stored = storedOf<T>(row);
      if (inScope(stored.document, row.owner, filter.scope) && matchesFilter(stored.document, filter)) found.push(stored);
    }
    return found;
  }

  /** Where a page by marker begins; undefined: nowhere. The marker's document need not match the filter any more. */
  #after(found: readonly Stored<T>[], { sort, scope }: DocumentSearch, marker: string): number | undefined {
    const row = this.#rows.get(marker);
    if (!row) return undefined;
    const { document } = storedOf<T>(row);
    if (!inScope(document, row.owner, scope)) return undefined;
    const index = found.findIndex(({ id }) => {
      const other = this.#rows.get(id);
      if (!other) return false;
      const difference = sort ? compareSortValues(sortValueAt(storedOf<T>(other).document, sort.path), sortValueAt(document, sort.path), sort.descending) : 0;
      return difference > 0 || (difference === 0 && other.serial > row.serial);
    });
    return index === -1 ? found.length : index;
  }
}

function storedOf<T extends object>({ id, text, owner, revision, version }: Row): Stored<T> {
  return { id, document: JSON.parse(text) as T, json: text, owner: { ...owner }, revision, version };
}
