import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

jest.setTimeout(60_000);

interface Seed {
  readonly line: string;
  /** By key; a text says why the words are no command line. */
  readonly gives: string | Readonly<Record<string, string | boolean | readonly string[]>>;
  /** What this version says that it lacks. Without: it runs. */
  readonly lacks?: string;
  /** The same once the storage is a local one. */
  readonly lacksLocally?: string;
}

/** Command lines of Freezer's manuals and of a deployment guide, which the settings of `@freezer/agent` are tested with, too. */
const SEEDS: readonly Seed[] = JSON.parse(
  readFileSync(new URL('../../../packages/agent/src/settings/seed-command-lines.fixture.json', import.meta.url), 'utf8'),
);

/** The job file of the manual's example, and the same without its limits. */
const JOB = `[default]
action = backup
storage = ssh
ssh_host = 127.0.0.1
ssh_username = saad
ssh_key = /home/saad/.ssh/saad
container = /home/saad/backups_freezers
backup_name = freezer_jobs
path_to_backup = /etc
`;
const LIMITS = 'upload_limit=2k\ndownload_limit=1k\n';
const JOB_FILES: Readonly<Record<string, string>> = {
  'job1.ini': JOB + LIMITS,
  'job2.ini': JOB + LIMITS,
  freezer_job_x21aj29: JOB,
};

/** A setting that a line gives, as it is written there. */
function given({ gives }: Seed, key: string): string | undefined {
  const value = typeof gives === 'string' ? undefined : gives[key];
  return typeof value === 'string' ? value : undefined;
}

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
  // So that the lines stand as they are.
  here.environment = {
    ...here.environment,
    OS_DEFAULT__STATE_DIR: here.path('state'),
    OS_DEFAULT__SYNC: 'False',
    OS_DEFAULT__LOG_FILE: here.path('log'),
  };
  mkdirSync(here.path('root'));
});
afterEach(() => here[Symbol.dispose]());

/** Where a path of the manual lies in the folder of the test. */
const moved = (path: string): string => here.path('root', path);

/** The words behind the program, as a shell takes them apart, with absolute paths moved. */
function argvOf(line: string): string[] {
  const words = [...line.slice(line.indexOf('freezer-agent') + 'freezer-agent'.length).matchAll(/(?:"[^"]*"|[^\s"])+/g)];
  return words.map(([word]) => word.replaceAll('"', '')).map((word) => (word.startsWith('/') ? moved(word) : word));
}

/** The job file that a line names, as it stands in the manual but for its paths. */
function writeJobFile(file: string): void {
  mkdirSync(here.path('root', 'home', 'user'), { recursive: true });
  mkdirSync(here.path('root', 'tmp'), { recursive: true });
  const text = JOB_FILES[basename(file)] ?? '';
  writeFileSync(
    moved(file),
    text.replaceAll(/= (\/\S+)/g, (_, path: string) => `= ${moved(path)}`),
  );
}

interface Place {
  readonly store: string;
  readonly name: string;
  readonly host: string;
}

const placeOf = (seed: Seed): Place => ({
  store: moved(given(seed, 'container') ?? 'freezer_backups'),
  name: given(seed, 'backup_name') ?? (given(seed, 'config') === undefined ? 'set' : 'freezer_jobs'),
  host: given(seed, 'hostname') ?? 'here',
});

/** The same command on a local storage, with a name where the manual leaves it out. */
function locally(seed: Seed): string[] {
  const { store, name } = placeOf(seed);
  const named = given(seed, 'config') === undefined ? ['-N', name] : [];
  return [...argvOf(seed.line), '--storage', 'local', '--container', store, ...named];
}

const treeOf = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).toSorted();

function writeTree(folder: string, ...files: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const file of files) writeFileSync(`${folder}/${file}`, file.repeat(20));
}

/** Two fulls, one before the date that the manual restores from and one after it. */
async function storeTwo({ store, name, host }: Place): Promise<void> {
  const source = here.path('before');
  for (const [date, file] of [
    ['2014-05-20', 'early'],
    ['2014-06-20', 'late'],
  ] as const) {
    writeTree(source, file);
    here.now = () => Date.parse(date);
    const ran = await here.runLine(['backup', '--storage', 'local', '-C', store, '-N', name, '--hostname', host, '-F', source]);
    expect(ran).toMatchObject({ code: 0, complaints: '' });
  }
  here.now = Date.now;
}

const done = { code: 0, complaints: '' };

const EXPECT: ReadonlyMap<string, (seed: Seed) => Promise<void>> = new Map([
  [
    'backup',
    async (seed) => {
      const { store, name, host } = placeOf(seed);
      const path = given(seed, 'path_to_backup') ?? '/etc';
      writeTree(path.startsWith('/') ? moved(path) : here.path(path), 'one', 'two');
      expect(await here.runLine(locally(seed))).toMatchObject(done);
      const target = here.path('target');
      const back = ['restore', '--storage', 'local', '-C', store, '-N', name, '--hostname', host, '--restore-abs-path', target];
      expect(await here.runLine(back)).toMatchObject(done);
      expect(treeOf(target)).toEqual(['one', 'two']);
    },
  ],
  [
    'restore',
    async (seed) => {
      await storeTwo(placeOf(seed));
      expect(await here.runLine(locally(seed))).toMatchObject(done);
      const saved = given(seed, 'restore_from_date') === undefined ? ['early', 'late'] : ['early'];
      expect(treeOf(moved(given(seed, 'restore_abs_path') ?? ''))).toEqual(saved);
    },
  ],
  [
    'admin',
    async (seed) => {
      const { store, name, host } = placeOf(seed);
      await storeTwo(placeOf(seed));
      expect(await here.runLine(locally(seed))).toMatchObject(done);
      // The last complete point stays, however old it is.
      expect(readdirSync(`${store}/metadata/tar/${host}_${name}`)).toHaveLength(1);
    },
  ],
  [
    'info',
    async (seed) => {
      await storeTwo(placeOf(seed));
      const ran = await here.runLine(locally(seed));
      expect(ran).toMatchObject(done);
      const objects = ran.out.split('\n').filter((line) => line.includes('metadata/tar/here_set/'));
      expect(objects).toHaveLength(seed.line.endsWith(' -l') ? 2 : 0);
    },
  ],
]);

async function runsLocally(seed: Seed): Promise<void> {
  const expectation = EXPECT.get(given(seed, 'action') ?? 'backup');
  if (!expectation) throw new Error(`${seed.line}: no such action`);
  await expectation(seed);
}

function jobFileOf(seed: Seed): void {
  const file = given(seed, 'config');
  if (file !== undefined) writeJobFile(file);
}

/** `ROOT` and `HOME` stand for folders of the test. */
const saysOnly = (text: string) => {
  const placed = text.replace('ROOT/', `${here.path('root')}/`).replace('HOME/', `${here.folder}/`);
  return { code: 2, out: '', complaints: `Critical Error: ${placed}\n` };
};

describe('each command line of the manuals runs, or says in one line what this version lacks', () => {
  test.each(SEEDS.map((seed) => [seed.line, seed] as const))('%s', async (_, seed) => {
    jobFileOf(seed);
    if (seed.lacks === undefined) return runsLocally(seed);
    expect(await here.runLine(argvOf(seed.line))).toEqual(saysOnly(seed.lacks));
    expect(seed.lacks).not.toContain('unknown option');
    expect(readdirSync(here.path('root'))).toEqual(seed.line.includes('--config') ? ['home', 'tmp'] : []);
  });
});

describe('the same on a local storage', () => {
  test.each(SEEDS.filter(({ lacks, gives }) => lacks !== undefined && typeof gives !== 'string').map((seed) => [seed.line, seed] as const))(
    '%s',
    async (_, seed) => {
      jobFileOf(seed);
      if (seed.lacksLocally === undefined) return runsLocally(seed);
      expect(await here.runLine(locally(seed))).toEqual(saysOnly(seed.lacksLocally));
    },
  );
});
