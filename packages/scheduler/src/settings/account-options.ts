import type { Option } from '@freezer/settings';

interface AccountText<Name extends string> {
  readonly name: Name;
  readonly help: string;
  readonly env?: readonly string[];
  readonly secret?: true;
}

/** One setting of [service_auth]: in the three places and spellings that releases of Freezer know. */
function account<Name extends string>({ name, help, env, secret }: AccountText<Name>) {
  const snake = name.replaceAll('-', '_');
  return {
    name: `os-${name}` as const,
    aliases: [`os-${name}`, `os_${snake}`, `service_auth-${name}`, `service-auth-${name}`],
    fileAliases: [name, `[DEFAULT] os_${snake}`, `[scheduler] os_${snake}`],
    section: 'service_auth',
    type: 'string',
    env: env ?? [`OS_${snake.toUpperCase()}`],
    group: 'account',
    help,
    ...(secret && { secret }),
  } as const;
}

/** [service_auth]: Keystone and the API. The environment fills what is not given. */
export const ACCOUNT_OPTIONS = [
  account({ name: 'auth-url', help: 'Keystone, as http://keystone:5000/v3' }),
  account({ name: 'username', help: 'the user' }),
  account({ name: 'password', help: 'its password', secret: true }),
  account({ name: 'user-id', help: 'the user by its id' }),
  account({ name: 'user-domain-id', help: 'the domain of the user' }),
  account({ name: 'user-domain-name', help: 'the domain of the user, by name' }),
  account({ name: 'project-id', help: 'the project' }),
  account({ name: 'project-name', help: 'the project, by name', env: ['OS_PROJECT_NAME', 'OS_TENANT_NAME'] }),
  account({ name: 'project-domain-id', help: 'the domain of the project' }),
  account({ name: 'project-domain-name', help: 'the domain of the project, by name' }),
  account({ name: 'token', help: 'a token instead of user and password', env: ['OS_TOKEN', 'OS_AUTH_TOKEN'], secret: true }),
  account({ name: 'application-credential-id', help: 'an application credential instead of user and password' }),
  account({ name: 'application-credential-name', help: 'the same by its name, with its user' }),
  account({ name: 'application-credential-secret', help: 'its secret', secret: true }),
  account({ name: 'backup-url', help: 'the API, instead of what the catalog says' }),
  account({ name: 'region-name', help: 'the region of the API in the catalog' }),
  account({ name: 'endpoint-type', help: 'public, internal or admin; default public' }),
  account({ name: 'cacert', help: 'the certificates of the authorities that are trusted (PEM)' }),
  account({ name: 'cert', help: 'our own certificate, with its key (PEM)' }),
  account({ name: 'key', help: 'the key of our certificate, when it stands in another file' }),
  { ...account({ name: 'identity-api-version', help: 'accepted for the sake of older settings; 3' }), quietly: true },
] as const satisfies readonly Option[];

/** Options of the commands that speak with the API in place of `freezer`, from the older releases. */
export const OLDER_OPTIONS = [
  { name: 'job', short: 'j', type: 'string', group: 'older', value: 'ID', help: 'the job; with session-add-job several, parted by commas' },
  { name: 'session', short: 's', type: 'string', group: 'older', value: 'ID', help: 'the session' },
  { name: 'file', type: 'path', group: 'older', value: 'FILE', help: 'the document to create, as JSON; - is standard input' },
  { name: 'active-only', short: 'a', type: 'bool', default: false, group: 'older', help: 'job-list: leave out what is completed' },
  { name: 'json', type: 'bool', default: false, group: 'older', help: 'results as JSON' },
] as const satisfies readonly Option[];
