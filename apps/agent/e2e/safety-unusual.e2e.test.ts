import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { type Options, ourBackup, ourRestore } from './harness/our-agent.ts';
import { makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';
import { expectOneLine, mustAgent, runAgent, startAgent } from './safety/agent-runs.ts';
import { until } from './safety/processes.ts';
import { remainsOf } from './safety/remains.ts';
import { filesBelow, wholeListing } from './safety/whole-listing.ts';

jest.setTimeout(60_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  await writeFile(join(lab.source, 'file'), 'file\n');
});
afterEach(() => lab.close());

/** A full, an increment, verify, list, restore and removal with these options. */
async function wholeLife(options: Options, cwd: string = lab.root): Promise<void> {
  await mustAgent(lab, 'backup', ['-F', lab.source, ...options], { cwd });
  await writeFile(join(lab.source, 'second'), `${randomBytes(8).toString('hex')}\n`);
  await mustAgent(lab, 'backup', ['-F', lab.source, '--incremental', ...options], { cwd });
  await mustAgent(lab, 'verify', options, { cwd });
  const listed = await mustAgent<readonly { points: readonly unknown[] }[]>(lab, 'list', options, { cwd });
  expect(listed.flatMap(({ points }) => points)).toHaveLength(2);
  const target = lab.target();
  await mustAgent(lab, 'restore', ['--restore-abs-path', target, ...options], { cwd });
  expect(await treeLines(target, 'nanoseconds')).toEqual(await treeLines(lab.source, 'nanoseconds'));
  await mustAgent(lab, 'backup', ['-F', lab.source, '--no-incremental', ...options], { cwd });
  await mustAgent(lab, 'admin', ['--keep-last', '1', ...options], { cwd });
}

describe('containers and names', () => {
  it.each([` a 'quoted' "container" `, 'ünïcödé-✓ 容器\nline end', '-dash', 'per%cent $HOME *'])('container %j', async (name) => {
    const store = join(lab.root, 'stores', name, 'below');
    await wholeLife(['-C', store]);
    expect(await remainsOf(lab, store)).toEqual([]);
    expect(await readdir(join(lab.root, 'stores'))).toEqual([name]);
  });

  it('a relative container is one of the working folder', async () => {
    await mkdir(join(lab.root, 'here'));
    await wholeLife(['-C', 'rel/store', '--state-dir', 'rel/state'], join(lab.root, 'here'));
    expect((await readdir(join(lab.root, 'here/rel'))).toSorted()).toEqual(['state', 'store']);
  });

  it('a container behind a symbolic link', async () => {
    const real = join(lab.root, 'real');
    await mkdir(real);
    await symlink(real, join(lab.root, 'link'));
    await wholeLife(['-C', join(lab.root, 'link')]);
    expect((await stat(join(real, 'metadata'))).isDirectory()).toBe(true);
    expect(await remainsOf(lab, real)).toEqual([]);
  });

  it.each(['a name/with parts and blanks', "it's ünïcödé ✓", '--name', '0_1767614400'])('backup name %j', async (name) => {
    await wholeLife([`--backup-name=${name}`]);
  });

  it('a name that begins another one is another set', async () => {
    for (const name of ['db', 'db/1', 'db_1']) {
      await writeFile(join(lab.source, 'name'), name);
      await mustAgent(lab, 'backup', ['-F', lab.source, '-N', name]);
    }
    await lab.tick();
    await mustAgent(lab, 'backup', ['-F', lab.source, '-N', 'db', '--no-incremental']);
    await mustAgent(lab, 'admin', ['-N', 'db', '--keep-last', '1']);
    for (const name of ['db', 'db/1', 'db_1']) await mustAgent(lab, 'restore', ['-N', name, '--restore-abs-path', lab.target()]);
  });

  it('two pairs of host and name that make one name on the storage: nothing of the other pair is removed or added to', async () => {
    await mustAgent(lab, 'backup', ['-F', lab.source, '--hostname', 'a', '-N', 'b_c']);
    await lab.tick();
    await mustAgent(lab, 'backup', ['-F', lab.source, '--hostname', 'a', '-N', 'b_c']);
    // Without the container itself, in which the lock comes and goes.
    const before = (await wholeListing(lab.store)).slice(1);
    for (const [action, options] of [
      ['admin', ['--keep-last', '1']],
      ['backup', ['-F', lab.source]],
    ] satisfies [string, Options][]) {
      const ended = await runAgent(lab, action, ['--hostname', 'a_b', '-N', 'c', ...options]);
      expect(ended.code).toBe(1);
      expect(expectOneLine(ended)).toContain("set a_b_c: belongs to host 'a' and backup name 'b_c'");
    }
    expect((await wholeListing(lab.store)).slice(1)).toEqual(before);
  });

  it('two containers with one state folder do not disturb each other', async () => {
    const [one, two] = ['one', 'two'].map((name) => join(lab.root, name)) as [string, string];
    const started = [one, two].map((store) => startAgent(lab, 'backup', ['-F', lab.source, '-C', store, '--nosync']));
    for (const { ended } of started) expect((await ended).code).toBe(0);
    for (const store of [one, two]) await mustAgent(lab, 'restore', ['-C', store, '--restore-abs-path', lab.target()]);
    await wholeLife(['-C', one, '-N', 'life']);
  });
});

/** The level of the next backup. */
const savedLevel = async (options: Options): Promise<number> =>
  Number((await mustAgent<{ curr_backup_level: number | string }>(lab, 'backup', ['-F', lab.source, ...options])).curr_backup_level);

describe('what stands in the way', () => {
  it('a thousand folders and files of strangers in the container: they stay, and disturb nothing', async () => {
    await ourBackup(lab);
    for (let at = 0; at < 250; at += 1) {
      for (const folder of [`metadata/tar/labhost_set/strange-${at}`, `data/tar/labhost_set/${at}x`, `strangers/${at}`, `data/other-engine/set/${at}`]) {
        await mkdir(join(lab.store, folder), { recursive: true });
        await writeFile(join(lab.store, folder, 'a stranger'), 'strange\n');
      }
    }
    const strangers = (await filesBelow(lab.store)).filter((path) => path.endsWith('a stranger'));
    expect(await savedLevel(['--incremental'])).toBe(1);
    expect(await savedLevel(['--no-incremental'])).toBe(0);
    await mustAgent(lab, 'admin', ['--keep-last', '1']);
    await mustAgent(lab, 'admin', ['--remove-orphans', '--older-than', '0']);
    expect((await filesBelow(lab.store)).filter((path) => path.endsWith('a stranger'))).toEqual(strangers);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
  });

  it('names that are almost those of levels are no levels', async () => {
    const t = await ourBackup(lab);
    const chain = join(lab.store, 'metadata/tar/labhost_set', String(t));
    for (const folder of [`0_${t}.old`, `x0_${t}`, `0_${t}_1`, '0_', '_1', '0-1']) {
      await mkdir(join(chain, folder));
      await writeFile(join(chain, folder, 'metadata'), '{}');
    }
    expect(await savedLevel(['--incremental'])).toBe(1);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
    await mustAgent(lab, 'verify', []);
  });

  it('a state folder that cannot be made: one line that names it and --state-dir', async () => {
    const file = join(lab.source, 'file');
    for (const [action, options] of [
      ['backup', ['-F', lab.source]],
      ['restore', ['--restore-abs-path', lab.target()]],
    ] satisfies [string, Options][]) {
      const ended = await runAgent(lab, action, [...options, '--state-dir', join(file, 'below')]);
      expect(ended.code).toBe(1);
      expect(expectOneLine(ended)).toMatch(/state folder .*--state-dir/);
    }
  });

  it('a container that is a file', async () => {
    const ended = await runAgent(lab, 'backup', ['-F', lab.source, '-C', join(lab.source, 'file')]);
    expect(ended.code).toBe(1);
    expect(expectOneLine(ended)).toContain(join(lab.source, 'file'));
  });
});

describe('sources', () => {
  it('a source that vanishes while it is read: no point that looks whole', async () => {
    const source = join(lab.root, 'vanishing');
    await mkdir(source);
    await makeSampleTree(source);
    for (let at = 0; at < 30; at += 1) await writeFile(join(source, `large-${at}`), randomBytes(400_000));
    const run = startAgent(lab, 'backup', ['-F', source, '--compression', 'xz', '--nosync']);
    await until('its first bytes', async () => (await filesBelow(lab.store)).some((path) => path.includes('.freezer-tmp/') && !path.endsWith('/owner')));
    await rm(source, { recursive: true });
    const { code } = await run.ended;
    expect([1, 3]).toContain(code);
    expect(await lab.levels()).toHaveLength(code === 3 ? 1 : 0);
    expect(await remainsOf(lab)).toEqual([]);
    expect((await runAgent(lab, 'backup', ['-F', source])).code).toBe(1);
  });

  it('links that lead to a folder above them end a backup that follows links', async () => {
    await mkdir(join(lab.source, 'sub'));
    for (const [target, name] of [
      ['.', 'self'],
      ['..', 'sub/up'],
      ['file', 'link'],
    ] as const)
      await symlink(target, join(lab.source, name));
    const report = await mustAgent<{ skipped: readonly { path: string }[] }>(lab, 'backup', ['-F', lab.source, '--dereference-symlink', 'all']);
    expect(report.skipped.map(({ path }) => path).toSorted()).toEqual(['self', 'sub/up']);
    const target = lab.target();
    await mustAgent(lab, 'restore', ['--restore-abs-path', target]);
    expect((await filesBelow(target)).toSorted()).toEqual(['file', 'link']);
  });

  it('a source that holds the storage and the state folder: the run ends, and what was saved comes back', async () => {
    const source = join(lab.root, 'all');
    await mkdir(source);
    await writeFile(join(source, 'file'), randomBytes(2_000_000));
    const options = ['-C', join(source, 'store'), '--state-dir', join(source, 'state')];
    for (let run = 0; run < 3; run += 1) expect([0, 3]).toContain((await runAgent(lab, 'backup', ['-F', source, '--incremental', ...options])).code);
    const target = lab.target();
    expect((await runAgent(lab, 'restore', ['--restore-abs-path', target, ...options])).code).toBe(0);
    expect(await treeLines(target)).toEqual(expect.arrayContaining((await treeLines(source)).filter((line) => line.endsWith(' file'))));
    await mustAgent(lab, 'verify', options);
  });

  it('a restore into the source, and one into the container, is no accident', async () => {
    await ourBackup(lab);
    for (const [place, reason] of [
      [lab.source, /not empty/],
      [lab.store, /lies in the container/],
    ] as const) {
      const before = await wholeListing(place);
      const ended = await runAgent(lab, 'restore', ['--restore-abs-path', place]);
      expect(ended.code).toBe(1);
      expect(expectOneLine(ended)).toMatch(reason);
      expect((await wholeListing(place)).slice(1)).toEqual(before.slice(1));
    }
  });

  it('a copy of the container somewhere else is the same set', async () => {
    await ourBackup(lab, ['--encrypt-pass-file', lab.passFile]);
    const copy = join(lab.root, 'a copy');
    await cp(lab.store, copy, { recursive: true });
    await chmod(copy, 0o500);
    const target = lab.target();
    await mustAgent(lab, 'restore', ['-C', copy, '--restore-abs-path', target, '--encrypt-pass-file', lab.passFile]);
    expect(await treeLines(target)).toEqual(await treeLines(lab.source));
  });
});
