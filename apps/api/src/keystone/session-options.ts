import { FreezerError } from '@freezer/core';
import type { Credentials, Reference, Scope, SessionOptions, TlsOptions, UserReference } from '@freezer/keystone-auth';
import type { SettingsOf } from '@freezer/settings';
import type { KEYSTONE_OPTIONS } from '../settings/options/keystone.ts';

/** The section [keystone_authtoken], of freezer-api or freezer-manage. */
export type KeystoneSettings = SettingsOf<(typeof KEYSTONE_OPTIONS)[number]>;

type Keystone = Readonly<Record<string, unknown>>;

const SECTION = 'keystone_authtoken';
const missing = (key: string, why: string): FreezerError => new FreezerError('invalid', `[${SECTION}] ${key} is missing${why}`);

function textOf(settings: Keystone, key: string): string | undefined {
  const value = settings[`${SECTION}.${key}`];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A domain by id or name; Keystone's own default where nothing is said, as keystonemiddleware's old settings expect. */
function domainOf(settings: Keystone, kind: 'user' | 'project'): Reference {
  const id = textOf(settings, `${kind}_domain_id`);
  if (id !== undefined) return { id };
  const name = textOf(settings, `${kind}_domain_name`);
  if (name !== undefined) return { name };
  const defaultName = textOf(settings, 'default_domain_name');
  return defaultName === undefined ? { id: textOf(settings, 'default_domain_id') ?? 'default' } : { name: defaultName };
}

function userOf(settings: Keystone, type: string): UserReference {
  const id = textOf(settings, 'user_id');
  if (id !== undefined) return { id };
  const name = textOf(settings, 'username');
  if (name === undefined) throw missing('username', `; auth_type = ${type} needs a user`);
  return { name, domain: domainOf(settings, 'user') };
}

function needed(settings: Keystone, key: string, type: string): string {
  const value = textOf(settings, key);
  if (value === undefined) throw missing(key, `; auth_type = ${type} needs it`);
  return value;
}

function credentialsOf(settings: Keystone): Credentials {
  const type = textOf(settings, 'auth_type') ?? 'password';
  switch (type) {
    case 'password':
    case 'v3password':
    case 'v2password':
      return { method: 'password', user: userOf(settings, type), password: needed(settings, 'password', type) };
    case 'token':
    case 'v3token':
    case 'v2token':
      return { method: 'token', token: needed(settings, 'token', type) };
    case 'v3applicationcredential': {
      const secret = needed(settings, 'application_credential_secret', type);
      const id = textOf(settings, 'application_credential_id');
      if (id !== undefined) return { method: 'application_credential', id, secret };
      return { method: 'application_credential', name: needed(settings, 'application_credential_name', type), user: userOf(settings, type), secret };
    }
    default:
      throw new FreezerError('invalid', `[${SECTION}] auth_type: '${type}' is unknown; allowed: password, v3password, token, v3applicationcredential`);
  }
}

function scopeOf(settings: Keystone): Scope | undefined {
  const id = textOf(settings, 'project_id');
  if (id !== undefined) return { kind: 'project', id };
  const name = textOf(settings, 'project_name');
  return name === undefined ? undefined : { kind: 'project', name, domain: domainOf(settings, 'project') };
}

function tlsOf(settings: Keystone): TlsOptions {
  const cacert = textOf(settings, 'cafile');
  const cert = textOf(settings, 'certfile');
  const key = textOf(settings, 'keyfile');
  return {
    ...(cacert !== undefined && { cacert }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    insecure: settings[`${SECTION}.insecure`] === true,
  };
}

/** The session of the service's own user, from [keystone_authtoken]. Fails with `invalid`. */
export function keystoneSessionOptions(settings: KeystoneSettings): SessionOptions {
  const authUrl = textOf(settings, 'auth_url');
  if (authUrl === undefined) throw missing('auth_url', '; auth = keystone needs it');
  const credentials = credentialsOf(settings);
  const scope = credentials.method === 'application_credential' ? undefined : scopeOf(settings);
  const version = textOf(settings, 'auth_version')?.replace(/^v/i, '');
  return {
    authUrl,
    credentials,
    ...(scope && { scope }),
    ...(version?.startsWith('2') && { identityVersion: '2.0' as const }),
    tls: tlsOf(settings),
    timeoutSeconds: settings['keystone_authtoken.http_connect_timeout'],
    retries: settings['keystone_authtoken.http_request_max_retries'],
  };
}
