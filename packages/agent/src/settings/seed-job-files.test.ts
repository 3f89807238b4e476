import { describe, expect, test } from '@jest/globals';
import { readIni } from './ini.ts';
import { keyOf, optionOfFileName } from './option-table.ts';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';
import { readValue } from './values.ts';

type Action = Readonly<Record<string, unknown>>;

/** A text as Python writes it in a list. */
const repr = (value: unknown): string => (typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : pythonText(value));

/** A value as Freezer's scheduler writes it: Python's text of it, line breaks as indented lines. */
function pythonText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  return String(value).replaceAll('\n', '\n\t');
}

/** The file that Freezer's scheduler makes of an action and hands to the agent. */
function schedulerFile(action: Action): string {
  const lines = Object.entries(action).flatMap(([key, value]) => (value === null ? [] : [`${key.toLowerCase()} = ${pythonText(value)}\n`]));
  return `[action]\n${lines.join('')}\n`;
}

const resolveJob = (text: string, argv: readonly string[] = []) =>
  resolveSettings(resolveInput(['--metadata-out', '-', '--config', '/tmp/job', ...argv], { '/tmp/job': text }));

/** The actions of job documents in the manuals; what these leave as a type has a value. With what each of them means. */
const ACTIONS: readonly (readonly [string, Action, Action])[] = [
  [
    'a backup with old names',
    {
      action: 'backup',
      mode: 'fs',
      src_file: '/home/tylerdurden/project_mayhem',
      backup_name: 'project_mayhem_backup',
      container: 'my_backup_container',
      max_backup_level: 6,
      always_backup_level: 2,
      restart_always_backup: 5,
      no_incremental: false,
      encrypt_pass_file: '/root/private_key_file',
      log_file: '/var/log/freezer.log',
      hostname: false,
      max_cpu_priority: false,
    },
    {
      action: 'backup',
      mode: 'fs',
      path_to_backup: '/home/tylerdurden/project_mayhem',
      backup_name: 'project_mayhem_backup',
      container: 'my_backup_container',
      max_level: 6,
      always_level: 2,
      restart_always_level: 5,
      no_incremental: false,
      encrypt_pass_file: ['/root/private_key_file'],
      log_file: '/var/log/freezer.log',
      hostname: 'vm',
      max_priority: false,
    },
  ],
  [
    'a restore from another host',
    {
      action: 'restore',
      'restore-abs-path': '/home/tylerdurden/project_mayhem',
      container: 'my_backup_container',
      backup_name: 'project_mayhem_backup',
      'restore-from-host': 'another_host',
    },
    { action: 'restore', restore_abs_path: '/home/tylerdurden/project_mayhem', hostname: 'another_host' },
  ],
  [
    'one of two of a session',
    { action: 'backup', mode: 'fs', src_file: '/home/user1/file', backup_name: 'user1_backup', container: 'my_backup_container' },
    { path_to_backup: '/home/user1/file', backup_name: 'user1_backup' },
  ],
  [
    'a job that is uploaded by hand',
    {
      action: 'backup',
      mode: 'fs',
      backup_name: 'backup1',
      path_to_backup: '/home/me/datadir',
      container: 'schedule_backups',
      log_file: '/home/me/.freezer/freezer.log',
    },
    { backup_name: 'backup1', path_to_backup: '/home/me/datadir', log_file: '/home/me/.freezer/freezer.log' },
  ],
  [
    'values of every kind',
    {
      action: 'backup',
      path_to_backup: '/data',
      backup_name: 'A',
      container: '/c',
      max_level: 2,
      exclude: ["it's", 'a, b'],
      dry_run: true,
      proxy: null,
      sync: false,
      log_format: 'one %(message)s',
    },
    { exclude: ["it's", 'a, b'], dry_run: true, sync: false, max_level: 2, proxy: undefined, log_format: 'one %(message)s' },
  ],
];

describe("the file that Freezer's scheduler writes for an action runs unchanged", () => {
  test.each(ACTIONS)('%s', async (_, action, expected) => {
    const { settings } = await resolveJob(schedulerFile(action), ['--storage', 'local']);
    expect(settings).toMatchObject({ ...expected, metadata_out: '-' });
  });
});

const SEVERAL = `[default]
action = backup
mode = fs
path_to_backup = /foo/
backup_name = mytest6
always_level = 2
max_segment_size = 67108864
container = /tmp/backup/
storage = local
[storage:first]
storage=local
container = /tmp/backup1/
[storage:second]
storage=local
container = /tmp/backup2/
`;

const LIMITED = `[default]
action = backup
storage = ssh
ssh_host = 127.0.0.1
ssh_username = saad
ssh_key = /home/saad/.ssh/saad
container = /home/saad/backups_freezers
backup_name = freezer_jobs
path_to_backup = /etc
upload_limit=2k
download_limit=1k
`;

/** Settings of a file by key, whether or not this version has what they ask for. */
function valuesOf(text: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    readIni(text, 'job', 'job').map(({ key, value }) => {
      const option = optionOfFileName(key);
      return option ? [keyOf(option), readValue(option, value, { place: key, home: '/home/me', cwd: '/' })] : [key, 'unknown'];
    }),
  );
}

describe('job files of the manuals', () => {
  test('several storages at once', async () => {
    const { settings, storageSections, warnings } = await resolveJob(SEVERAL);
    expect(settings).toMatchObject({
      path_to_backup: '/foo',
      backup_name: 'mytest6',
      always_level: 2,
      max_segment_size: 67_108_864,
      container: '/tmp/backup/',
    });
    expect(storageSections).toEqual([
      { name: 'first', settings: { storage: 'local', container: '/tmp/backup1/' } },
      { name: 'second', settings: { storage: 'local', container: '/tmp/backup2/' } },
    ]);
    expect(warnings).toEqual([]);
  });

  test('one with an account of its own', async () => {
    const text = `${SEVERAL}[storage:swift]\nstorage=swift\ncontainer = test\nosrc = openrc.osrc\n`;
    const resolved = await resolveJob(text).catch((error: unknown) => error);
    const swift = { name: 'swift', settings: { storage: 'swift', container: 'test', osrc: 'openrc.osrc' } };
    // As long as there is no such storage, it is said in one line.
    if (resolved instanceof Object && 'storageSections' in resolved) expect(resolved.storageSections).toContainEqual(swift);
    else
      expect(resolved).toMatchObject({
        code: 'invalid',
        message: expect.stringMatching(/^job: \[storage:swift\] storage: 'swift' needs @freezer\/storage-swift/),
      });
  });

  test('limits and an SSH account', () => {
    expect(valuesOf(LIMITED)).toEqual({
      action: 'backup',
      storage: 'ssh',
      ssh_host: '127.0.0.1',
      ssh_username: 'saad',
      ssh_key: '/home/saad/.ssh/saad',
      container: '/home/saad/backups_freezers',
      backup_name: 'freezer_jobs',
      path_to_backup: '/etc',
      upload_limit: 2048,
      download_limit: 1024,
    });
  });
});
