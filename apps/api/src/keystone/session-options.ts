import { FreezerError } from '@freezer/core';
import type { Credentials, Reference, Scope, SessionOptions, TlsOptions, UserReference } from '@freezer/keystone-auth';
import type { SettingsOf } from '@freezer/settings';
import type { KEYSTONE_OPTIONS } from '../settings/options/keystone.ts';

/** The section [keystone_authtoken], of freezer-api or freezer-manage. */
export type KeystoneSettings = SettingsOf<(typeof KEYSTONE_OPTIONS)[number]>;

type Keystone = Readonly<Record<string, unknown>>;

interface Account {
  readonly section: string;
  readonly values: Keystone;
}

const SECTION = 'keystone_authtoken';
const missing = (section: string, key: string, why: string): FreezerError => new FreezerError('invalid', `[${section}] ${key} is missing${why}`);

/** The settings of one section, by their keys. */
function sectionOf(settings: Keystone, section: string): Account {
  const own = Object.entries(settings).flatMap(([key, value]) => (key.startsWith(`${section}.`) ? [[key.slice(section.length + 1), value] as const] : []));
  return { section, values: Object.fromEntries(own) };
}

function textOf({ values }: Account, key: string): string | undefined {
  const value = values[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A domain by id or name; Keystone's own default where nothing is said, as keystonemiddleware's old settings expect. */
function domainOf(account: Account, kind: 'user' | 'project'): Reference {
  const id = textOf(account, `${kind}_domain_id`);
  if (id !== undefined) return { id };
  const name = textOf(account, `${kind}_domain_name`);
  if (name !== undefined) return { name };
  const defaultName = textOf(account, 'default_domain_name');
  return defaultName === undefined ? { id: textOf(account, 'default_domain_id') ?? 'default' } : { name: defaultName };
}

function userOf(account: Account, type: string): UserReference {
  const id = textOf(account, 'user_id');
  if (id !== undefined) return { id };
  const name = textOf(account, 'username');
  if (name === undefined) throw missing(account.section, 'username', `; auth_type = ${type} needs a user`);
  return { name, domain: domainOf(account, 'user') };
}

function needed(account: Account, key: string, type: string): string {
  const value = textOf(account, key);
  if (value === undefined) throw missing(account.section, key, `; auth_type = ${type} needs it`);
  return value;
}

function credentialsOf(account: Account): Credentials {
  const type = textOf(account, 'auth_type') ?? 'password';
  switch (type) {
    case 'password':
    case 'v3password':
    case 'v2password':
      return { method: 'password', user: userOf(account, type), password: needed(account, 'password', type) };
    case 'token':
    case 'v3token':
    case 'v2token':
      return { method: 'token', token: needed(account, 'token', type) };
    case 'v3applicationcredential': {
      const secret = needed(account, 'application_credential_secret', type);
      const id = textOf(account, 'application_credential_id');
      if (id !== undefined) return { method: 'application_credential', id, secret };
      return { method: 'application_credential', name: needed(account, 'application_credential_name', type), user: userOf(account, type), secret };
    }
    default:
      throw new FreezerError('invalid', `[${account.section}] auth_type: '${type}' is unknown; allowed: password, v3password, token, v3applicationcredential`);
  }
}

function scopeOf(account: Account): Scope | undefined {
  const id = textOf(account, 'project_id');
  if (id !== undefined) return { kind: 'project', id };
  const name = textOf(account, 'project_name');
  return name === undefined ? undefined : { kind: 'project', name, domain: domainOf(account, 'project') };
}

function tlsOf(account: Account): TlsOptions {
  const cacert = textOf(account, 'cafile');
  const cert = textOf(account, 'certfile');
  const key = textOf(account, 'keyfile');
  return {
    ...(cacert !== undefined && { cacert }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    insecure: account.values['insecure'] === true,
  };
}

/** The session of the service's own user, from [keystone_authtoken] or another section of the same form. Fails with `invalid`. */
export function keystoneSessionOptions(settings: KeystoneSettings, section = SECTION): SessionOptions {
  const account = sectionOf(settings, section);
  const authUrl = textOf(account, 'auth_url');
  if (authUrl === undefined)
    throw missing(section, 'auth_url', section === SECTION ? '; auth = keystone needs it' : '; [centralized_scheduler] auth_section names it');
  if (!/^https?:\/\/[^/]/i.test(authUrl) || !URL.canParse(authUrl)) {
    throw new FreezerError(
      'invalid',
      `[${section}] auth_url: '${authUrl.replace(/^.*@/, '***@')}' is no address; allowed: as in https://keystone.example.org:5000/v3`,
    );
  }
  const credentials = credentialsOf(account);
  const scope = credentials.method === 'application_credential' ? undefined : scopeOf(account);
  const version = textOf(account, 'auth_version')?.replace(/^v/i, '');
  const numberOf = (key: string): number | undefined => (typeof account.values[key] === 'number' ? account.values[key] : undefined);
  const timeoutSeconds = numberOf('http_connect_timeout');
  const retries = numberOf('http_request_max_retries');
  return {
    authUrl,
    credentials,
    ...(scope && { scope }),
    ...(version?.startsWith('2') && { identityVersion: '2.0' as const }),
    tls: tlsOf(account),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(retries !== undefined && { retries }),
  };
}
