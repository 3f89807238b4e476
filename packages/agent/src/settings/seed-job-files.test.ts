import { readFileSync } from 'node:fs';
import { keyOf, readIni, readValue } from '@freezer/settings';
import { describe, expect, test } from '@jest/globals';
import { AGENT_TABLE } from './option-table.ts';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

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

interface Seed {
  readonly of: string;
  readonly action: Action;
  /** The settings that it stands for. */
  readonly means?: Action;
  /** What this version says that it lacks, in place of that. */
  readonly lacks?: string;
}

/** The actions of job documents in the manuals; what these leave as a type has a value. */
const SEEDS: readonly Seed[] = JSON.parse(readFileSync(new URL('./seed-actions.fixture.json', import.meta.url), 'utf8'));

const EVERY_KIND: Seed = {
  of: 'values of every kind',
  action: {
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
  means: {
    exclude: ["it's", 'a, b'],
    dry_run: true,
    sync: false,
    max_level: 2,
    proxy: undefined,
    log_format: 'one %(message)s',
  },
};

describe("the file that Freezer's scheduler writes for an action runs unchanged", () => {
  test.each([...SEEDS, EVERY_KIND].map((seed) => [seed.of, seed] as const))('%s', async (_, { action, means, lacks }) => {
    const resolved = resolveJob(schedulerFile(action), ['--storage', 'local']);
    if (lacks !== undefined)
      await expect(resolved).rejects.toMatchObject({
        code: 'invalid',
        message: lacks,
      });
    else
      expect((await resolved).settings).toMatchObject({
        ...means,
        metadata_out: '-',
      });
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
      const option = AGENT_TABLE.ofFileName(key);
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
    const [, , swift] = (await resolveJob(text, ['--os-auth-url', 'http://other/v3'])).storageSections;
    expect(swift).toMatchObject({ name: 'swift', settings: { storage: 'swift', container: 'test', osrc: '/here/openrc.osrc', max_segment_size: 67_108_864 } });
    expect(Object.keys(swift?.settings ?? {}).filter((key) => key.startsWith('os_'))).toEqual([]);
  });

  test('one with a cloud of its own finds it where the run has its clouds', async () => {
    const text = `${SEVERAL}[storage:swift]\nstorage=swift\ncontainer = test\nos_cloud = mine\n`;
    const [, , swift] = (await resolveJob(text, ['--os-client-config-file', '/site/clouds.yaml', '--os-auth-url', 'http://other/v3'])).storageSections;
    expect(swift?.settings).toMatchObject({ os_cloud: 'mine', os_client_config_file: '/site/clouds.yaml' });
    expect(swift?.settings).not.toHaveProperty('os_auth_url');
  });

  test('one of Swift without an account has that of the run', async () => {
    const text = `${SEVERAL}[storage:swift]\nstorage=swift\ncontainer = test\n`;
    const [first, , swift] = (await resolveJob(text, ['--os-auth-url', 'http://keystone/v3', '--os-username', 'me'])).storageSections;
    expect(swift?.settings).toMatchObject({ os_auth_url: 'http://keystone/v3', os_username: 'me' });
    expect(first?.settings).toEqual({ storage: 'local', container: '/tmp/backup1/' });
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
