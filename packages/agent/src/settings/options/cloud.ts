import type { Option } from '../option.ts';

const VOLUME = 'saving Cinder volumes is not part of this version';
const SERVER = 'saving Nova servers is not part of this version';
const IMAGE = 'saving Glance images is not part of this version';
const PROJECT = 'saving whole OpenStack projects is not part of this version';

/** OpenStack: what is saved there, and the account. */
export const CLOUD_OPTIONS = [
  { name: 'cinder-vol-id', aliases: ['cinder-inst-id'], type: 'string', group: 'cloud', help: 'a volume', later: VOLUME, quietly: true },
  { name: 'cinder-vol-name', type: 'string', group: 'cloud', help: 'a volume by name', later: VOLUME, quietly: true },
  { name: 'cinderbrick-vol-id', type: 'string', group: 'cloud', help: 'a volume that is attached here', later: VOLUME, quietly: true },
  { name: 'cindernative-vol-id', type: 'string', group: 'cloud', help: "a volume, by Cinder's own backup service", later: VOLUME, quietly: true },
  { name: 'cindernative-backup-id', type: 'string', group: 'cloud', help: "a backup of Cinder's own backup service", later: VOLUME, quietly: true },
  { name: 'cindernative-backup-az', type: 'string', group: 'cloud', help: 'the availability zone of that backup', quietly: true },
  { name: 'cindernative-backup-container', type: 'string', group: 'cloud', help: 'the container of that backup', quietly: true },
  { name: 'glance-image-id', type: 'string', group: 'cloud', help: 'an image', later: IMAGE, quietly: true },
  { name: 'glance-image-name', type: 'string', group: 'cloud', help: 'an image by name', later: IMAGE, quietly: true },
  { name: 'glance-image-name-filter', type: 'string', group: 'cloud', help: 'images whose name does not hold this', later: IMAGE, quietly: true },
  { name: 'nova-inst-id', type: 'string', group: 'cloud', help: 'a server', later: SERVER, quietly: true },
  { name: 'nova-inst-name', type: 'string', group: 'cloud', help: 'servers by name', later: SERVER, quietly: true },
  { name: 'nova-restore-network', type: 'string', group: 'cloud', help: 'the network of a restored server', quietly: true },
  { name: 'project-id', type: 'string', group: 'cloud', help: 'everything of a project', later: PROJECT, quietly: true },
  { name: 'timeout', type: 'int', min: 0, default: 120, group: 'cloud', value: 'SECONDS', help: 'how long to wait for operations of the cloud', quietly: true },
  { name: 'temp-resource-prefix', type: 'string', default: 'freezer_', group: 'cloud', help: 'begins the names of temporary resources', quietly: true },
  { name: 'insecure', type: 'bool', default: false, env: ['OS_INSECURE'], group: 'cloud', help: 'do not check TLS certificates of OpenStack', quietly: true },
  {
    name: 'os-identity-api-version',
    aliases: ['os-auth-ver', 'os_auth_ver'],
    type: 'choice',
    choices: ['1', '2', '2.0', '3'],
    default: '3',
    env: ['OS_IDENTITY_API_VERSION', 'OS_AUTH_VERSION'],
    group: 'cloud',
    help: 'the version of Keystone',
    quietly: true,
  },
  { name: 'os-auth-url', type: 'string', env: ['OS_AUTH_URL'], group: 'cloud', help: 'the address of Keystone', quietly: true },
  { name: 'os-auth-method', type: 'string', env: ['OS_AUTH_METHOD'], group: 'cloud', help: 'password or token', quietly: true },
  { name: 'os-username', type: 'string', env: ['OS_USERNAME'], group: 'cloud', help: 'the user', quietly: true },
  { name: 'os-password', type: 'string', secret: true, env: ['OS_PASSWORD'], group: 'cloud', help: 'the password', quietly: true },
  { name: 'os-token', type: 'string', secret: true, env: ['OS_TOKEN'], group: 'cloud', help: 'a token in place of user and password', quietly: true },
  { name: 'os-project-id', type: 'string', env: ['OS_PROJECT_ID', 'OS_TENANT_ID'], group: 'cloud', help: 'the project', quietly: true },
  { name: 'os-project-name', type: 'string', env: ['OS_PROJECT_NAME', 'OS_TENANT_NAME'], group: 'cloud', help: 'the project by name', quietly: true },
  { name: 'os-user-domain-name', type: 'string', env: ['OS_USER_DOMAIN_NAME'], group: 'cloud', help: 'the domain of the user', quietly: true },
  { name: 'os-user-domain-id', type: 'string', env: ['OS_USER_DOMAIN_ID'], group: 'cloud', help: 'the same by id', quietly: true },
  { name: 'os-project-domain-name', type: 'string', env: ['OS_PROJECT_DOMAIN_NAME'], group: 'cloud', help: 'the domain of the project', quietly: true },
  { name: 'os-project-domain-id', type: 'string', env: ['OS_PROJECT_DOMAIN_ID'], group: 'cloud', help: 'the same by id', quietly: true },
  { name: 'os-domain-id', type: 'string', env: ['OS_DOMAIN_ID'], group: 'cloud', help: 'the domain of the token', quietly: true },
  { name: 'os-domain-name', type: 'string', env: ['OS_DOMAIN_NAME'], group: 'cloud', help: 'the same by name', quietly: true },
  { name: 'os-trust-id', type: 'string', env: ['OS_TRUST_ID'], group: 'cloud', help: 'a trust', quietly: true },
  { name: 'os-region-name', type: 'string', env: ['OS_REGION_NAME'], group: 'cloud', help: 'the region', quietly: true },
  { name: 'os-cacert', type: 'string', env: ['OS_CACERT'], group: 'cloud', help: 'certificates that are trusted', quietly: true },
  { name: 'os-interface', type: 'string', env: ['OS_INTERFACE'], group: 'cloud', help: 'public, internal or admin', quietly: true },
  { name: 'os-endpoint-type', type: 'string', env: ['OS_ENDPOINT_TYPE'], group: 'cloud', help: 'an older name of that', quietly: true },
  { name: 'os-compute-api-version', type: 'string', env: ['OS_COMPUTE_API_VERSION'], group: 'cloud', help: 'the version of Nova', quietly: true },
  { name: 'os-volume-api-version', type: 'string', env: ['OS_VOLUME_API_VERSION'], group: 'cloud', help: 'the version of Cinder', quietly: true },
  { name: 'os-image-api-version', type: 'string', env: ['OS_IMAGE_API_VERSION'], group: 'cloud', help: 'the version of Glance', quietly: true },
] as const satisfies readonly Option[];
