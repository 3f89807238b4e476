import { execFileSync, spawnSync } from 'node:child_process';
import { link, lstat, mkdir, readdir, readFile, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WantedEntry } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeTree, TarBench } from '../test-support/tar-bench.ts';

let bench: TarBench;
let source: string;
let target: string;
beforeEach(async () => {
  bench = await TarBench.make();
  source = await bench.folder('source');
  target = await bench.folder('target');
});
afterEach(() => bench.remove());

/** As Python Freezer writes it: GNU format, long names and holes in blocks of their own. */
function pythonArchive(...options: readonly string[]): string {
  const path = join(bench.root, 'python.tar');
  const meta = `--listed-incremental=${join(bench.root, 'python.meta')}`;
  execFileSync('tar', ['--create', `--file=${path}`, '--format=gnu', meta, '--no-check-device', ...options, `--directory=${source}`, '.']);
  return path;
}

const NAMES = [
  'line\nend',
  'tab\tstop',
  '-rf',
  "quote'",
  '"',
  'back\\slash',
  ' space ',
  'a -> b',
  '*?[x]',
  '%d',
  'ünïcödé-✓',
  'x'.repeat(255),
  `${'d'.repeat(90)}/${'e'.repeat(200)}`,
];

async function makeTree(): Promise<void> {
  for (const folder of ['names', `names/${'d'.repeat(90)}`, 'deep/er', 'empty']) await mkdir(join(source, folder), { recursive: true });
  for (const name of NAMES) await writeFile(join(source, 'names', name), `content of ${name}`);
  await writeFile(Buffer.concat([Buffer.from(`${source}/names/`), Buffer.from([0xff, 0x0a, 0x80])]), 'no UTF-8');
  await writeFile(join(source, 'deep/big'), Buffer.alloc(300_000, 'x'));
  await link(join(source, 'deep/big'), join(source, 'deep/er/hard'));
  await symlink('/no/such/target', join(source, 'absolute'));
  await symlink('t'.repeat(300), join(source, 'long target'));
  await writeFile(join(source, 'holes'), 'begin');
  await truncate(join(source, 'holes'), 20_000_000);
  execFileSync('mkfifo', [join(source, 'pipe')]);
  await utimes(join(source, 'deep/big'), 981_173_106.25, 981_173_106.25);
}

async function wantedOf(archive: string): Promise<WantedEntry[]> {
  const entries = await bench.read(archive);
  return entries.flatMap((entry) => (entry.kind === 'held' ? [{ path: entry.path, target: entry.type === 'link' ? entry.target : undefined }] : []));
}

describe.each(['ours', 'Python'])('a part of an archive of %s', (whose) => {
  const archiveOf = async (): Promise<string> => (whose === 'ours' ? (await bench.backup(source)).archive : pythonArchive('--sparse'));

  it('that is all of it comes back like the whole', async () => {
    await makeTree();
    const archive = await archiveOf();
    const whole = await bench.folder('whole');
    expect(await bench.restore([archive], whole)).toEqual([]);
    expect(await bench.restorePart(archive, target, await wantedOf(archive))).toEqual([]);
    // The folder for files of the engine was in it.
    const below = async (root: string): Promise<readonly string[]> => (await describeTree(root)).slice(1);
    expect(await below(target)).toEqual(await below(whole));
  }, 60_000);

  it('that is every other entry comes back without the others', async () => {
    await makeTree();
    const archive = await archiveOf();
    const wanted = (await wantedOf(archive)).filter(({ path, target: first }, at) => first === undefined && at % 2 === 0 && path !== '.');
    expect(await bench.restorePart(archive, target, wanted)).toEqual([]);
    const there = new Set(
      (await bench.read((await bench.backup(target)).archive)).map(({ kind, ...entry }) => (kind === 'held' && 'path' in entry ? entry.path : '.')),
    );
    const above = new Set(wanted.flatMap(({ path }) => path.split('/').map((_, at, names) => names.slice(0, at).join('/'))));
    for (const { path } of wanted) expect(there).toContain(path);
    for (const path of there) expect(path === '.' || above.has(path) || wanted.some((entry) => entry.path === path)).toBe(true);
  }, 60_000);

  it('gives a link whose first name is not wanted the content, and links of one file stay links', async () => {
    await mkdir(join(source, 'a'));
    await writeFile(join(source, 'a/first'), 'shared');
    await link(join(source, 'a/first'), join(source, 'second'));
    await link(join(source, 'a/first'), join(source, 'third'));
    const archive = await archiveOf();
    const links = (await wantedOf(archive)).filter((entry) => entry.target !== undefined);
    expect(links).toHaveLength(2);
    expect(await bench.restorePart(archive, target, links)).toEqual([]);
    const names = await readdir(target);
    expect(names).not.toContain('.staging');
    const found = await Promise.all(links.map(({ path }) => lstat(join(target, path))));
    expect(found.map(({ nlink, size }) => [nlink, size])).toEqual([
      [2, 6],
      [2, 6],
    ]);
    expect(await readFile(join(target, links[0]?.path ?? ''), 'utf8')).toBe('shared');
  });

  it('comes back under other names, long ones, with holes and links', async () => {
    const long = `${'d'.repeat(120)}/${'f'.repeat(130)}`;
    await mkdir(join(source, 'd'.repeat(120)));
    await writeFile(join(source, long), 'long');
    await link(join(source, long), join(source, 'zz'));
    await writeFile(join(source, 'holes'), 'begin');
    await truncate(join(source, 'holes'), 20_000_000);
    const archive = await archiveOf();
    const wanted = (await wantedOf(archive))
      .filter(({ path }) => path === long || path === 'zz' || path === 'holes')
      .map((entry) => ({ ...entry, as: `new/${'n'.repeat(150)}/${entry.path.slice(-2)}` }));
    expect(await bench.restorePart(archive, target, wanted)).toEqual([]);
    const folder = join(target, 'new', 'n'.repeat(150));
    expect((await readdir(folder)).toSorted()).toEqual(['es', 'ff', 'zz']);
    expect(await lstat(join(folder, 'es'))).toMatchObject({ size: 20_000_000 });
    expect((await lstat(join(folder, 'es'))).blocks).toBeLessThan(100);
    expect((await lstat(join(folder, 'ff'))).ino).toBe((await lstat(join(folder, 'zz'))).ino);
    expect(await readFile(join(folder, 'zz'), 'utf8')).toBe('long');
  });

  it('names what the archive does not hold', async () => {
    await writeFile(join(source, 'there'), '1');
    const problems = await bench.restorePart(await archiveOf(), target, [{ path: 'there' }, { path: 'not there' }]);
    expect(problems).toEqual([{ path: 'not there', detail: 'is not in the archive of the level that should hold it' }]);
    expect((await readdir(target)).toSorted()).toEqual(['there']);
  });

  it('is the content of one file', async () => {
    await mkdir(join(source, 'sub'));
    await writeFile(join(source, 'sub/*?"'), 'odd\0bytes\n');
    await writeFile(join(source, 'holes'), 'begin');
    await truncate(join(source, 'holes'), 3_000_000);
    const archive = await archiveOf();
    expect((await bench.readFile(archive, 'sub/*?"')).toString()).toBe('odd\0bytes\n');
    expect((await bench.readFile(archive, 'holes')).equals(Buffer.concat([Buffer.from('begin'), Buffer.alloc(2_999_995)]))).toBe(true);
    await expect(bench.readFile(archive, 'sub/other')).rejects.toMatchObject({ code: 'not_found', message: 'tar: sub/other is not in the archive' });
  });
});

describe('an archive that is damaged', () => {
  it.each([
    ['cut off in the middle of a member', (bytes: Buffer) => bytes.subarray(0, 5000), 'tar: the archive is cut off'],
    ['no archive', (bytes: Buffer) => bytes.fill(7, 0, 512), 'tar: the archive holds something that is no header where one should be'],
  ])('because it is %s fails', async (_, damage, message) => {
    await writeFile(join(source, 'file'), Buffer.alloc(20_000, 1));
    const archive = pythonArchive();
    await writeFile(archive, damage(await readFile(archive)));
    await expect(bench.restorePart(archive, target, [{ path: 'file' }])).rejects.toMatchObject({ code: 'corrupt', message });
  });
});

it('the size of a huge file is read in its binary form', async () => {
  await writeFile(join(source, 'huge'), '');
  await truncate(join(source, 'huge'), 9_000_000_000_000);
  await writeFile(join(source, 'next'), 'next');
  const archive = pythonArchive('--sparse');
  expect(spawnSync('tar', ['-tf', archive]).status).toBe(0);
  expect(await bench.restorePart(archive, target, [{ path: 'next' }])).toEqual([]);
  expect(await readdir(target)).toEqual(['next']);
});
