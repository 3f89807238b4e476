import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { chmod, link, lstat, mkdir, open, readdir, readFile, readlink, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, once } from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PortableBench } from '../../test-support/portable-bench.ts';
import { describeTree, TarBench } from '../../test-support/tar-bench.ts';
import { type MemberFacts, tarBytes } from '../../test-support/tar-bytes.ts';
import { wholeMicroseconds } from '../../test-support/whole-microseconds.ts';

let bench: TarBench;
let portable: PortableBench;
let source: string;
let target: string;
beforeEach(async () => {
  bench = await TarBench.make();
  portable = new PortableBench(bench);
  source = await bench.folder('source');
  target = await bench.folder('target');
});
afterEach(() => bench.remove());

const treeOf = async (root: string): Promise<readonly string[]> => wholeMicroseconds(await describeTree(root));
const bytes = (name: string): Buffer => Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name, 'latin1')]);
const NAMES = [
  'line\nend',
  'not utf-8 \xff\xfe',
  'x'.repeat(255),
  ' blank ',
  '-rf',
  'quo"te',
  'back\\slash',
  '\x01\x07\x1b[31m',
  '*',
  '\xc3\xa9',
  'a -> b',
  'Y',
  'N name',
  '..a',
];

/** An archive that GNU tar writes with these options. */
function tar(...options: readonly string[]): string {
  const path = join(bench.root, 'made.tar');
  const { status, stderr } = spawnSync('tar', ['--create', `--file=${path}`, ...options, `--directory=${source}`, '.']);
  if (status !== 0) throw new Error(stderr.toString());
  return path;
}

describe.each([
  ['ours', (): Promise<string> => bench.backup(source).then(({ archive }) => archive)],
  ['Python', async (): Promise<string> => tar('--format=gnu', `--listed-incremental=${join(bench.root, 'meta')}`)],
  ['an old tar', async (): Promise<string> => tar('--format=ustar')],
  ['pax', async (): Promise<string> => tar('--format=posix')],
])('an archive of %s', (whose, archiveOf) => {
  const exact = whose === 'ours' || whose === 'pax';
  const comparable = async (root: string): Promise<readonly string[]> =>
    exact ? treeOf(root) : (await describeTree(root)).map((line) => line.replace(/"(\d+)\d{9}"/, '"$1"'));

  it('comes back with names of every kind, links, modes, owners and times', async () => {
    for (const name of NAMES) if (whose !== 'an old tar' || name.length < 90) await writeFile(bytes(name), Buffer.from(name, 'latin1'));
    if (whose !== 'an old tar') await mkdir(bytes(`${'deep'.repeat(60)}/${'er'.repeat(120)}/${'est'.repeat(80)}`), { recursive: true });
    await mkdir(join(source, 'a/b'), { recursive: true });
    await writeFile(join(source, 'a/first'), 'shared');
    await link(join(source, 'a/first'), join(source, 'a/b/second'));
    await symlink('/nowhere/at/all', join(source, 'absolute'));
    await symlink(`../${'up/'.repeat(25)}`, join(source, 'above'));
    await chmod(join(source, 'a/first'), 0o4751);
    await chmod(join(source, 'a/b'), 0o1500);
    await utimes(join(source, 'a/first'), 1_234_567.25, 1_234_567.25);
    await utimes(join(source, 'a'), 1000, 1000);
    expect(spawnSync('mkfifo', [join(source, 'pipe')]).status).toBe(0);
    expect(await portable.restore([await archiveOf()], target)).toEqual([]);
    expect(await comparable(target)).toEqual(await comparable(source));
  });
});

describe('a chain', () => {
  it('with directories that changed places, deletions and changes of type comes back', async () => {
    for (const path of ['p/one', 'q/two', 'gone/x', 'file', 'folder/y']) {
      await mkdir(join(source, path, '..'), { recursive: true });
      await writeFile(join(source, path), path);
    }
    const meta = `--listed-incremental=${join(bench.root, 'meta')}`;
    const full = join(bench.root, 'full.tar');
    await new Promise((resolve) => setTimeout(resolve, 35));
    await rename(tar('--format=gnu', '--no-check-device', meta), full);
    await rename(join(source, 'p'), join(source, 'aside'));
    await rename(join(source, 'q'), join(source, 'p'));
    await rename(join(source, 'aside'), join(source, 'q'));
    await rm(join(source, 'gone'), { recursive: true });
    await rm(join(source, 'file'));
    await mkdir(join(source, 'file'));
    await rm(join(source, 'folder'), { recursive: true });
    await writeFile(join(source, 'folder'), 'a file now');
    const increment = tar('--format=gnu', '--no-check-device', meta);
    expect(await portable.restore([full, increment], target)).toEqual([]);
    expect((await readdir(target)).toSorted()).toEqual(['file', 'folder', 'p', 'q']);
    expect(await readFile(join(target, 'p/two'), 'utf8')).toBe('q/two');
    expect(await readFile(join(target, 'q/one'), 'utf8')).toBe('p/one');
  });
});

describe('a file with holes', () => {
  it.each([
    ['old GNU', ['--format=gnu']],
    ['0.0', ['--format=posix', '--sparse-version=0.0']],
    ['0.1', ['--format=posix', '--sparse-version=0.1']],
    ['1.0', ['--format=posix', '--sparse-version=1.0']],
  ])('in the format %s has its data where it belongs', async (_format, options) => {
    const file = await open(join(source, 'holes'), 'w');
    for (let at = 0; at < 60; at += 1) await file.write(`piece ${at}`, at * 1_000_000 + 12_345);
    await file.close();
    await truncate(join(source, 'holes'), 70_000_000);
    await writeFile(join(source, 'z'), 'what follows');
    const archive = tar('--sparse', ...options);
    expect((await lstat(archive)).size).toBeLessThan(2_000_000);
    expect(await portable.restore([archive], target)).toEqual([]);
    expect(Buffer.compare(await readFile(join(target, 'holes')), await readFile(join(source, 'holes')))).toBe(0);
    expect((await lstat(join(target, 'holes'))).blocks).toBeLessThan(10_000);
    expect(await readFile(join(target, 'z'), 'utf8')).toBe('what follows');
  });
});

describe('what is not kept', () => {
  it('is told once: extended attributes, ACLs and labels', async () => {
    const member: MemberFacts = { name: './f', type: '0', content: 'x', pax: { 'SCHILY.xattr.user.x': 'value' } };
    const problems = await portable.restoreLevel(once(tarBytes([member, { ...member, name: './g' }])), target, 0);
    expect(problems).toEqual([{ path: '.', detail: '2 entries have extended attributes, ACLs or labels, which are not restored without GNU tar' }]);
  });

  it('is named, and its content is there all the same: a time that the target does not take', async () => {
    const pax = { mtime: '9223372036854775807' };
    const members: MemberFacts[] = [
      { name: './d/', type: '5', pax },
      { name: './d/f', type: '0', content: 'x', pax },
      { name: './d/l', type: '2', link: 'f', pax },
    ];
    const problems = await portable.restoreLevel(once(tarBytes(members)), target, 0);
    expect(problems.map(({ path }) => path).toSorted()).toEqual(['d', 'd/f', 'd/l']);
    for (const { detail } of problems) expect(detail).toMatch(/^mode, owner or time cannot be set: EINVAL/);
    expect(await readFile(join(target, 'd/l'), 'utf8')).toBe('x');
  });

  it('is refused by name: what is not known, and what goes on from another volume', async () => {
    const problems = await portable.restoreLevel(
      once(
        tarBytes([
          { name: './odd', type: 'q', content: 'x' },
          { name: './more', type: 'M', content: 'rest' },
          { name: 'label', type: 'V' },
          { name: './f', type: '0', content: 'x' },
        ]),
      ),
      target,
      0,
    );
    expect(problems.map(({ path }) => path)).toEqual(['odd', 'more']);
    expect(await readdir(target)).toEqual(['f']);
  });
});

describe('an archive that wants out', () => {
  let outside: string;
  beforeEach(async () => {
    outside = await bench.folder('outside');
    await writeFile(join(outside, 'kept'), 'old');
    await chmod(outside, 0o755);
  });
  const untouched = async (): Promise<void> => {
    expect(await readdir(outside)).toEqual(['kept']);
    expect(await readFile(join(outside, 'kept'), 'utf8')).toBe('old');
    expect((await lstat(outside)).mode & 0o7777).toBe(0o755);
    expect((await readdir(bench.root)).filter((name) => !name.startsWith('work')).toSorted()).toEqual(['outside', 'source', 'target']);
  };

  it.each<[string, readonly MemberFacts[], readonly string[]]>([
    [
      'by ..',
      [
        { name: './../pwned', type: '0', content: 'x' },
        { name: 'a/../../pwned', type: '5' },
      ],
      [],
    ],
    [
      'by a link and a file behind it',
      [
        { name: 'l', type: '2', link: '../outside' },
        { name: 'l/pwned', type: '0', content: 'x' },
      ],
      ['l'],
    ],
    [
      'by a link and a folder in its place',
      [
        { name: 'l', type: '2', link: '../outside' },
        { name: 'l', type: '5', mode: 0 },
      ],
      ['l'],
    ],
    [
      'by a folder that becomes a link',
      [
        { name: 'l', type: '5', mode: 0 },
        { name: 'l', type: '2', link: '../outside' },
      ],
      ['l'],
    ],
    [
      'by a hard link',
      [
        { name: 'h', type: '1', link: '../outside/kept' },
        { name: 'h', type: '0', content: 'new' },
      ],
      ['h'],
    ],
    [
      'by a hard link through a link',
      [
        { name: 'l', type: '2', link: '../outside' },
        { name: 'h', type: '1', link: 'l/kept' },
      ],
      ['l'],
    ],
    [
      'by a dump list behind a link',
      [
        { name: 'l', type: '2', link: '../outside' },
        { name: 'l/', type: 'D', content: '\0' },
      ],
      ['l'],
    ],
    ['by a renaming', [{ name: './', type: 'D', content: 'R../outside\0T./mine\0\0' }], []],
    [
      'by a renaming to the outside',
      [
        { name: './d', type: '5' },
        { name: './', type: 'D', content: 'R./d\0T../outside/d\0Dd\0\0' },
      ],
      ['d'],
    ],
  ])('%s stays inside', async (_how, members, left) => {
    await portable.restoreLevel(once(tarBytes(members)), target, 1);
    await untouched();
    expect(await readdir(target)).toEqual(left);
  });

  it('by an absolute name is restored below the target', async () => {
    await portable.restoreLevel(once(tarBytes([{ name: `${outside}/kept`, type: '0', content: 'new' }])), target, 0);
    await untouched();
    expect(await readFile(join(target, outside, 'kept'), 'utf8')).toBe('new');
  });
});

describe('into a tree that is not empty', () => {
  it('an archive replaces what it holds, and touches nothing else', async () => {
    const outside = await bench.folder('outside');
    await mkdir(join(source, 'dir'));
    for (const name of ['hard', 'soft', 'dir/inner', 'file']) await writeFile(join(source, name), 'new');
    await symlink('dir', join(source, 'link'));
    await writeFile(join(outside, 'kept'), 'old');
    await link(join(outside, 'kept'), join(target, 'hard'));
    await symlink(join(outside, 'kept'), join(target, 'soft'));
    await symlink(outside, join(target, 'dir'));
    for (const path of ['link', 'other', 'file']) await mkdir(join(target, path));
    for (const path of ['other/stray', 'file/stray']) await writeFile(join(target, path), 'stray');
    const problems = await portable.restore([tar('--format=gnu', `--listed-incremental=${join(bench.root, 'meta')}`)], target, 'overlay');
    expect(problems).toEqual([{ path: 'file', detail: 'a folder with other files is in its place' }]);
    expect(await readFile(join(outside, 'kept'), 'utf8')).toBe('old');
    expect(await readdir(outside)).toEqual(['kept']);
    for (const name of ['hard', 'soft', 'dir/inner']) expect(await readFile(join(target, name), 'utf8')).toBe('new');
    expect(await readlink(join(target, 'link'))).toBe('dir');
    for (const path of ['other/stray', 'file/stray']) expect(await readFile(join(target, path), 'utf8')).toBe('stray');
  });
});

describe('an archive that is not whole', () => {
  beforeEach(async () => {
    await writeFile(join(source, 'a'), 'whole');
    await writeFile(join(source, 'b'), Buffer.alloc(3_000_000, 1));
  });

  it('within a file leaves nothing of it, and says which it was', async () => {
    const restore = await portable.openRestore(target, 0);
    const input = createReadStream(tar('--sort=name'), { end: 1_000_000 });
    const failed = await joinStages(restore.stages, { input, storageAt: 'start' }).done.catch((error: unknown) => error);
    expect(FreezerError.is(failed, 'corrupt')).toBe(true);
    expect(failed).toMatchObject({ message: "tar: the archive ends within './b'" });
    expect(await restore.abandon()).toEqual({ removed: ['b'], written: 2 });
    expect(await readdir(target)).toEqual(['a']);
  });

  it('at its very end, or no archive at all, is a failure', async () => {
    const whole = tarBytes([{ name: 'a', type: '0', content: 'x' }]);
    await expect(portable.restoreLevel(once(whole.subarray(0, 1024)), target, 0)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(portable.restoreLevel(once(Buffer.alloc(20_480, 7)), target, 0)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(portable.restoreLevel(once(Buffer.alloc(0)), target, 0)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('because a map of holes is damaged, is a failure and no wrong file', async () => {
    const pax = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '100', 'GNU.sparse.name': 'f' };
    const map = (text: string): Buffer => tarBytes([{ name: './GNUSparseFile.0/f', type: '0', content: `${text.padEnd(512, '\0')}data`, pax }]);
    for (const text of ['1\n0\n5\n', '2\n50\n2\n0\n2\n', '1\n98\n4\n', 'x\n', '1\n0\n-4\n']) {
      await expect(portable.restoreLevel(once(map(text)), target, 0)).rejects.toMatchObject({ code: 'corrupt' });
      expect(await readdir(target)).toEqual([]);
    }
    await portable.restoreLevel(once(map('1\n96\n4\n')), target, 0);
    expect(await readFile(join(target, 'f'), 'latin1')).toBe(`${'\0'.repeat(96)}data`);
  });
});

it('a listing says the same as that of GNU tar', async () => {
  await mkdir(join(source, 'a/sub'), { recursive: true });
  await mkdir(join(source, 'b'));
  for (const name of NAMES) await writeFile(bytes(name), Buffer.from(name, 'latin1'));
  await link(bytes('*'), join(source, 'hard'));
  await symlink('a', join(source, 'soft'));
  const meta = `--listed-incremental=${join(bench.root, 'meta')}`;
  for (const archive of [(await bench.backup(source)).archive, tar('--format=gnu', meta)]) {
    const [ours, its] = [await portable.read(archive), await bench.read(archive)];
    expect(ours.filter(({ kind }) => kind === 'held')).toEqual(its.filter(({ kind }) => kind === 'held'));
    expect(ours.find(({ kind }) => kind === 'names')).toMatchObject({ path: '.', names: (await readdir(source, { encoding: 'latin1' })).toSorted() });
  }
  await rename(join(source, 'a'), join(source, 'c'));
  const archive = tar('--format=gnu', '--no-check-device', meta);
  expect((await portable.read(archive)).filter(({ kind }) => kind === 'renamed')).toEqual([{ kind: 'renamed', from: 'a', to: 'c' }]);
});
