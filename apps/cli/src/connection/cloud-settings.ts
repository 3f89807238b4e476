import { FreezerError } from '@freezer/core';
import { readCloud, readOpenrc, type SessionOptions, sessionOptionsFromEnvironment } from '@freezer/keystone-auth';
import { type GivenValues, isGiven, textOf } from '../command-line/command.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

const OPTIONS: readonly string[] = [
  ...['auth-url', 'username', 'password', 'token', 'project-name', 'project-id', 'project-domain-name', 'project-domain-id'],
  ...['user-domain-name', 'user-domain-id', 'region-name', 'cacert', 'cert', 'key', 'endpoint-type', 'backup-url', 'backup-api-version', 'cloud'],
].map((name) => `os-${name}`);

// What identifies somebody: options for one way take away what the environment says for another.
const PASSWORD = ['OS_USERNAME', 'OS_USER_NAME', 'OS_USER_ID', 'OS_PASSWORD', 'OS_AUTH_TYPE'];
const TOKEN = ['OS_TOKEN', 'OS_AUTH_TOKEN', 'OS_AUTH_TYPE'];
const PROJECT = ['OS_PROJECT_ID', 'OS_PROJECT_NAME', 'OS_TENANT_ID', 'OS_TENANT_NAME'];
const PROJECT_DOMAIN = ['OS_PROJECT_DOMAIN_ID', 'OS_PROJECT_DOMAIN_NAME'];
const USER_DOMAIN = ['OS_USER_DOMAIN_ID', 'OS_USER_DOMAIN_NAME'];
const ENDPOINT_TYPE = ['OS_INTERFACE', 'OS_ENDPOINT_TYPE'];

/** The variables of the environment, below those of an openrc file, below the options of the command line. */
export async function cloudVariables(environment: Variables, values: GivenValues): Promise<Variables> {
  const openrc = textOf(values, 'openrc');
  const variables: Record<string, string | undefined> = { ...environment, ...(openrc === undefined ? {} : (await readOpenrc(openrc)).variables) };
  const forget = (names: readonly string[], ...options: readonly string[]) => {
    if (options.some((name) => isGiven(values, name))) for (const name of names) delete variables[name];
  };
  forget(PASSWORD, 'os-token');
  forget(TOKEN, 'os-password', 'os-username');
  forget(PROJECT, 'os-project-id', 'os-project-name');
  forget(PROJECT_DOMAIN, 'os-project-domain-id', 'os-project-domain-name');
  forget(USER_DOMAIN, 'os-user-domain-id', 'os-user-domain-name');
  forget(ENDPOINT_TYPE, 'os-endpoint-type');
  for (const name of OPTIONS) {
    const value = textOf(values, name);
    if (value !== undefined) variables[name.toUpperCase().replaceAll('-', '_')] = value;
  }
  if (isGiven(values, 'insecure')) variables['OS_INSECURE'] = 'true';
  return variables;
}

/** How to log in, or `undefined` when nothing says so. */
export async function sessionSettings(variables: Variables, values: GivenValues): Promise<SessionOptions | undefined> {
  const region = textOf(values, 'os-region-name') ?? '';
  if (present(variables, 'OS_CLOUD')) return readCloud({ variables, ...(region !== '' && { region }) });
  return present(variables, 'OS_AUTH_URL') ? sessionOptionsFromEnvironment(variables) : undefined;
}

export function present(variables: Variables, name: string): boolean {
  return (variables[name] ?? '').trim() !== '';
}

/** `1` or `2`. */
export function apiVersion(variables: Variables): '1' | '2' {
  const value = (variables['OS_BACKUP_API_VERSION'] ?? '').trim();
  if (value === '1' || value === '2') return value;
  if (value === '') return '2';
  throw new FreezerError('invalid', `OS_BACKUP_API_VERSION is '${value}'; allowed are 1 and 2`);
}
