import { FreezerError } from '@freezer/core';
import { CommandLine, type ResolvedTable, type SettingsHost } from '@freezer/settings';
import { API_TABLE, type ApiRow, type ApiSettings } from './api-table.ts';
import { idleKeys } from './idle-keys.ts';
import { readPaste } from './paste.ts';
import { resolveServiceTable } from './resolve-service-table.ts';

const API_LINE = new CommandLine(API_TABLE);

const SEARCH = { project: 'freezer', program: 'freezer-api' };
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** The settings of the service, and what follows from them. */
export interface ResolvedApi extends ResolvedTable<ApiSettings> {
  readonly auth: 'keystone' | 'none';
  readonly bindHost: string;
}

/** Without a word about it: Keystone where it is configured, a trial where nothing at all is. In between nothing may become open by mistake. */
function authOf({ settings, files }: ResolvedTable<ApiSettings>): 'keystone' | 'none' {
  if (settings.auth !== undefined) return settings.auth;
  if (settings['keystone_authtoken.auth_url'] !== undefined) return 'keystone';
  if (files.length === 0) return 'none';
  throw new FreezerError(
    'invalid',
    'there is a configuration, but no [keystone_authtoken] auth_url in it; set that, or auth = none for a trial on the loopback',
  );
}

function bindHostOf({ settings, places }: ResolvedTable<ApiSettings>, auth: 'keystone' | 'none'): string {
  const given = settings.bind_host;
  if (auth === 'keystone') return given ?? '0.0.0.0';
  if (given !== undefined && !LOOPBACK.has(given)) {
    throw new FreezerError(
      'invalid',
      `${places.get('bind_host')}: ${given} with auth = none; allowed: ${[...LOOPBACK].join(', ')}, because anybody could write there`,
    );
  }
  return given ?? '127.0.0.1';
}

function checkTogether({ settings }: ResolvedTable<ApiSettings>): void {
  if ((settings['ssl.cert_file'] === undefined) !== (settings['ssl.key_file'] === undefined)) {
    throw new FreezerError('invalid', '[ssl] cert_file and [ssl] key_file belong together: one is missing');
  }
  if (settings['ssl.ca_file'] !== undefined && settings['ssl.cert_file'] === undefined)
    throw new FreezerError('invalid', '[ssl] ca_file needs [ssl] cert_file');
  if (!settings.enable_v1_api && !settings.enable_v2_api)
    throw new FreezerError('invalid', 'enable_v1_api and enable_v2_api are both off: nothing would be served');
}

/** A pipeline of Python's service fills what no other place gave. */
async function withPaste(resolved: ResolvedTable<ApiSettings>, host: SettingsHost): Promise<ResolvedTable<ApiSettings>> {
  const { settings, places, files, warnings } = resolved;
  const request = { name: settings['paste_deploy.config_file'], place: places.get('paste_deploy.config_file'), files };
  // Without any configuration there is no service of Python's to be taken over.
  if ((files.length === 0 && request.place === undefined) || request.name === '') return resolved;
  const paste = await readPaste(request, API_TABLE, host);
  const filled = Object.fromEntries([...paste.values].filter(([key]) => !places.has(key)));
  return { ...resolved, settings: { ...settings, ...filled }, warnings: [...warnings, ...paste.warnings] };
}

/** The settings of freezer-api. Fails with `invalid`, in one line. */
export async function resolveApi(argv: readonly string[], host: SettingsHost): Promise<ResolvedApi> {
  const resolved = await resolveServiceTable<ApiRow>({ table: API_TABLE, line: API_LINE, argv, host, program: 'freezer-api', search: SEARCH });
  const { word } = resolved.parsed;
  if (word !== undefined) throw new FreezerError('invalid', `unexpected word '${word}'; freezer-api --help says how it is called`);
  const whole = await withPaste(resolved, host);
  checkTogether(whole);
  const auth = authOf(whole);
  const warnings = [...whole.warnings, ...idleKeys(API_TABLE, whole)];
  return { ...whole, warnings, auth, bindHost: bindHostOf(whole, auth) };
}
