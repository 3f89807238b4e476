import type { Option } from '../option.ts';

/** Accounts of SSH, FTP and S3 storages. */
export const SERVER_OPTIONS = [
  { name: 'ssh-key', type: 'path', computed: 'ssh_key', group: 'servers', value: 'FILE', help: 'the private key', quietly: true },
  { name: 'ssh-password', type: 'string', default: '', secret: true, group: 'servers', help: 'the password; taken in place of the key', quietly: true },
  { name: 'ssh-username', type: 'string', default: '', group: 'servers', help: 'the user', quietly: true },
  { name: 'ssh-host', type: 'string', default: '', group: 'servers', help: 'the host', quietly: true },
  { name: 'ssh-port', type: 'int', min: 1, max: 65_535, default: 22, group: 'servers', help: 'the port', quietly: true },
  { name: 'ftp-username', type: 'string', default: '', group: 'servers', help: 'the user', quietly: true },
  { name: 'ftp-password', type: 'string', default: '', secret: true, group: 'servers', help: 'the password', quietly: true },
  { name: 'ftp-host', type: 'string', default: '', group: 'servers', help: 'the host', quietly: true },
  { name: 'ftp-port', type: 'int', min: 1, max: 65_535, default: 21, group: 'servers', help: 'the port', quietly: true },
  { name: 'ftp-keyfile', type: 'string', default: '', group: 'servers', help: 'the private key of a client certificate', quietly: true },
  { name: 'ftp-certfile', type: 'string', default: '', group: 'servers', help: 'a client certificate', quietly: true },
  { name: 'access-key', type: 'string', default: '', secret: true, env: ['ACCESS_KEY', 'AWS_ACCESS_KEY_ID'], group: 'servers', help: 'the access key of S3', quietly: true },
  { name: 'secret-key', type: 'string', default: '', secret: true, env: ['SECRET_KEY', 'AWS_SECRET_ACCESS_KEY'], group: 'servers', help: 'the secret key of S3', quietly: true },
  { name: 'endpoint', type: 'string', default: '', env: ['ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'], group: 'servers', help: 'the address of S3', quietly: true },
  { name: 's3-region', type: 'string', env: ['AWS_REGION', 'AWS_DEFAULT_REGION'], group: 'servers', help: 'the region of S3', quietly: true },
  { name: 's3-session-token', type: 'string', secret: true, env: ['AWS_SESSION_TOKEN'], group: 'servers', help: 'the token of a temporary S3 account', quietly: true },
] as const satisfies readonly Option[];
