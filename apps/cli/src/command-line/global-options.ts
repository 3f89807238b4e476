import type { OptionSpec } from './command.ts';

const CLOUD = 'the cloud, and who you are';

const cloud = (name: string, metavar: string, help: string, more: Partial<OptionSpec> = {}): OptionSpec => ({ name, metavar, help, group: CLOUD, ...more });

/** Each `--os-...` but the last three replaces the variable of the same name. They may stand anywhere. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: 'version', help: 'show the version and exit' },
  { name: 'verbose', short: 'v', repeatable: true, help: 'say on stderr what is asked of the server' },
  { name: 'quiet', short: 'q', help: 'say nothing on stderr but warnings and errors' },
  { name: 'log-file', metavar: 'LOG_FILE', help: 'write what happens into a file, too', isFile: true },
  { name: 'help', short: 'h', help: 'show help and exit' },
  { name: 'debug', help: 'like -v, and errors with where they come from' },
  { name: 'json', help: "the server's documents as JSON on stdout, whatever the command" },
  cloud('os-auth-url', 'OS_AUTH_URL', 'URL of Keystone'),
  cloud('os-backup-api-version', 'OS_BACKUP_API_VERSION', 'version of the backup API: 1 or 2 (default)', { choices: ['1', '2'] }),
  cloud('os-backup-url', 'OS_BACKUP_URL', "endpoint of the backup service instead of the catalog's; one with /v2 is used as it is"),
  cloud('os-endpoint-type', 'OS_ENDPOINT_TYPE', 'which endpoint of the catalog: public (default), internal or admin', { aliases: ['os-interface'] }),
  cloud('os-username', 'OS_USERNAME', 'name of the user'),
  cloud('os-password', 'OS_PASSWORD', 'password of the user; others on this host can see it here, the variable is better', { isSecret: true }),
  cloud('os-token', 'OS_TOKEN', 'a token instead of a password', { isSecret: true }),
  cloud('os-project-name', 'OS_PROJECT_NAME', 'name of the project', { aliases: ['os-tenant-name'] }),
  cloud('os-project-id', 'OS_PROJECT_ID', 'id of the project', { aliases: ['os-tenant-id'] }),
  cloud('os-project-domain-name', 'OS_PROJECT_DOMAIN_NAME', 'name of the domain of the project'),
  cloud('os-project-domain-id', 'OS_PROJECT_DOMAIN_ID', 'id of the domain of the project'),
  cloud('os-user-domain-name', 'OS_USER_DOMAIN_NAME', 'name of the domain of the user'),
  cloud('os-user-domain-id', 'OS_USER_DOMAIN_ID', 'id of the domain of the user'),
  cloud('os-region-name', 'OS_REGION_NAME', 'region of the endpoint'),
  { name: 'insecure', short: 'k', help: 'check no certificates: others on the way can read the password', group: CLOUD },
  cloud('os-cacert', 'OS_CACERT', 'file with the certificates of the authorities that are trusted', { isFile: true }),
  cloud('os-cert', 'OS_CERT', 'file with the certificate to show', { isFile: true }),
  cloud('os-key', 'OS_KEY', 'file with the key of that certificate', { isFile: true }),
  cloud('os-cloud', 'OS_CLOUD', 'a cloud of clouds.yaml'),
  cloud('openrc', 'FILE', 'read the OS_* variables from an openrc file; nothing in it is run', { isFile: true }),
  cloud('state-dir', 'DIR', 'where a trial API of this user says where it is; default /var/lib/freezer for root, else $XDG_STATE_HOME/freezer'),
  cloud('timeout', 'SECONDS', 'for each call to the server; default 60'),
];
