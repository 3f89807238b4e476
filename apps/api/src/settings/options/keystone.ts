import type { Option } from '@freezer/settings';

const keystone = { section: 'keystone_authtoken', only: 'files', group: 'keystone' } as const;
const NOT_USED = 'not used: ';

/** How tokens are checked: the names of keystonemiddleware, old ones too. */
export const KEYSTONE_OPTIONS = [
  {
    ...keystone,
    name: 'auth-type',
    fileAliases: ['auth_plugin'],
    type: 'string',
    default: 'password',
    help: 'password, v3password, token or v3applicationcredential',
  },
  { ...keystone, name: 'auth-url', fileAliases: ['identity_uri'], type: 'string', help: 'the address of Keystone' },
  {
    ...keystone,
    name: 'www-authenticate-uri',
    fileAliases: ['auth_uri'],
    type: 'string',
    help: 'the address that callers without a token are told (default: auth_url)',
  },
  { ...keystone, name: 'auth-version', type: 'string', help: 'v3 or v2.0; without it Keystone is asked' },
  { ...keystone, name: 'username', fileAliases: ['user_name', 'user', 'admin_user'], type: 'string', help: "the service's own user" },
  { ...keystone, name: 'user-id', type: 'string', help: 'the same by id' },
  { ...keystone, name: 'password', fileAliases: ['admin_password'], type: 'string', secret: true, help: 'its password' },
  { ...keystone, name: 'token', fileAliases: ['admin_token'], type: 'string', secret: true, help: 'for auth_type = token' },
  { ...keystone, name: 'application-credential-id', type: 'string', help: 'for auth_type = v3applicationcredential' },
  { ...keystone, name: 'application-credential-name', type: 'string', help: 'the same by name, with a user' },
  { ...keystone, name: 'application-credential-secret', type: 'string', secret: true, help: 'its secret' },
  { ...keystone, name: 'project-name', fileAliases: ['tenant_name', 'admin_tenant_name'], type: 'string', help: "the service's project" },
  { ...keystone, name: 'project-id', fileAliases: ['tenant_id'], type: 'string', help: 'the same by id' },
  { ...keystone, name: 'user-domain-name', type: 'string', help: 'the domain of the user' },
  { ...keystone, name: 'user-domain-id', type: 'string', help: 'the same by id' },
  { ...keystone, name: 'project-domain-name', type: 'string', help: 'the domain of the project' },
  { ...keystone, name: 'project-domain-id', type: 'string', help: 'the same by id' },
  { ...keystone, name: 'default-domain-name', type: 'string', help: 'the domain of both' },
  { ...keystone, name: 'default-domain-id', type: 'string', help: 'the same by id' },
  { ...keystone, name: 'region-name', type: 'string', help: 'the region, for freezer-manage keystone register' },
  { ...keystone, name: 'interface', type: 'string', help: `${NOT_USED}auth_url is asked`, quietly: true },
  { ...keystone, name: 'cafile', type: 'path', help: 'the authorities that are trusted' },
  { ...keystone, name: 'certfile', type: 'path', help: 'a certificate that we show' },
  { ...keystone, name: 'keyfile', type: 'path', help: 'its key' },
  { ...keystone, name: 'insecure', type: 'bool', default: false, help: 'do not check the certificate of Keystone' },
  {
    ...keystone,
    name: 'memcached-servers',
    fileAliases: ['memcache_servers'],
    type: 'string',
    help: `${NOT_USED}each worker remembers tokens itself`,
    quietly: true,
  },
  { ...keystone, name: 'token-cache-time', type: 'int', default: 300, help: 'seconds for which a good token is remembered; 0 or -1 remembers none' },
  {
    ...keystone,
    name: 'service-token-roles',
    type: 'string',
    repeatable: true,
    commas: true,
    default: 'service',
    help: 'a service token with one of these roles makes an expired token good',
  },
  { ...keystone, name: 'service-token-roles-required', type: 'bool', default: false, help: `${NOT_USED}the roles always count`, quietly: true },
  { ...keystone, name: 'include-service-catalog', type: 'bool', default: true, help: `${NOT_USED}the catalog is not asked for`, quietly: true },
  { ...keystone, name: 'delay-auth-decision', type: 'bool', default: false, help: `${NOT_USED}who has no token gets 401`, quietly: true },
  { ...keystone, name: 'http-connect-timeout', type: 'int', min: 1, default: 30, help: 'seconds for one question' },
  { ...keystone, name: 'http-request-max-retries', type: 'int', min: 0, default: 3, help: 'how often a question that failed is repeated' },
] as const satisfies readonly Option[];

const central = { section: 'centralized_scheduler', only: 'files', group: 'keystone' } as const;

/** Trusts for clients that work for other projects. */
export const CENTRAL_OPTIONS = [
  { ...central, name: 'enabled', type: 'bool', default: true, help: 'jobs of central clients get a trust' },
  { ...central, name: 'enforce-trusts', type: 'bool', default: false, help: 'refuse such a job when no trust can be made' },
  {
    ...central,
    name: 'auth-section',
    type: 'string',
    default: 'keystone_authtoken',
    help: 'the section with the account of central schedulers: trusts are made for its user; it has the keys of [keystone_authtoken]',
  },
  { ...central, name: 'trusts-delegated-roles', type: 'string', repeatable: true, commas: true, default: 'member', help: 'the roles of a trust' },
  {
    ...central,
    name: 'service-user',
    type: 'string',
    help: 'the user of central schedulers by its name, where auth_section is not set; Keystone is asked for it',
  },
  { ...central, name: 'service-user-domain', type: 'string', help: 'the domain of that user by its name (default: the one with the id default)' },
] as const satisfies readonly Option[];

const policy = { section: 'oslo_policy', only: 'files', group: 'policy' } as const;

export const POLICY_OPTIONS = [
  {
    ...policy,
    name: 'policy-file',
    fileAliases: ['[DEFAULT] policy_file'],
    type: 'string',
    help: 'rules that differ from the built-in ones: policy.yaml or policy.json beside the configuration',
  },
  {
    ...policy,
    name: 'policy-dirs',
    fileAliases: ['[DEFAULT] policy_dirs'],
    type: 'string',
    repeatable: true,
    default: 'policy.d',
    help: 'folders with more of them, read by name',
  },
  { ...policy, name: 'policy-default-rule', type: 'string', help: 'not used', quietly: true },
  { ...policy, name: 'enforce-scope', type: 'bool', default: true, help: 'not used: all rules are for projects', quietly: true },
  {
    ...policy,
    name: 'enforce-new-defaults',
    type: 'bool',
    default: true,
    help: 'false takes the rules of Freezer 13: who has a good token may do everything in the project of the address',
  },
] as const satisfies readonly Option[];
