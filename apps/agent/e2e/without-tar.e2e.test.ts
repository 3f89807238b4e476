import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dateOf, Lab } from './harness/lab.ts';
import { ourBackup, ourRestore, oursEnds } from './harness/our-agent.ts';
import { mustRun } from './harness/run-program.ts';
import { treeLines, withFirstLinks, withoutOwners } from './harness/tree-lines.ts';
import { oursWithoutTar, pathWithoutTar } from './harness/without-tar.ts';

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));

jest.setTimeout(90_000);

let lab: Lab;
let path: string;
beforeEach(async () => {
  lab = await Lab.open();
  path = await pathWithoutTar(lab);
});
afterEach(() => lab.close());

/** Only root can give files away; without it owners are named as lost, and the run is incomplete. */
const isRoot = process.getuid?.() === 0;
const DONE = isRoot ? 0 : 3;
const comparable = (lines: readonly string[]): readonly string[] => withFirstLinks(isRoot ? lines : withoutOwners(lines)).toSorted();
const linesOf = async (file: string): Promise<readonly string[]> =>
  (await readFile(join(lab.root, 'expect', file), 'latin1')).split('\n').filter((line) => line !== '');

describe('sets of Python Freezer, without tar', () => {
  it.each([
    ['tar-gzip-3levels', 3],
    ['tar-bzip2-2levels', 2],
    ['tar-xz-2levels', 2],
    ['tar-gzip-encrypted-2levels', 2],
    ['tar-gzip-single-file', 2],
    ['tar-gzip-always-level-1', 4],
  ])('%s comes back as it was at each level', async (name, levels) => {
    await mustRun('tar', ['-xzf', join(FIXTURES, `${name}.tar.gz`), '-C', lab.root]);
    const pass = name.includes('encrypted') ? ['--encrypt-pass-file', join(FIXTURES, 'encrypted.passfile')] : [];
    const where = ['-C', join(lab.root, 'st'), '--hostname', 'fixhost', '-N', 'fix', ...pass];
    const times = (await linesOf('timestamps.txt')).map((line) => Number(line.split(' ').at(-1)));
    expect(times).toHaveLength(levels);
    for (const [level, t] of times.entries()) {
      const target = lab.target();
      await oursWithoutTar(lab, path, DONE, 'restore', ['--restore-abs-path', target, '--restore-from-date', dateOf(t), ...where]);
      expect(comparable(await treeLines(target))).toEqual(comparable(await linesOf(`level${level}.txt`)));
    }
    await oursWithoutTar(lab, path, 0, 'verify', where);
  });

  it('tar-gzip-deref-hard comes back as Python restores it', async () => {
    await mustRun('tar', ['-xzf', join(FIXTURES, 'tar-gzip-deref-hard.tar.gz'), '-C', lab.root]);
    const target = lab.target();
    await oursWithoutTar(lab, path, DONE, 'restore', ['--restore-abs-path', target, '-C', join(lab.root, 'st'), '--hostname', 'fixhost', '-N', 'fix']);
    expect(comparable(await treeLines(target))).toEqual(comparable(await linesOf('level0.python-restore.txt')));
  });

  it('a level is laid over a tree that is not empty', async () => {
    await mustRun('tar', ['-xzf', join(FIXTURES, 'tar-gzip-3levels.tar.gz'), '-C', lab.root]);
    const where = ['-C', join(lab.root, 'st'), '--hostname', 'fixhost', '-N', 'fix'];
    const target = lab.target();
    await mkdir(target);
    await writeFile(join(target, 'a stray'), 'stays');
    await oursWithoutTar(lab, path, DONE, 'restore', ['--restore-abs-path', target, '--overwrite', ...where]);
    expect(await readFile(join(target, 'a stray'), 'utf8')).toBe('stays');
    await rm(join(target, 'a stray'));
    expect(comparable(await treeLines(target))).toEqual(comparable(await linesOf('level2.txt')));
  });
});

describe('sets of ours', () => {
  it('made with tar come back without it, as they do with it', async () => {
    await mkdir(join(lab.source, 'a/b'), { recursive: true });
    await writeFile(join(lab.source, 'a/b/one'), 'one');
    await writeFile(join(lab.source, 'two'), 'two');
    await symlink('two', join(lab.source, 'link'));
    const times = [await ourBackup(lab)];
    await rename(join(lab.source, 'a/b'), join(lab.source, 'c'));
    await rm(join(lab.source, 'two'));
    await mkdir(join(lab.source, 'two'));
    times.push(await ourBackup(lab));
    for (const t of times) {
      const withTar = await treeLines(await ourRestore(lab, t));
      const target = lab.target();
      await oursWithoutTar(lab, path, 0, 'restore', ['--restore-abs-path', target, '--restore-from-date', dateOf(t)]);
      expect(await treeLines(target)).toEqual(withTar);
    }
    await oursWithoutTar(lab, path, 0, 'verify', ['--depth', 'restore']);
  });

  it('made without tar are fulls that come back with it, and say that increments need it', async () => {
    await mkdir(join(lab.source, 'folder'));
    await writeFile(join(lab.source, 'folder/file'), 'content');
    await oursWithoutTar(lab, path, 0, 'backup', ['-F', lab.source, '--incremental']);
    await lab.tick();
    await oursWithoutTar(lab, path, 0, 'backup', ['-F', lab.source, '--incremental']);
    expect(await readFile(join(lab.root, 'ours.log'), 'utf8')).toContain('GNU tar is not installed: increments need it, so this is a full');
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 0]);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
    await writeFile(join(lab.source, 'more'), 'more');
    await rm(join(lab.source, 'folder/file'));
    await ourBackup(lab);
    expect((await lab.newest()).level).toBe(1);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
    const target = lab.target();
    await oursWithoutTar(lab, path, 0, 'restore', ['--restore-abs-path', target]);
    expect(await treeLines(target)).toEqual(await treeLines(lab.source));
    await oursWithoutTar(lab, path, 0, 'verify', ['--depth', 'restore']);
    await oursEnds(lab, 0, 'verify', ['--depth', 'restore']);
  });
});
