import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

const OSLO = `
import json
from oslo_config import cfg
conf = cfg.ConfigOpts()
conf.register_cli_opts([
    cfg.StrOpt('backup-name'), cfg.StrOpt('engine', dest='engine_name'), cfg.StrOpt('lvm-snap-perm', dest='lvm_snapperm'), cfg.IntOpt('max-level'),
    cfg.BoolOpt('sync', default=True), cfg.BoolOpt('dry-run', default=False), cfg.FloatOpt('remove-older-than'), cfg.StrOpt('ssh-username', default='me'),
])
try:
    conf([], default_config_files=[], default_config_dirs=[])
    print(json.dumps({name: getattr(conf, name) for name in conf}))
except (Exception, SystemExit):
    print('{"refused": true}')
`;
const KEYS = ['backup_name', 'engine_name', 'lvm_snapperm', 'max_level', 'sync', 'dry_run', 'remove_older_than', 'ssh_username'] as const;

const ask = (environment: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> =>
  JSON.parse(execFileSync('/usr/bin/python3', ['-W', 'ignore', '-c', OSLO], { encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'ignore'] }));

test.each<[Record<string, string>, Record<string, unknown>]>([
  [
    { OS_DEFAULT__BACKUP_NAME: 'a name', OS_DEFAULT__MAX_LEVEL: '3', OS_DEFAULT__SYNC: 'no' },
    { backup_name: 'a name', max_level: 3, sync: false },
  ],
  [
    { OS_DEFAULT__ENGINE_NAME: 'tar', OS_DEFAULT__LVM_SNAPPERM: 'rw', OS_DEFAULT__REMOVE_OLDER_THAN: '0.5' },
    { engine_name: 'tar', lvm_snapperm: 'rw', remove_older_than: 0.5 },
  ],
  [
    { OS_DEFAULT__DRY_RUN: 'True', OS_DEFAULT__SSH_USERNAME: '' },
    { dry_run: true, ssh_username: '' },
  ],
  [{ OS_DEFAULT__MAX_LEVEL: 'x' }, { refused: true }],
])('oslo.config takes %j as this program does', async (environment, expected) => {
  expect(ask(environment)).toMatchObject(expected);
  const resolved = resolveSettings(resolveInput(['list', '--storage', 'local'], {}, environment));
  const ours = await resolved.then(
    ({ settings }) => Object.fromEntries(KEYS.map((key) => [key, settings[key]])),
    () => ({ refused: true }),
  );
  expect(ours).toMatchObject(expected);
});
