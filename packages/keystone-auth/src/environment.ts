import type { SessionOptions } from './session-options.ts';
import { type Settings, sessionOptionsFrom } from './settings.ts';

// Other names of the same thing, in the order in which they count.
const NAMES: Readonly<Record<string, readonly string[]>> = {
  auth_type: ['OS_AUTH_TYPE', 'OS_AUTH_METHOD'],
  auth_version: ['OS_AUTH_VERSION'],
  token: ['OS_TOKEN', 'OS_AUTH_TOKEN'],
  username: ['OS_USERNAME', 'OS_USER_NAME'],
};

/** The variables this package reads; the older names included. */
export const environmentVariables: readonly string[] = [
  ...['auth_url', 'auth_type', 'auth_version', 'identity_api_version', 'username', 'user_id', 'password', 'token', 'trust_id', 'system_scope'],
  ...['application_credential_id', 'application_credential_name', 'application_credential_secret'],
  ...['project_id', 'project_name', 'tenant_id', 'tenant_name', 'domain_id', 'domain_name', 'default_domain', 'default_domain_id', 'default_domain_name'],
  ...['user_domain_id', 'user_domain_name', 'project_domain_id', 'project_domain_name', 'region_name', 'interface', 'endpoint_type'],
  ...['cacert', 'cert', 'key', 'insecure'],
].flatMap((key) => NAMES[key] ?? [`OS_${key.toUpperCase()}`]);

/**
 * Session options from the `OS_*` variables of an environment, or of an openrc file. Blank ones count as not set.
 * Throws `invalid` or `unsupported`, naming the variable, never its value.
 */
export function sessionOptionsFromEnvironment(variables: Readonly<Record<string, string | undefined>>): SessionOptions {
  const namesOf = (key: string) => NAMES[key] ?? [`OS_${key.toUpperCase()}`];
  const present = (name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined || value.trim() === '' ? undefined : value;
  };
  const settings: Settings = {
    get: (key) =>
      namesOf(key)
        .map(present)
        .find((value) => value !== undefined),
    nameOf: (key) => namesOf(key).find((name) => present(name) !== undefined) ?? namesOf(key)[0] ?? key,
  };
  return sessionOptionsFrom(settings);
}
