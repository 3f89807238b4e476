import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import type { SettingsOf } from '@freezer/settings';
import type { ElasticsearchStoreOptions } from '@freezer/store-elasticsearch';
import type { SERVICE_OPTIONS } from '../settings/options/service.ts';
import type { STORE_OPTIONS } from '../settings/options/store.ts';

type StateDir = Extract<(typeof SERVICE_OPTIONS)[number], { readonly name: 'state-dir' }>;

/** What the choice of a store depends on: the same for freezer-api and freezer-manage. */
export type StoreSettings = SettingsOf<(typeof STORE_OPTIONS)[number] | StateDir>;

export interface ElasticsearchChoice extends ElasticsearchStoreOptions {
  readonly kind: 'elasticsearch';
}

export type SqlChoice = {
  readonly kind: 'sql';
  readonly poolSize: number;
} & (
  | {
      /** Of SQLite. */
      readonly path: string;
    }
  | {
      /** As oslo.db has it: `mysql+pymysql://...`. */
      readonly url: string;
    }
);

export type StoreChoice = SqlChoice | ElasticsearchChoice;

const SQL_NAMES = new Set(['sqlalchemy', 'sql', 'sqlite', 'postgresql', 'mysql', 'mariadb']);
const SQLITE_FILE = 'api.sqlite';

/** A module of Python's drivers, `freezer_api.storage.elastic.ElasticSearchEngine`, means the driver it holds. */
function kindOf(settings: StoreSettings): StoreChoice['kind'] {
  const named = settings['storage.driver'] ?? settings['storage.backend'] ?? 'sqlalchemy';
  const word = named.toLowerCase();
  if (SQL_NAMES.has(word) || /sqlalchemy/.test(word)) return 'sql';
  if (/elastic/.test(word)) return 'elasticsearch';
  throw new FreezerError(
    'invalid',
    `[storage] ${settings['storage.driver'] === undefined ? 'backend' : 'driver'}: '${named}' is unknown; allowed: sqlalchemy, elasticsearch${settings['storage.driver'] === undefined ? ', or the name of a section and driver beside it' : ''}`,
  );
}

/** The database that is named, else our own. */
function sqlPlace(settings: StoreSettings): { readonly path: string } | { readonly url: string } {
  const url = settings['database.connection'];
  return url === undefined || url === '' ? { path: join(settings.state_dir, SQLITE_FILE) } : { url };
}

function elasticsearch(settings: StoreSettings): ElasticsearchChoice {
  return {
    kind: 'elasticsearch',
    hosts: settings['elasticsearch.hosts'],
    httpAuth: settings['elasticsearch.http_auth'],
    index: settings['elasticsearch.index'],
    timeoutMs: settings['elasticsearch.timeout'] * 1000,
    retries: settings['elasticsearch.retries'],
    useSsl: settings['elasticsearch.use_ssl'],
    // Without a word about it certificates are checked where authorities are named.
    ...(settings['elasticsearch.verify_certs'] && { verifyCerts: true }),
    caCerts: settings['elasticsearch.ca_certs'],
    numberOfReplicas: settings['elasticsearch.number_of_replicas'],
  };
}

/** Where documents lie by the settings. Fails with `invalid`. */
export function storeChoice(settings: StoreSettings): StoreChoice {
  if (kindOf(settings) === 'elasticsearch') return elasticsearch(settings);
  return { kind: 'sql', ...sqlPlace(settings), poolSize: settings['database.max_pool_size'] };
}
