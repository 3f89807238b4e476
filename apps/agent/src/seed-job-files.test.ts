import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

jest.setTimeout(60_000);

type Action = Readonly<Record<string, string | number | boolean>>;

interface Seed {
  readonly of: string;
  readonly action: Action;
  readonly lacks?: string;
}

/** Actions of the job documents in Freezer's manuals, which the settings of `@freezer/agent` are tested with, too. */
const SEEDS: readonly Seed[] = JSON.parse(readFileSync(new URL('../../../packages/agent/src/settings/seed-actions.fixture.json', import.meta.url), 'utf8'));

/** The example of several storages at once. */
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
`;
const SECOND = '[storage:second]\nstorage=local\ncontainer = /tmp/backup2/\n';
const SWIFT = '[storage:swift]\nstorage=swift\ncontainer = test\nosrc = openrc.osrc\n';

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
  here.environment = {
    ...here.environment,
    OS_DEFAULT__STATE_DIR: here.path('state'),
    OS_DEFAULT__SYNC: 'False',
    OS_DEFAULT__LOG_FILE: here.path('log'),
  };
});
afterEach(() => here[Symbol.dispose]());

const moved = (path: string): string => here.path('root', path);
const store = (): string => moved('my_backup_container');

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** The file that Freezer's scheduler makes of an action, its paths moved into the folder of the test. */
function jobFile(action: Action): string {
  const lines = Object.entries(action).map(([key, value]) => {
    const text = typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
    return `${key} = ${text.startsWith('/') ? moved(text) : text}\n`;
  });
  return write(here.path('job'), `[action]\n${lines.join('')}\n`);
}

/** As that scheduler calls the agent; the highest priority would be that of the test as well. */
const runJob = (file: string, ...options: readonly string[]) => here.runLine(['--metadata-out', '-', '--config', file, '--nomax-priority', ...options]);
const localStore = (): string[] => ['--storage', 'local', '--container', store()];

/** As it is written. */
function given({ action }: Seed, key: string): string | undefined {
  const value = action[key];
  return typeof value === 'string' ? value : undefined;
}

/** The set that an action means, on the local storage. */
function setOf(seed: Seed): string[] {
  const name = given(seed, 'backup_name') ?? given(seed, 'backup-name') ?? '';
  return ['-N', name, '--hostname', given(seed, 'restore-from-host') ?? 'here', ...localStore()];
}

/** The file or directory that an action saves, with all that it names beside that. Resolves to the file with the content. */
function writeSource(seed: Seed): string {
  for (const key of ['encrypt_pass_file', 'log_file']) {
    const path = given(seed, key);
    if (path !== undefined) write(moved(path), key === 'log_file' ? '' : 'a long passphrase\n');
  }
  const path = moved(given(seed, 'src_file') ?? given(seed, 'path_to_backup') ?? '/home/tylerdurden/project_mayhem');
  write(path.endsWith('/file') ? path : `${path}/file`, 'content');
  return path;
}

const done = { code: 0, complaints: '' };
const runs = SEEDS.filter(({ lacks }) => lacks === undefined);
const backups = runs.filter(({ action }) => action['action'] === 'backup').map((seed) => [seed.of, seed] as const);
const restores = runs.filter(({ action }) => action['action'] === 'restore').map((seed) => [seed.of, seed] as const);

describe('each action of the job documents runs', () => {
  test.each(backups)('%s', async (_, seed) => {
    writeSource(seed);
    const ran = await runJob(jobFile(seed.action), ...localStore());
    expect(ran).toMatchObject(done);
    expect(JSON.parse(ran.out)).toMatchObject({ action: 'backup', backup_name: given(seed, 'backup_name'), curr_backup_level: 0 });
    expect(readFileSync(moved(given(seed, 'log_file') ?? '../log'), 'utf8')).toContain('Begin freezer agent');
    const passFile = given(seed, 'encrypt_pass_file');
    const key = passFile === undefined ? [] : ['--encrypt-pass-file', moved(passFile)];
    expect(await here.runLine(['restore', ...setOf(seed), ...key, '--restore-abs-path', here.path('target')])).toMatchObject(done);
    expect(readFileSync(here.path('target/file'), 'utf8')).toBe('content');
  });

  test.each(restores)('%s', async (_, seed) => {
    expect(await here.runLine(['backup', ...setOf(seed), '-F', writeSource(seed)])).toMatchObject(done);
    const target = moved(given(seed, 'restore-abs-path') ?? '');
    rmSync(target, { recursive: true });
    expect(await runJob(jobFile(seed.action), ...localStore())).toMatchObject(done);
    expect(readFileSync(`${target}/file`, 'utf8')).toBe('content');
  });

  test.each(SEEDS.map((seed) => [seed.of, seed] as const))('%s, on the storage that it means', async (_, { action, lacks }) => {
    for (const key of ['log_file', 'encrypt_pass_file']) if (action[key] !== undefined) write(moved(String(action[key])), 'correct horse battery staple');
    const swift = 'swift storage: the account: OS_AUTH_URL is missing';
    expect(await runJob(jobFile(action))).toEqual({
      code: 2,
      out: '',
      complaints: `Critical Error: ${lacks ?? swift}\n`,
    });
    expect(existsSync(store())).toBe(false);
  });
});

describe('the job file with several storages', () => {
  const runSections = (sections: string) =>
    runJob(
      write(
        here.path('job'),
        sections.replaceAll(/= ?(\/\S+)/g, (__, path: string) => `= ${moved(path)}`),
      ),
    );

  test('with one of them it saves there', async () => {
    write(moved('foo/file'), 'content');
    expect(await runSections(SEVERAL)).toMatchObject({
      code: 0,
      complaints: '',
    });
    expect(readdirSync(moved('tmp/backup1/metadata/tar'))).toEqual(['here_mytest6']);
    expect(existsSync(moved('tmp/backup'))).toBe(false);
  });

  test('with two it saves to both', async () => {
    write(moved('foo/file'), 'content');
    expect(await runSections(SEVERAL + SECOND)).toMatchObject({ code: 0, complaints: '' });
    for (const place of ['backup1', 'backup2']) expect(readdirSync(moved(`tmp/${place}/metadata/tar`))).toEqual(['here_mytest6']);
  });

  test('an osrc file that is not there is one line, and nothing is saved', async () => {
    write(moved('foo/file'), 'content');
    const { code, out, complaints } = await runSections(SEVERAL + SECOND + SWIFT);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(complaints).toMatch(/^Critical Error: swift storage: the account: read \/.*\/openrc\.osrc: there is no such file\n$/);
    expect(existsSync(moved('tmp/backup1/metadata'))).toBe(false);
  });
});
