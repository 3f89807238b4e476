import { endpointInterface } from './catalog.ts';
import type { Credentials, Reference, Scope, UserReference } from './credentials.ts';
import type { EndpointInterface } from './identity.ts';
import type { IdentityVersion } from './identity-client.ts';
import { KeystoneError } from './keystone-error.ts';
import { Secret } from './secret.ts';
import type { SessionOptions } from './session-options.ts';

/** Settings by the names that clouds.yaml has (`auth_url`, `project_domain_id`), and how their source calls them. */
export interface Settings {
  /** `undefined` for what is not set or blank. */
  readonly get: (key: string) => string | undefined;
  /** `OS_AUTH_URL`, `auth.auth_url of cloud 'x'`: for messages. */
  readonly nameOf: (key: string) => string;
}

/** Throws `invalid`: what is missing or contradicts, by the names of the source. */
export function sessionOptionsFrom(settings: Settings): SessionOptions {
  const authUrl = settings.get('auth_url');
  if (authUrl === undefined) throw missing(settings, ['auth_url']);
  const credentials = credentialsFrom(settings);
  const scope = scopeFrom(settings, credentials);
  const version = versionFrom(settings);
  const region = settings.get('region_name');
  const kinds = interfacesFrom(settings);
  return {
    authUrl,
    credentials,
    ...(scope !== undefined && { scope }),
    ...(version !== undefined && { identityVersion: version }),
    ...(region !== undefined && { region }),
    ...(kinds !== undefined && { interface: kinds }),
    tls: tlsFrom(settings),
  };
}

function credentialsFrom(settings: Settings): Credentials {
  const type = methodOf(settings);
  if (type === 'application_credential') return applicationCredentialsFrom(settings);
  if (type === 'token') return { method: 'token', token: new Secret(needed(settings, 'token')) };
  const user = userFrom(settings);
  return { method: 'password', user, password: new Secret(needed(settings, 'password')) };
}

// A type that is named wins; else what is there: an application credential, then user and password, then a token.
function methodOf(settings: Settings): Credentials['method'] {
  const named = settings
    .get('auth_type')
    ?.toLowerCase()
    .replace(/^v(3|2)/, '')
    .replaceAll('_', '');
  if (named === 'password' || named === 'token') return named;
  if (named === 'applicationcredential') return 'application_credential';
  if (named !== undefined)
    throw new KeystoneError(
      'unsupported',
      `${settings.nameOf('auth_type')} names a method that is not supported; allowed: password, token, v3applicationcredential and their v2 and v3 forms`,
    );
  if (settings.get('application_credential_secret') !== undefined) return 'application_credential';
  return settings.get('password') === undefined && settings.get('token') !== undefined ? 'token' : 'password';
}

function applicationCredentialsFrom(settings: Settings): Credentials {
  const secret = new Secret(needed(settings, 'application_credential_secret'));
  const id = settings.get('application_credential_id');
  if (id !== undefined) return { method: 'application_credential', id, secret };
  const name = settings.get('application_credential_name');
  if (name === undefined) throw missing(settings, ['application_credential_id', 'application_credential_name']);
  return { method: 'application_credential', name, user: userFrom(settings), secret };
}

function userFrom(settings: Settings): UserReference {
  const id = settings.get('user_id');
  if (id !== undefined) return { id };
  const name = settings.get('username');
  if (name === undefined) throw missing(settings, ['username', 'user_id']);
  const domain = domainFrom(settings, 'user');
  return { name, ...(domain !== undefined && { domain }) };
}

function domainFrom(settings: Settings, of: 'user' | 'project'): Reference | undefined {
  for (const prefix of [`${of}_domain`, 'default_domain', 'domain']) {
    const id = settings.get(`${prefix}_id`);
    if (id !== undefined) return { id };
    const name = settings.get(`${prefix}_name`);
    if (name !== undefined) return { name };
  }
  // `OS_DEFAULT_DOMAIN` is what older files say.
  const older = settings.get('default_domain');
  return older === undefined ? undefined : { id: older };
}

function scopeFrom(settings: Settings, credentials: Credentials): Scope | undefined {
  // Files for application credentials often keep the project of the user; Keystone refuses any scope there.
  if (credentials.method === 'application_credential') return undefined;
  const trust = settings.get('trust_id');
  if (trust !== undefined) return { kind: 'trust', id: trust };
  const project = projectFrom(settings);
  const system = settings.get('system_scope');
  if (system !== undefined) {
    if (system.toLowerCase() !== 'all' && system.toLowerCase() !== 'true')
      throw new KeystoneError('invalid', `${settings.nameOf('system_scope')} has a value that is not known; allowed: all`);
    if (project !== undefined)
      throw new KeystoneError(
        'invalid',
        `${settings.nameOf('system_scope')} and ${settings.nameOf('project_name')} are two scopes at once; allowed: one of them`,
      );
    return { kind: 'system' };
  }
  if (project !== undefined) return project;
  const id = settings.get('domain_id');
  if (id !== undefined) return { kind: 'domain', id };
  const name = settings.get('domain_name');
  return name === undefined ? undefined : { kind: 'domain', name };
}

function projectFrom(settings: Settings): Scope | undefined {
  const id = settings.get('project_id') ?? settings.get('tenant_id');
  if (id !== undefined) return { kind: 'project', id };
  const name = settings.get('project_name') ?? settings.get('tenant_name');
  if (name === undefined) return undefined;
  // A user's domain is the better guess than none: most projects stand beside their users.
  const domain = domainFrom(settings, 'project') ?? domainFrom(settings, 'user');
  return { kind: 'project', name, ...(domain !== undefined && { domain }) };
}

function versionFrom(settings: Settings): IdentityVersion | undefined {
  const byType = /^v([23])/i.exec(settings.get('auth_type') ?? '')?.[1];
  const text = (settings.get('identity_api_version') ?? settings.get('auth_version') ?? byType)?.replace(/^v/i, '');
  if (text === undefined) return undefined;
  if (/^3(\.\d+)?$/.test(text)) return '3';
  if (text === '2' || text === '2.0') return '2.0';
  throw new KeystoneError('unsupported', `${settings.nameOf('identity_api_version')} is a version that is not supported; allowed: 3, 2.0`);
}

function interfacesFrom(settings: Settings): EndpointInterface | undefined {
  const key = settings.get('interface') === undefined ? 'endpoint_type' : 'interface';
  const text = settings.get(key);
  if (text === undefined) return undefined;
  const found = endpointInterface(text);
  if (found === undefined) throw new KeystoneError('invalid', `${settings.nameOf(key)} names no interface; allowed: public, internal, admin`);
  return found;
}

function tlsFrom(settings: Settings): NonNullable<SessionOptions['tls']> {
  const insecure = flag(settings, 'insecure');
  const verify = flag(settings, 'verify');
  const [cacert, cert, key] = ['cacert', 'cert', 'key'].map((name) => settings.get(name));
  return {
    ...(cacert !== undefined && { cacert }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...((insecure === true || (insecure === undefined && verify === false)) && { insecure: true }),
  };
}

// A word that is not understood must not switch the check of certificates off, nor be passed over.
function flag(settings: Settings, key: string): boolean | undefined {
  const text = settings.get(key)?.toLowerCase();
  if (text === undefined) return undefined;
  if (['1', 'true', 'yes', 'on', 'y', 't'].includes(text)) return true;
  if (['0', 'false', 'no', 'off', 'n', 'f'].includes(text)) return false;
  throw new KeystoneError('invalid', `${settings.nameOf(key)} is neither true nor false; allowed: true, false, yes, no, 1, 0`);
}

function needed(settings: Settings, key: string): string {
  const value = settings.get(key);
  if (value === undefined) throw missing(settings, [key]);
  return value;
}

function missing(settings: Settings, keys: readonly string[]): KeystoneError {
  return new KeystoneError('invalid', `${keys.map((key) => settings.nameOf(key)).join(' or ')} is missing`);
}
