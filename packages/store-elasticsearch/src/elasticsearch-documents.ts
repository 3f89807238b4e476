import { randomUUID } from 'node:crypto';
import type { estypes } from '@elastic/elasticsearch';
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
  FreezerError,
  inScope,
  isDocumentId,
  type Stored,
} from '@freezer/core';
import type { CreationClock } from './creation-clock.ts';
import { failureOf, hasStatus } from './failures.ts';
import { called, during, type Place, type StoreCall, tried, written } from './place.ts';
import { filterQuery } from './query.ts';
import { type DocumentRecord, recordId, recordOf } from './record.ts';
import { searchPages } from './search-pages.ts';

const READ_FIELDS = ['id', 'project_id', 'user_id', 'document', 'created', 'revision', 'write'];

interface Found {
  readonly record: DocumentRecord;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** The documents of one kind, in one index. */
export class ElasticsearchDocuments<T extends object> implements DocumentStore<T> {
  readonly #place: Place;
  readonly #kind: DocumentKind;
  readonly #index: string;
  readonly #clock: CreationClock;

  constructor(place: Place, kind: DocumentKind, clock: CreationClock) {
    this.#place = place;
    this.#kind = kind;
    this.#index = place.names.alias(kind);
    this.#clock = clock;
  }

  async create(id: string, document: T, owner: DocumentOwner, options: CallOptions = {}): Promise<Stored<T>> {
    checkDocumentId(id);
    checkDocumentOwner(owner);
    const record = recordOf(id, documentJson(document), { owner, created: this.#clock.next(), revision: 1, write: randomUUID() });
    return await called(this.#place, options, async (call) => {
      try {
        return await this.#put(record, { op_type: 'create' }, call);
      } catch (error) {
        if (hasStatus(error, 409)) throw new FreezerError('already_exists', `there is a document '${id}' among ${this.#kind} already`, { cause: error });
        throw error;
      }
    });
  }

  async get(id: string, scope: DocumentScope, options: CallOptions = {}): Promise<Stored<T> | undefined> {
    if (!isDocumentId(id)) return undefined;
    const found = await called(this.#place, options, async (call) => await this.#found(id, call));
    const stored = found && storedOf<T>(found.record, found.seqNo, found.primaryTerm);
    return stored && inScope(stored.document, stored.owner, scope) ? stored : undefined;
  }

  async search(search: DocumentSearch, options: CallOptions = {}): Promise<readonly Stored<T>[]> {
    return await called(this.#place, options, async (call) => {
      const marker = search.marker === undefined ? undefined : await this.#marker(search.marker, search.scope, call);
      if ((search.marker !== undefined && !marker) || search.limit <= 0) return [];
      const hits = await searchPages(this.#place, this.#index, { search, marker, call });
      return hits.flatMap((hit) => (hit._source ? [storedOf<T>(hit._source, hit._seq_no ?? 0, hit._primary_term ?? 0)] : []));
    });
  }

  async count(filter: DocumentFilter, options: CallOptions = {}): Promise<number> {
    return await called(this.#place, options, async (call) => {
      const { client } = this.#place;
      const request = { index: this.#index, query: filterQuery(filter) };
      return (await tried(this.#place, call, () => client.count(request, during(call)))).count;
    });
  }

  /** Each write gives its document another mark: number and sum of the marks tell of creations, changes and removals alike. */
  async fingerprint(filter: DocumentFilter, options: CallOptions = {}): Promise<string> {
    return await called(this.#place, options, async (call) => {
      const { client } = this.#place;
      const request = { index: this.#index, size: 0, track_total_hits: false, query: filterQuery(filter), aggs: { marks: { stats: { field: 'mark' } } } };
      const answer = await tried(this.#place, call, () => client.search<never, { marks: estypes.AggregationsStatsAggregate }>(request, during(call)));
      const { count = 0, sum = 0 } = answer.aggregations?.marks ?? {};
      return `${count}.${sum.toString(36)}`;
    });
  }

  async replace(id: string, document: T, owner: DocumentOwner, expected: { readonly version: string }, options: CallOptions = {}): Promise<Stored<T>> {
    checkDocumentOwner(owner);
    const text = documentJson(document);
    return await called(this.#place, options, async (call) => {
      const current = await this.#found(id, call);
      if (!current) throw this.#noSuch(id);
      if (versionOf(current.seqNo, current.primaryTerm) !== expected.version) throw this.#changed(id);
      const { created, revision } = current.record;
      const record = recordOf(id, text, { owner, created, revision: revision + 1, write: randomUUID() });
      try {
        return await this.#put(record, { if_seq_no: current.seqNo, if_primary_term: current.primaryTerm }, call);
      } catch (error) {
        if (!hasStatus(error, 409)) throw error;
        throw (await this.#found(id, call)) ? this.#changed(id) : this.#noSuch(id);
      }
    });
  }

  async remove(id: string, expected?: { readonly version: string }, options: CallOptions = {}): Promise<boolean> {
    if (!isDocumentId(id)) return false;
    return await called(this.#place, options, async (call) => {
      const current = await this.#found(id, call);
      if (!current) return false;
      if (expected && versionOf(current.seqNo, current.primaryTerm) !== expected.version) throw this.#changed(id);
      return await this.#delete(id, expected ? current : undefined, call);
    });
  }

  async #put(record: DocumentRecord, condition: object, call: StoreCall): Promise<Stored<T>> {
    const { client } = this.#place;
    return await written(this.#place, call, {
      write: async () => {
        const answer = await client.index(
          { index: this.#index, id: recordId(record.id), document: record, refresh: 'wait_for', require_alias: true, ...condition },
          during(call),
        );
        return storedOf<T>(record, answer._seq_no ?? 0, answer._primary_term ?? 0);
      },
      isRefused: (error) => hasStatus(error, 409),
      isOurs: async () => {
        const found = await this.#found(record.id, call);
        return found?.record.write === record.write ? storedOf<T>(record, found.seqNo, found.primaryTerm) : undefined;
      },
    });
  }

  async #delete(id: string, version: Found | undefined, call: StoreCall): Promise<boolean> {
    const { client } = this.#place;
    const condition = version ? { if_seq_no: version.seqNo, if_primary_term: version.primaryTerm } : {};
    try {
      return await written(this.#place, call, {
        write: async () => {
          await client.delete({ index: this.#index, id: recordId(id), refresh: 'wait_for', ...condition }, during(call));
          return true;
        },
        isRefused: (error) => hasStatus(error, 404) || hasStatus(error, 409),
        isOurs: async () => ((await this.#found(id, call)) ? undefined : true),
      });
    } catch (error) {
      if (hasStatus(error, 404) && failureOf(error).code !== 'unavailable') return false;
      if (!hasStatus(error, 409)) throw error;
      if (await this.#found(id, call)) throw this.#changed(id);
      return false;
    }
  }

  /** The record behind which a page begins. One that is out of scope is none: whoever asks must not learn that there is one. */
  async #marker(id: string, scope: DocumentScope, call: StoreCall): Promise<DocumentRecord | undefined> {
    const found = await this.#found(id, call);
    if (!found) return undefined;
    const { document, owner } = storedOf<object>(found.record, 0, 0);
    return inScope(document, owner, scope) ? found.record : undefined;
  }

  async #found(id: string, call: StoreCall): Promise<Found | undefined> {
    try {
      const { client } = this.#place;
      const request = { index: this.#index, id: recordId(id), _source_includes: READ_FIELDS };
      const answer = await tried(this.#place, call, () => client.get<DocumentRecord>(request, during(call)));
      return answer._source && { record: answer._source, seqNo: answer._seq_no ?? 0, primaryTerm: answer._primary_term ?? 0 };
    } catch (error) {
      if (hasStatus(error, 404) && failureOf(error).code !== 'unavailable') return undefined;
      throw error;
    }
  }

  #noSuch(id: string): FreezerError {
    return new FreezerError('not_found', `there is no document '${id}' among ${this.#kind}`);
  }

  #changed(id: string): FreezerError {
    return new FreezerError('conflict', `document '${id}' among ${this.#kind} was changed by somebody else meanwhile`);
  }
}

const versionOf = (seqNo: number, primaryTerm: number): string => `${seqNo}.${primaryTerm}`;

function storedOf<T extends object>(record: DocumentRecord, seqNo: number, primaryTerm: number): Stored<T> {
  return {
    id: record.id,
    document: JSON.parse(record.document) as T,
    owner: { projectId: record.project_id, userId: record.user_id },
    revision: record.revision,
    version: versionOf(seqNo, primaryTerm),
  };
}
