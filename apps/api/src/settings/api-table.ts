import { LOG_OPTIONS } from '@freezer/log/options';
import { CONFIG_OPTIONS, type Option, OptionTable, type SettingsOf } from '@freezer/settings/text';
import { HTTP_OPTIONS } from './options/http.ts';
import { CENTRAL_OPTIONS, KEYSTONE_OPTIONS, POLICY_OPTIONS } from './options/keystone.ts';
import { SERVICE_OPTIONS } from './options/service.ts';
import { STORE_OPTIONS } from './options/store.ts';

const ROWS = [
  ...SERVICE_OPTIONS,
  ...HTTP_OPTIONS,
  ...STORE_OPTIONS,
  ...KEYSTONE_OPTIONS,
  ...CENTRAL_OPTIONS,
  ...POLICY_OPTIONS,
  ...CONFIG_OPTIONS,
  ...LOG_OPTIONS,
] as const satisfies readonly Option[];

export type ApiRow = (typeof ROWS)[number];

/** The settings of the service, keys as in its files: `bind_port`, `database.connection`. */
export type ApiSettings = SettingsOf<ApiRow>;

/** Every option that freezer-api knows. */
export const API_TABLE = new OptionTable<Option>(ROWS, [
  { group: 'service', title: 'Service' },
  { group: 'http', title: 'HTTP' },
  { group: 'store', title: 'Store' },
  { group: 'elasticsearch', title: 'Elasticsearch' },
  { group: 'keystone', title: 'Keystone' },
  { group: 'policy', title: 'Policy' },
  { group: 'config', title: 'Configuration' },
  { group: 'logging', title: 'Log' },
]);
