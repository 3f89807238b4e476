import { appendFile, chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dateOf, Lab } from './harness/lab.ts';
import { AGENT, type Options, ourEnvironment } from './harness/our-agent.ts';
import { type Ended, runProgram, startProgram } from './harness/run-program.ts';
import { treeLines } from './harness/tree-lines.ts';
import { remainsOf } from './safety/remains.ts';

jest.setTimeout(120_000);

const HOST = 'labhost';
const SET = `${HOST}_set`;

let lab: Lab;
let stores: { near: string; far: string };
let job: string;
beforeEach(async () => {
  lab = await Lab.open();
  stores = { near: join(lab.root, 'near'), far: join(lab.root, 'far') };
  job = join(lab.root, 'job.conf');
  await writeJob(['near', 'far']);
  await mkdir(join(lab.source, 'dir'));
  await writeFile(join(lab.source, 'dir/file'), 'one\n');
  await writeFile(join(lab.source, 'big'), Buffer.alloc(3_000_000, 'x'));
});
afterEach(() => lab.close());

async function writeJob(names: readonly ('near' | 'far')[], more = ''): Promise<void> {
  const sections = names.map((name) => `[storage:${name}]\nstorage = local\ncontainer = ${stores[name]}\n`);
  await writeFile(job, `[default]\nbackup_name = set\nhostname = ${HOST}\nmode = fs\npath_to_backup = ${lab.source}\n${more}\n${sections.join('\n')}`);
}

const argumentsOf = (action: string, options: Options): string[] => [
  AGENT,
  action,
  '--config',
  job,
  '--state-dir',
  lab.state,
  '--log-file',
  `${lab.root}/ours.log`,
  ...options,
];

const run = (action: string, options: Options = []): Promise<Ended> =>
  runProgram(process.execPath, argumentsOf(action, options), { cwd: lab.root, env: ourEnvironment(lab) });

async function must<Printed>(code: number, action: string, options: Options = []): Promise<Printed> {
  const ended = await run(action, ['--json', ...options]);
  if (ended.code !== code) throw new Error(`${action} ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  return JSON.parse(ended.stdout) as Printed;
}

/** `<T0>/<level>_<T>` of the levels of one store. */
async function levelsIn(store: string): Promise<readonly string[]> {
  const all = await readdir(join(store, 'metadata/tar', SET), { recursive: true }).catch((): string[] => []);
  return all
    .filter((path) => path.endsWith('/metadata'))
    .map((path) => path.slice(0, -'/metadata'.length))
    .toSorted();
}

const nextSecond = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1010 - (Date.now() % 1000)));

async function backup(options: Options = ['--incremental'], code = 0): Promise<{ readonly storages: readonly object[]; readonly time_stamp: number }> {
  await nextSecond();
  return must(code, 'backup', options);
}

async function restored(options: Options = []): Promise<readonly string[]> {
  const target = lab.target();
  await must(0, 'restore', ['--restore-abs-path', target, ...options]);
  return treeLines(target);
}

async function sameBytes(level: string): Promise<void> {
  for (const root of ['metadata', 'data']) {
    for (const name of await readdir(join(stores.near, root, 'tar', SET, level)))
      expect(await readFile(join(stores.far, root, 'tar', SET, level, name))).toEqual(await readFile(join(stores.near, root, 'tar', SET, level, name)));
  }
}

describe('a backup to several storages at once', () => {
  it('is the same in each, byte by byte, with its increments, and each restores it alone', async () => {
    const document = await backup();
    expect(document.storages).toEqual([
      { name: 'near', storage: 'local', container: stores.near, result: 'success' },
      { name: 'far', storage: 'local', container: stores.far, result: 'success' },
    ]);
    await appendFile(join(lab.source, 'dir/file'), 'two\n');
    await backup();
    const levels = await levelsIn(stores.near);
    expect(levels.map((level) => level.split('/')[1]?.slice(0, 2))).toEqual(['0_', '1_']);
    expect(await levelsIn(stores.far)).toEqual(levels);
    for (const level of levels) await sameBytes(level);
    for (const name of ['near', 'far']) expect(await restored(['--from', name])).toEqual(await treeLines(lab.source));
    expect(await must(0, 'verify', ['--storage-verify'])).toMatchObject({ result: 'success', levels: 2, differences: [] });
    for (const store of Object.values(stores)) expect(await remainsOf(lab, store)).toEqual([]);
  });

  it('policy all: one that fails stops the run, the others stay as they were, and the next run goes on', async () => {
    await backup();
    const before = await levelsIn(stores.near);
    await rm(join(stores.far, 'data'), { recursive: true });
    await writeFile(join(stores.far, 'data'), 'no folder');
    const ended = await run('backup', ['--incremental']);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(/^Critical Error: [^\n]*far[^\n]*\n$/);
    expect(await levelsIn(stores.near)).toEqual(before);
    expect(await remainsOf(lab, stores.near)).toEqual([]);
  });

  it('policy any: the run goes on without one that fails, and says so; later all are in step again', async () => {
    await backup();
    await rm(join(stores.far, 'data'), { recursive: true });
    await writeFile(join(stores.far, 'data'), 'no folder');
    const partial = await backup(['--incremental', '--storage-policy', 'any'], 3);
    expect(partial).toMatchObject({
      result: 'partial',
      storages: [
        { name: 'near', result: 'success' },
        { name: 'far', result: 'fail', reason: expect.stringContaining('far') },
      ],
    });
    expect(await levelsIn(stores.near)).toHaveLength(2);
    await rm(join(stores.far), { recursive: true });
    await backup();
    const levels = await levelsIn(stores.near);
    expect(await levelsIn(stores.far)).toEqual(levels.slice(-1));
    expect(levels.at(-1)).toMatch(/\/0_/);
    await sameBytes(levels.at(-1) ?? '');
    expect(await restored()).toEqual(await treeLines(lab.source));
  });

  it('a storage that is not to be opened: with all the run fails before it changes anything, with any it is left out', async () => {
    await writeFile(stores.far, 'a file where the folder should be');
    expect((await run('backup')).code).toBe(1);
    expect(await levelsIn(stores.near)).toEqual([]);
    await backup(['--storage-policy', 'any'], 3);
    expect(await levelsIn(stores.near)).toHaveLength(1);
  });

  it('SIGKILL in the middle: the next run clears up in each, and its point restores from each', async () => {
    await backup();
    await writeFile(join(lab.source, 'random'), Buffer.alloc(64_000_000, 'abcdefg'));
    const started = startProgram(process.execPath, argumentsOf('backup', ['--incremental', '--upload-limit', '200k']), {
      cwd: lab.root,
      env: ourEnvironment(lab),
    });
    for (;;) {
      const files = await readdir(join(stores.far, 'data/tar', SET), { recursive: true });
      if (files.some((path) => path.includes('/1_') && path.endsWith('started'))) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.kill(started.child.pid ?? Number.NaN, 'SIGKILL');
    await started.ended;
    await backup();
    expect(await levelsIn(stores.far)).toEqual(await levelsIn(stores.near));
    for (const store of Object.values(stores)) expect(await remainsOf(lab, store)).toEqual([]);
    for (const name of ['near', 'far']) expect(await restored(['--from', name])).toEqual(await treeLines(lab.source));
  });
});

describe('a restore from several storages', () => {
  it('takes the one with the newest point that is whole', async () => {
    const first = await backup();
    const lines = await treeLines(lab.source);
    await appendFile(join(lab.source, 'dir/file'), 'two\n');
    await writeJob(['near']);
    await backup();
    await writeJob(['far', 'near']);
    expect(await restored()).toEqual(await treeLines(lab.source));
    const [, top = ''] = await levelsIn(stores.near);
    await writeFile(join(stores.near, 'data/tar', SET, top, 'manifest'), 'damaged');
    // What is newest is not whole: the one that is whole is taken, and the other is named.
    expect(await restored(['--restore-from-date', dateOf(first.time_stamp)])).toEqual(lines);
    expect(await restored()).toEqual(lines);
    expect(await readFile(join(lab.root, 'ours.log'), 'utf8')).toMatch(/near[^\n]*cannot give the point|cannot give the point[^\n]*near/);
  });

  it.each([[[]], [['--verify-first']], [['--path', 'dir', '--path', 'big']]])(
    'goes on with the next one when the data of the first is damaged (%j)',
    async (more) => {
      await backup();
      await appendFile(join(lab.source, 'dir/file'), 'two\n');
      await backup();
      // Twelve bytes of the increment, behind a full that restores.
      const [, top = ''] = await levelsIn(stores.near);
      const data = join(stores.near, 'data/tar', SET, top, 'data');
      const bytes = await readFile(data);
      await writeFile(data, bytes.fill('x', bytes.length - 20, bytes.length - 8));
      expect(await restored(more)).toEqual(await treeLines(lab.source));
      expect(await readFile(join(lab.root, 'ours.log'), 'utf8')).toMatch(/the next one is read[^\n]*storage=near[^\n]*next=far/);
      // What lay in the target before is not ours to go over.
      const target = lab.target();
      await mkdir(target);
      await writeFile(join(target, 'mine'), 'mine\n');
      const refused = await run('restore', ['--restore-abs-path', target]);
      expect([refused.code, await readFile(join(target, 'mine'), 'utf8')]).toEqual([1, 'mine\n']);
      const single = await run('restore', ['--restore-abs-path', lab.target(), '--from', 'near', ...more]);
      expect(single.code).toBe(1);
    },
  );

  it('--storage-verify names the storage that lacks something, and what differs', async () => {
    await backup();
    await writeJob(['near']);
    await backup();
    await writeJob(['near', 'far']);
    const found = await must<{ differences: readonly { storage: string; problem: string }[] }>(1, 'verify', ['--storage-verify']);
    expect(found.differences).toEqual([{ storage: 'far', level: expect.stringContaining('/1_'), problem: 'lacks' }]);
  });

  it('admin, list, info and verify look at each', async () => {
    await backup();
    await backup(['--no-incremental']);
    const listed = await must<{ storages: readonly { storage: string; output: readonly { points: readonly object[] }[] }[] }>(0, 'list');
    expect(listed.storages.map(({ storage, output }) => [storage, output[0]?.points.length])).toEqual([
      ['near', 2],
      ['far', 2],
    ]);
    expect(await must(0, 'verify')).toMatchObject({
      storages: [
        { storage: 'near', result: 'success' },
        { storage: 'far', result: 'success' },
      ],
    });
    expect(await must<readonly object[]>(0, 'info')).toHaveLength(2);
    await must(0, 'admin', ['--keep-last', '1']);
    for (const store of Object.values(stores)) expect(await levelsIn(store)).toHaveLength(1);
    const broken = join(stores.far, 'metadata');
    await rm(broken, { recursive: true });
    expect(await must(1, 'verify')).toMatchObject({
      storages: [
        { storage: 'near', result: 'success' },
        { storage: 'far', result: 'fail' },
      ],
    });
  });

  it('a wrong --from is one line', async () => {
    const ended = await run('restore', ['--from', 'middle', '--restore-abs-path', lab.target()]);
    expect(ended).toMatchObject({ code: 2, stderr: "Critical Error: --from: 'middle' is none of the storages; allowed: near, far\n" });
    await backup();
    // What is wrong in each of them is wrong usage, and said once.
    expect(await run('pin', ['--point', '1'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Critical Error: --point: '1' is neither [^\n]*\n$/) });
  });
});

it('two sections of one place are wrong usage, no set that is locked and no two copies', async () => {
  await writeJob(['near']);
  await backup();
  stores = { near: stores.near, far: `${stores.near}/../near` };
  await writeJob(['near', 'far']);
  const wrong = { code: 2, stdout: '', stderr: `Critical Error: [storage:far] is the same place as [storage:near]: local:${stores.near}\n` };
  expect(await run('backup', ['--wait', '60'])).toMatchObject(wrong);
  expect(await run('verify', ['--storage-verify'])).toMatchObject(wrong);
  for (const action of ['verify', 'info', 'list']) expect(await run(action)).toMatchObject(wrong);
  expect(await run('admin', ['--keep-last', '1'])).toMatchObject(wrong);
  expect(await run('list', ['--from', 'far'])).toMatchObject({ code: 0 });
});

it('exec runs its command once, however many storages there are', async () => {
  const script = join(lab.root, 'script');
  await writeFile(script, `#!/bin/sh\necho ran >> ${lab.root}/ran\n`, { mode: 0o755 });
  expect(await run('exec', ['--command', script])).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(join(lab.root, 'ran'), 'utf8')).toBe('ran\n');
});

describe('copy', () => {
  const copy = (
    code = 0,
    options: Options = [],
  ): Promise<{ readonly sets: readonly { readonly levels: readonly { level: string; state: string; problem?: string }[] }[] }> => must(code, 'copy', options);

  async function threeLevels(options: Options = []): Promise<readonly string[]> {
    await writeJob(['near']);
    for (const text of ['a', 'b', 'c']) {
      await appendFile(join(lab.source, 'dir/file'), text);
      await backup(['--incremental', ...options]);
    }
    await writeJob(['near', 'far']);
    return levelsIn(stores.near);
  }

  it.each([
    ['in clear text', []],
    ['encrypted, without the pass file', ['--encrypt-pass-file']],
  ])('copies what the other lacks, %s: the same bytes, again nothing, and what is new', async (_name, flags) => {
    const pass = flags.length > 0 ? ['--encrypt-pass-file', lab.passFile] : [];
    const levels = await threeLevels(pass);
    expect((await copy(0, ['--dry-run'])).sets[0]?.levels.map(({ state }) => state)).toEqual(['copied', 'copied', 'copied']);
    expect(await levelsIn(stores.far)).toEqual([]);
    expect((await copy(0, ['--from', 'near', '--to', 'far'])).sets[0]?.levels.map(({ level, state }) => [level, state])).toEqual(
      levels.map((level) => [level, 'copied']),
    );
    for (const level of levels) await sameBytes(level);
    expect(await remainsOf(lab, stores.far)).toEqual([]);
    expect((await copy()).sets[0]?.levels.map(({ state }) => state)).toEqual(['present', 'present', 'present']);
    await writeJob(['near']);
    await backup(['--incremental', ...pass]);
    await writeJob(['near', 'far']);
    expect((await copy()).sets[0]?.levels.map(({ state }) => state)).toEqual(['present', 'present', 'present', 'copied']);
    expect(await restored(['--from', 'far', ...pass])).toEqual(await treeLines(lab.source));
  });

  it('after each backup of --always-level: the target, too, shows Python the newest of the top level alone, and keeps the others', async () => {
    for (const text of ['a', 'b', 'c', 'd']) {
      await appendFile(join(lab.source, 'dir/file'), text);
      await writeJob(['near']);
      await backup(['--always-level', '1']);
      await writeJob(['near', 'far']);
      await copy();
    }
    expect(await levelsIn(stores.near)).toHaveLength(2);
    expect(await levelsIn(stores.far)).toEqual(await levelsIn(stores.near));
    const data = await readdir(join(stores.far, 'data/tar', SET), { recursive: true });
    expect(data.filter((path) => path.endsWith('/superseded'))).toHaveLength(2);
    expect(await restored(['--from', 'far'])).toEqual(await treeLines(lab.source));
  });

  it('what is damaged is not copied, nor what stands on it; other chains are', async () => {
    const [full = '', first = '', second = ''] = await threeLevels();
    await writeJob(['near']);
    await backup(['--no-incremental']);
    await writeJob(['near', 'far']);
    const data = join(stores.near, 'data/tar', SET, first, 'data');
    const bytes = await readFile(data);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(data, bytes);
    const done = await copy(1);
    expect(done.sets[0]?.levels.map(({ state }) => state)).toEqual(['copied', 'failed', 'waiting', 'copied']);
    expect((await levelsIn(stores.far)).length).toBe(2);
    expect(await levelsIn(stores.far)).toContain(full);
    expect(await levelsIn(stores.far)).not.toContain(second);
    expect(await remainsOf(lab, stores.far)).toEqual([]);
  });

  it('what the target has without its data is not called there', async () => {
    const [, first = ''] = await threeLevels();
    await copy();
    await rm(join(stores.far, 'data/tar', SET, first, 'data'));
    expect((await copy(1)).sets[0]?.levels.map(({ state, problem }) => [state, problem?.replace(/data of \S+ of chain \d+/, 'DATA')])).toEqual([
      ['present', undefined],
      ['failed', "the target's is damaged: DATA: is missing"],
      ['waiting', expect.stringContaining('is not at the target')],
    ]);
  });

  it('SIGKILL in the middle: what is visible restores, the next copy ends it', async () => {
    const levels = await threeLevels();
    const started = startProgram(process.execPath, argumentsOf('copy', ['--upload-limit', '2k']), { cwd: lab.root, env: ourEnvironment(lab) });
    for (;;) {
      const files = await readdir(join(stores.far, 'data/tar', SET), { recursive: true }).catch((): string[] => []);
      if (files.some((path) => path.endsWith('started'))) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.kill(started.child.pid ?? Number.NaN, 'SIGKILL');
    await started.ended;
    await copy();
    expect(await levelsIn(stores.far)).toEqual(levels);
    expect(await remainsOf(lab, stores.far)).toEqual([]);
    expect(await restored(['--from', 'far'])).toEqual(await treeLines(lab.source));
  });

  it.each([[['-N', 'sett']], [['-N', 'sett', '--dry-run']], [['-N', 'set', '--set', 'sett']]])('a set that is not there is no success: %j', async (options) => {
    await threeLevels();
    const ended = await run('copy', options);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^Critical Error: [^\n]*No matching backup name "labhost_sett" found[^\n]*\n$/);
    expect((await levelsIn(stores.far)).length).toBe(options.includes('--set') ? 3 : 0);
  });

  it('without two storages, or to itself, it says what it needs', async () => {
    await writeJob(['near']);
    expect(await run('copy')).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Critical Error: copy: needs two \[storage:NAME\] sections[^\n]*\n$/) });
    await writeJob(['near', 'far']);
    expect((await run('copy', ['--from', 'near', '--to', 'near'])).stderr).toMatch(/^Critical Error: --to: [^\n]+\n$/);
  });

  it('a target that cannot be written keeps what it has', async () => {
    await threeLevels();
    await mkdir(stores.far);
    await writeFile(join(stores.far, 'metadata'), 'no folder');
    const ended = await run('copy');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^Critical Error: [^\n]+\n$/);
    await chmod(stores.far, 0o700);
  });
});
