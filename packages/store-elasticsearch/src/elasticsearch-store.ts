import { type CallOptions, DOCUMENT_KINDS, type DocumentKind, type DocumentStore, FreezerError, type Store } from '@freezer/core';
import { CreationClock } from './creation-clock.ts';
import { ElasticsearchDocuments } from './elasticsearch-documents.ts';
import { clientFailure } from './failures.ts';
import { MAPPING } from './mapping.ts';
import { called, during, type Place, tried } from './place.ts';

/** What is not named is the default in a new index, and stays as it is in one that is there. */
export interface IndexSettings {
  readonly replicas: number | undefined;
  readonly refreshIntervalMs: number | undefined;
}

const DEFAULT_REPLICAS = 0;
const DEFAULT_REFRESH_MS = 50;

/** Documents in indices of Elasticsearch 7.17, 8 and 9, one for each kind. */
export class ElasticsearchStore implements Store {
  readonly kind = 'elasticsearch';
  readonly #place: Place;
  readonly #settings: IndexSettings;
  readonly #clock = new CreationClock();
  #closed: Promise<void> | undefined;

  constructor(place: Place, settings: IndexSettings) {
    this.#place = place;
    this.#settings = settings;
  }

  documents<T extends object>(kind: DocumentKind): DocumentStore<T> {
    return new ElasticsearchDocuments<T>(this.#place, kind, this.#clock);
  }

  async migrate(): Promise<void> {
    await Promise.all(DOCUMENT_KINDS.map((kind) => this.#administered(() => this.#migrateKind(kind))));
  }

  async #migrateKind(kind: DocumentKind): Promise<void> {
    const { client, names } = this.#place;
    const alias = names.alias(kind);
    if (!(await client.indices.existsAlias({ name: alias }))) {
      try {
        await client.indices.create({
          index: names.first(kind),
          aliases: { [alias]: { is_write_index: true } },
          mappings: MAPPING,
          settings: {
            index: {
              number_of_shards: 1,
              number_of_replicas: DEFAULT_REPLICAS,
              refresh_interval: `${DEFAULT_REFRESH_MS}ms`,
              ...this.#named(),
              // A write is on disk before it is told.
              'translog.durability': 'request',
            },
          },
        });
        return;
      } catch (error) {
        // Another process made it in the meantime.
        if (clientFailure(error).type !== 'resource_already_exists_exception') throw error;
      }
    }
    await client.indices.putMapping({ index: alias, ...MAPPING });
  }

  #named(): Readonly<Record<string, string | number>> {
    const { replicas, refreshIntervalMs } = this.#settings;
    return {
      ...(replicas !== undefined && { number_of_replicas: replicas }),
      ...(refreshIntervalMs !== undefined && { refresh_interval: `${refreshIntervalMs}ms` }),
    };
  }

  /** Gives the indices that are there what the options name, and leaves the rest as the cluster has it: `freezer-manage db update-settings`. */
  async updateSettings(): Promise<Readonly<Record<string, string | number>>> {
    const named = this.#named();
    await this.#administered(async () => {
      const index = await this.#indices();
      if (index.length > 0 && Object.keys(named).length > 0) await this.#place.client.indices.putSettings({ index, settings: { index: named } });
    });
    return named;
  }

  async describe(): Promise<readonly string[]> {
    return await this.#administered(() => this.#indices());
  }

  /** What may be done twice. */
  #administered<T>(work: () => Promise<T>): Promise<T> {
    return called(this.#place, {}, (call) => tried(this.#place, call, work));
  }

  async #indices(): Promise<string[]> {
    const { client, names } = this.#place;
    const found = await client.indices.getSettings({ index: names.pattern, allow_no_indices: true });
    return Object.keys(found)
      .filter((index) => names.isOurs(index))
      .toSorted();
  }

  async drop(): Promise<void> {
    await this.#administered(async () => {
      const index = await this.#indices();
      if (index.length > 0) await this.#place.client.indices.delete({ index, ignore_unavailable: true });
    });
  }

  async ping(options: CallOptions = {}): Promise<void> {
    await called(this.#place, options, async (call) => {
      // The root page is no sign of health, and not every server has one.
      const { client } = this.#place;
      const once = { policy: { ...this.#place.policy, retries: 1 } };
      const { status } = await tried(once, call, () => client.cluster.health({ timeout: '5s' }, during(call)));
      if (String(status).toLowerCase() === 'red')
        throw new FreezerError('unavailable', 'Elasticsearch: the cluster is red: parts of the data cannot be reached');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#place.client.close();
    await this.#closed;
  }
}
