import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

jest.setTimeout(60_000);

/** By key; a list where an option may be given several times. */
type Given = Readonly<Record<string, string | boolean | readonly string[]>>;

const PLACES = ['arguments', 'job file', '--config-file', 'environment'] as const;
type Place = (typeof PLACES)[number];

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
  // One that stands still: the times of all runs are the same.
  here.now = () => Date.parse('2026-03-04T05:06:07Z');
  writeFileSync(here.path('pass'), 'a long passphrase for a test\n');
});
afterEach(() => here[Symbol.dispose]());

const place = (): Given => ({
  storage: 'local',
  container: here.path('store'),
  backup_name: 'a/set',
  hostname: 'elsewhere',
  state_dir: here.path('state'),
  log_file: here.path('log'),
  encrypt_pass_file: [here.path('pass')],
});

/** None of these is what holds when nothing is given. */
const backup = (): Given => ({
  ...place(),
  path_to_backup: here.path('source'),
  max_level: '2',
  compression: 'xz',
  encryption: 'aes-256-gcm',
  exclude: ['*.log', 'left out'],
  exclude_if_present: ['.no'],
  dereference_symlink: 'hard',
  suspicious_below: '0.5',
  storage_mode: '0640',
  sync: false,
  metadata_out: here.path('result'),
});

const textsOf = (value: Given[string]): readonly string[] =>
  Array.isArray(value) ? value : [typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)];

const optionsOf = (given: Given): string[] =>
  Object.entries(given).flatMap(([key, value]) => {
    const name = key.replaceAll('_', '-');
    if (typeof value === 'boolean') return [value ? `--${name}` : `--no${name}`];
    return textsOf(value).flatMap((text) => [`--${name}`, text]);
  });

const linesOf = (section: string, given: Given): string =>
  `[${section}]\n${Object.entries(given)
    .map(([key, value]) => `${key} = ${textsOf(value).join('\n  ')}\n`)
    .join('')}`;

/** Runs an action with all its settings given in one place. */
async function run(action: string, given: Given, where: Place): Promise<void> {
  const file = here.path('settings');
  const plain = here.environment;
  if (where !== 'arguments') writeFileSync(file, linesOf(where === 'job file' ? 'job' : 'DEFAULT', given));
  if (where === 'environment')
    here.environment = {
      ...plain,
      ...Object.fromEntries(Object.entries(given).map(([key, value]) => [`OS_DEFAULT__${key.toUpperCase()}`, textsOf(value).join('\n')])),
    };
  const options = {
    arguments: optionsOf(given),
    'job file': ['--config', file],
    '--config-file': ['--config-file', file],
    environment: [],
  };
  const ran = await here.runLine([action, ...options[where]]);
  here.environment = plain;
  expect({ where, ...ran }).toMatchObject({ where, code: 0, complaints: '' });
}

const OLD = new Date('2020-01-01T00:00:00Z');

function write(path: string, text: string): void {
  writeFileSync(here.path('source', path), text);
  utimesSync(here.path('source', path), OLD, OLD);
}

/** What the first level saves. */
function writeSource(): void {
  rmSync(here.path('source'), { recursive: true, force: true });
  for (const folder of ['', 'kept', 'hidden', 'left out']) mkdirSync(here.path('source', folder));
  for (const file of ['one', 'a.log', 'kept/two', 'hidden/.no', 'hidden/three', 'left out/four']) write(file, file.repeat(50));
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(`${folder}/${name}`).isFile())
    .toSorted();

/** Fields that differ from run to run: a salt is random, and the engine's own state names inodes and the time of its clock. */
const RANDOM = new Set([
  'salt',
  'data',
  'pieces',
  'index',
  'engine_metadata',
  'state',
  'manifest',
  'cli',
  'duration_seconds',
  'bytes_compressed',
  'backup_size_compressed',
]);
const withoutRandom = (key: string, value: unknown): unknown => (RANDOM.has(key) ? typeof value : value);

const readDocument = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '', withoutRandom);

interface Made {
  readonly objects: readonly string[];
  readonly modes: readonly number[];
  readonly documents: readonly unknown[];
  readonly restored: Readonly<Record<string, string>>;
}

/** A full and an increment with all settings given in one place, and what a restore in that place gives. */
async function make(where: Place): Promise<Made> {
  writeSource();
  await run('backup', backup(), where);
  write('kept/new', 'new');
  rmSync(here.path('source/one'));
  await run('backup', backup(), where);
  const target = here.path('target');
  await run('restore', { ...place(), restore_abs_path: target }, where);
  const store = here.path('store');
  const objects = filesOf(store);
  const documents = objects
    .filter((name) => /(manifest|metadata)$/.test(name) && !name.endsWith('engine_metadata'))
    .map((name) => readDocument(`${store}/${name}`));
  const made = {
    objects,
    modes: objects.map((name) => statSync(`${store}/${name}`).mode & 0o777),
    documents: [...documents, readDocument(here.path('result'))],
    restored: Object.fromEntries(filesOf(target).map((name) => [name, readFileSync(`${target}/${name}`, 'utf8')])),
  };
  renameSync(store, here.path(`store of ${where}`));
  for (const folder of ['target', 'state']) rmSync(here.path(folder), { recursive: true });
  return made;
}

describe('the settings of a run', () => {
  test('give the same backup from wherever they come', async () => {
    const first = await make('arguments');
    expect(Object.keys(first.restored)).toEqual(['hidden/.no', 'kept/new', 'kept/two']);
    expect(first.objects.filter((name) => name.endsWith('manifest')).map((name) => name.replaceAll(/\d{6,}/g, 'T'))).toEqual([
      'data/tar/elsewhere_a/set/T/0_T/manifest',
      'data/tar/elsewhere_a/set/T/1_T/manifest',
    ]);
    const options = { compression: 'xz', encryption: 'aes-256-gcm', exclude: ['*.log', 'left out'], dereference_symlink: 'hard' };
    expect(first.documents).toContainEqual(expect.objectContaining({ options: expect.objectContaining(options) }));
    expect(new Set(first.modes)).toEqual(new Set([0o640]));
    for (const where of PLACES.slice(1)) expect({ where, ...(await make(where)) }).toEqual({ where, ...first });
  });

  test('are no more those of the built-in values', async () => {
    writeSource();
    await run('backup', { ...place(), path_to_backup: here.path('source'), metadata_out: here.path('result') }, 'arguments');
    expect(readDocument(here.path('result'))).toMatchObject({ compression: 'gzip', total_fs_files: 6 });
  });
});
