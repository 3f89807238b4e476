import { LOG_OPTIONS } from '@freezer/log/options';
import { CONFIG_OPTIONS, type Option, OptionTable, type SettingsOf } from '@freezer/settings/text';
import { HTTP_OPTIONS } from '../settings/options/http.ts';
import { CENTRAL_OPTIONS, KEYSTONE_OPTIONS, POLICY_OPTIONS } from '../settings/options/keystone.ts';
import { SERVICE_OPTIONS } from '../settings/options/service.ts';
import { STORE_OPTIONS } from '../settings/options/store.ts';
import { MANAGE_OPTIONS } from './manage-options.ts';
import { REINDEX_OPTIONS, STORAGE_OPTIONS } from './reindex/reindex-options.ts';

const OF_SERVICE: readonly Option[] = [...SERVICE_OPTIONS, ...HTTP_OPTIONS, ...CENTRAL_OPTIONS, ...POLICY_OPTIONS];
const STATE_DIR = 'state-dir';

/** The service's own settings stand in the same files, and are none of this command's. */
const FOREIGN = OF_SERVICE.filter(({ name }) => name !== STATE_DIR).map((option): Option => ({ ...option, only: 'files' }));

export type ManageRow =
  | (typeof MANAGE_OPTIONS)[number]
  | (typeof REINDEX_OPTIONS)[number]
  | (typeof STORE_OPTIONS)[number]
  | (typeof KEYSTONE_OPTIONS)[number]
  | (typeof CONFIG_OPTIONS)[number]
  | (typeof LOG_OPTIONS)[number]
  | Extract<(typeof SERVICE_OPTIONS)[number], { readonly name: typeof STATE_DIR | 'auth' }>;

export type ManageSettings = SettingsOf<ManageRow>;

const ROWS: readonly Option[] = [
  ...MANAGE_OPTIONS,
  ...REINDEX_OPTIONS,
  ...OF_SERVICE.filter(({ name }) => name === STATE_DIR),
  ...STORE_OPTIONS,
  ...KEYSTONE_OPTIONS,
  ...CONFIG_OPTIONS,
  ...LOG_OPTIONS,
  ...FOREIGN,
];

const GROUPS = [
  { group: 'manage', title: 'What is done' },
  { group: 'service', title: 'Service' },
  { group: 'store', title: 'Store' },
  { group: 'elasticsearch', title: 'Elasticsearch' },
  { group: 'config', title: 'Configuration' },
  { group: 'logging', title: 'Log' },
];

/** The settings of this command, also those that its files and the environment give. */
export const MANAGE_TABLE = new OptionTable<Option>(ROWS, GROUPS);

/** What the command line knows besides: the storage of reindex, of which the files of the service say nothing. */
export const MANAGE_LINE_TABLE = new OptionTable<Option>([...ROWS, ...STORAGE_OPTIONS], [...GROUPS, { group: 'storage', title: 'Storage of reindex' }]);
