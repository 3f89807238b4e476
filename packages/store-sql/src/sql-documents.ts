import {
  type CallOptions,
  checkDocumentId,
  checkDocumentOwner,
  type DocumentFilter,
  type DocumentKind,
  type DocumentOwner,
  type DocumentScope,
  type DocumentSearch,
  type DocumentStore,
  documentJson,
  inScope,
  isDocumentId,
  type Stored,
} from '@freezer/core';
import type { CompiledQuery } from 'kysely';
import { boundedCall, type CallBounds, lateAnswer } from './bounded-call.ts';
import type { Database, Place, Reading } from './place.ts';
import { DOCUMENT_COLUMNS, type FoundRow, StoredRow } from './rows.ts';
import { countDocuments, fingerprintOf, searchDocuments } from './search/search-documents.ts';
import { createDocument, type Incoming, noSuch, removeDocument, replaceDocument, type Write } from './write/write-document.ts';

/** The documents of one kind. */
export class SqlDocuments<T extends object> implements DocumentStore<T> {
  readonly #place: Place;
  readonly #kind: DocumentKind;
  readonly #timeoutMs: number;

  constructor(place: Place, kind: DocumentKind, timeoutMs: number) {
    this.#place = place;
    this.#kind = kind;
    this.#timeoutMs = timeoutMs;
  }

  async create(id: string, document: T, owner: DocumentOwner, options: CallOptions = {}): Promise<Stored<T>> {
    checkDocumentId(id);
    const incoming = this.#incoming(document, owner);
    const seq = await this.#write(id, options, async (write) => await createDocument(write, incoming));
    return stored(id, incoming, seq, 1);
  }

  async get(id: string, scope: DocumentScope, options: CallOptions = {}): Promise<Stored<T> | undefined> {
    const row = await this.#read(options, async (reading) => await this.#row(reading, id));
    const found = row && new StoredRow<T>(row);
    return found && isSeen(found, scope) ? found : undefined;
  }

  async search(search: DocumentSearch, options: CallOptions = {}): Promise<readonly Stored<T>[]> {
    const rows = await this.#read(options, async (reading) => await searchDocuments(reading, this.#kind, search));
    return rows.map((row) => new StoredRow<T>(row));
  }

  async count(filter: DocumentFilter, options: CallOptions = {}): Promise<number> {
    return await this.#read(options, async (reading) => await countDocuments(reading, this.#kind, filter));
  }

  async fingerprint(filter: DocumentFilter, options: CallOptions = {}): Promise<string> {
    return await this.#read(options, async (reading) => await fingerprintOf(reading, this.#kind, filter));
  }

  async replace(id: string, document: T, owner: DocumentOwner, expected: { readonly version: string }, options: CallOptions = {}): Promise<Stored<T>> {
    const incoming = this.#incoming(document, owner);
    if (!isDocumentId(id)) throw noSuch(this.#kind, id);
    const { seq, revision } = await this.#write(id, options, async (write) => await replaceDocument(write, incoming, expected.version));
    return stored(id, incoming, seq, revision);
  }

  async remove(id: string, expected?: { readonly version: string }, options: CallOptions = {}): Promise<boolean> {
    return isDocumentId(id) && (await this.#write(id, options, async (write) => await removeDocument(write, expected?.version)));
  }

  #incoming(document: T, owner: DocumentOwner): Incoming {
    checkDocumentOwner(owner);
    return { document, text: documentJson(document), owner: { projectId: owner.projectId, userId: owner.userId } };
  }

  async #row({ reader, shaped }: Reading, id: string): Promise<FoundRow | undefined> {
    if (!isDocumentId(id)) return undefined;
    const build = (): CompiledQuery<FoundRow> =>
      reader.selectFrom('freezer_documents').select(DOCUMENT_COLUMNS).where('kind', '=', this.#kind).where('id', '=', id).compile();
    return await shaped.row('document', [this.#kind, id], build);
  }

  async #read<R>({ signal }: CallOptions, work: (reading: Reading) => Promise<R>): Promise<R> {
    return await this.#named(signal, async (bounds) => await this.#place.read(work, bounds));
  }

  /**
   * What comes to its end after its caller was told that the database did not answer is taken back: the caller may do it again. A commit that has begun
   * cannot be.
   */
  async #write<R>(id: string, { signal }: CallOptions, work: (write: Write) => Promise<R>): Promise<R> {
    const end = performance.now() + this.#timeoutMs;
    let isCommitting = false;
    const inTransaction = async (database: Database): Promise<R> => {
      isCommitting = false;
      signal?.throwIfAborted();
      const result = await work({ database, dialect: this.#place.dialect, kind: this.#kind, id });
      signal?.throwIfAborted();
      if (performance.now() >= end) throw lateAnswer(this.#timeoutMs);
      isCommitting = true;
      return result;
    };
    return await this.#named(signal, async (bounds) => await boundedCall(() => this.#place.write(inTransaction), { ...bounds, isFinal: () => isCommitting }));
  }

  /** The caller's reason stays what it is; what drivers throw becomes ours. */
  async #named<R>(signal: AbortSignal | undefined, work: (bounds: CallBounds) => Promise<R>): Promise<R> {
    try {
      return await work({ signal, timeoutMs: this.#timeoutMs });
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      throw this.#place.failure(error);
    }
  }
}

/** The document itself matters only where some are seen by everybody. */
function isSeen(found: Stored<object>, scope: DocumentScope): boolean {
  return inScope(scope.shared ? found.document : {}, found.owner, scope);
}

/** What is answered is read from what was written, so that nobody changes the one by the other. */
function stored<T extends object>(id: string, { text, owner }: Incoming, seq: number, revision: number): Stored<T> {
  return new StoredRow({ seq, id, project_id: owner.projectId, user_id: owner.userId, revision, document: text });
}
