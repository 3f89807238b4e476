import { link, lstat, mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dateOf, HOST, Lab, NAME } from './harness/lab.ts';
import { type Options, ourBackup, ours, oursEnds } from './harness/our-agent.ts';
import { makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(120_000);

let lab: Lab;
const at = (path: string): string => join(lab.source, path);
const dataOf = ({ t0, level, t }: { readonly t0: number; readonly level: number; readonly t: number }): string =>
  join(lab.store, 'data/tar', `${HOST}_${NAME}`, String(t0), `${level}_${t}`, 'data');

beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** Lines that our agent prints, which has to end with 0. */
async function lines(action: string, options: Options): Promise<readonly string[]> {
  const { code, stdout, stderr } = await ours(lab, action, options);
  if (code !== 0) throw new Error(`${action} ${options.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

async function jsonLines(action: string, options: Options): Promise<readonly Record<string, unknown>[]> {
  return (await lines(action, ['--json', ...options])).map((line) => ({ ...(JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as object) }));
}

const restoreTo = (target: string, options: Options): Promise<unknown> => oursEnds(lab, 0, 'restore', ['--restore-abs-path', target, ...options]);

describe('a file that did not change, in a directory that was renamed', () => {
  beforeEach(async () => {
    await mkdir(at('old/in'), { recursive: true });
    await writeFile(at('old/in/same'), 'the same\n');
    await writeFile(at('other'), 'other\n');
    await ourBackup(lab);
    await rename(at('old'), at('new'));
    await ourBackup(lab);
  });

  it('is listed, found and restored from the increment', async () => {
    const [full, increment] = await lab.levels();
    const shown = await jsonLines('show', ['new']);
    expect(shown.map(({ path, level }) => [path, level])).toEqual(['new', 'new/in', 'new/in/same'].map((path) => [path, `1_${increment?.t}`]));
    const found = await jsonLines('find', ['same']);
    expect(found.map(({ path, versions }) => [path, versions])).toMatchObject([
      ['new/in/same', [{ type: 'file', size: 9, levels: [`1_${increment?.t}`], points: 1 }]],
      ['old/in/same', [{ type: 'file', size: 9, levels: [`0_${full?.t}`], points: 1 }]],
    ]);
    const target = lab.target();
    await restoreTo(target, ['new/in/same']);
    expect((await treeLines(target)).map((line) => line.split(' ').at(-1))).toEqual(['new', 'new/in', 'new/in/same']);
    expect(await readFile(join(target, 'new/in/same'), 'utf8')).toBe('the same\n');
  });

  it('the level that does not hold it is not read', async () => {
    const [full] = await lab.levels();
    if (full === undefined) throw new Error('a full is needed');
    await writeFile(dataOf(full), 'no data at all', { flag: 'r+' });
    const target = lab.target();
    expect((await lines('restore', ['--to-stdout', 'new/in/same'])).join()).toBe('the same');
    await restoreTo(target, ['new/in/same']);
    await oursEnds(lab, 1, 'restore', ['--restore-abs-path', lab.target(), 'other']);
  });
});

describe('a part of a tree with all kinds of entries', () => {
  beforeEach(async () => {
    await makeSampleTree(lab.source);
    await ourBackup(lab);
  });

  it.each([
    ['a directory', ['sub']],
    ['a path of the source as it was backed up', ['SOURCE/sub']],
    ['a pattern for names', ['*.txt']],
    ['a pattern for paths', ['sub/**/*.txt', 'empty']],
    ['two paths, one of them by the option', ['--path', 'sub/deep', 'a.txt']],
  ])('%s comes back as it was', async (_, words) => {
    const target = lab.target();
    await restoreTo(
      target,
      words.map((word) => word.replace('SOURCE', lab.source)),
    );
    const restored = await treeLines(target, 'nanoseconds');
    // A link is named after its first name, which may not be here; folders above have their times to the microsecond.
    const plain = (line: string): string => line.replace(/ hardlink=.*/, '').replace(/^(d \S+ \S+ \S+) \S+/, '$1 -');
    const whole = new Set((await treeLines(lab.source, 'nanoseconds')).map(plain));
    expect(restored.length).toBeGreaterThan(0);
    for (const line of restored) expect(whole).toContain(plain(line));
    expect(await readdir(target)).not.toContain(expect.stringMatching(/^\.freezer/));
  });

  it('hard links whose first name is not wanted have its content, and are links of each other', async () => {
    await link(at('a.txt'), at('sub/hard2'));
    await lab.tick();
    await oursEnds(lab, 0, 'backup', ['-F', lab.source]);
    const target = lab.target();
    await restoreTo(target, ['sub/hard', 'sub/hard2']);
    expect(await readFile(join(target, 'sub/hard'), 'utf8')).toBe('one\n');
    const [first, second] = await Promise.all(['sub/hard', 'sub/hard2'].map((path) => lstat(join(target, path))));
    expect(first?.ino).toBe(second?.ino);
    expect(first?.nlink).toBe(2);
    expect((await lines('restore', ['--to-stdout', 'sub/hard'])).join()).toBe('one');
  });

  it('what is not there, or no file, is said', async () => {
    for (const [code, options, reason] of [
      [1, ['--restore-abs-path', lab.target(), 'nothing/here'], 'restore: nothing/here: the backup holds no such path'],
      [1, ['--to-stdout', 'nothing/here'], 'restore: nothing/here: the backup holds no such path'],
      [2, ['--to-stdout', 'sub/deep'], 'writes one file'],
      [2, ['--to-stdout', 'link'], 'link is no file but a symlink'],
      [2, ['--to-stdout', '*.txt'], 'writes one file'],
    ] as const) {
      const ended = await ours(lab, 'restore', options);
      expect({ code: ended.code, stdout: ended.stdout, isSaid: ended.stderr.includes(reason), reason }).toEqual({ code, stdout: '', isSaid: true, reason });
    }
  });

  it('a dry run lists what would be created, replaced, left and removed, and changes nothing', async () => {
    const target = lab.target();
    await restoreTo(target, []);
    await rm(join(target, 'a.txt'));
    await writeFile(join(target, 'numbers.txt'), 'changed');
    await writeFile(join(target, 'sub/stray'), 'stray');
    const before = await treeLines(target, 'nanoseconds');
    const listed = await lines('restore', ['--restore-abs-path', target, '--overwrite', '--delete', '--dry-run']);
    expect(listed.filter((line) => !line.startsWith('unchanged')).toSorted()).toEqual(
      ['create    a.txt', 'remove    sub/stray', 'replace   .', 'replace   numbers.txt', 'replace   sub'].filter(
        (line) => listed.includes(line) || !/ (\.|sub)$/.test(line),
      ),
    );
    expect(listed.filter((line) => line.startsWith('unchanged')).length).toBeGreaterThan(15);
    expect(await treeLines(target, 'nanoseconds')).toEqual(before);
    const part = await jsonLines('restore', ['--restore-abs-path', target, '--overwrite', '--dry-run', 'sub/deep', 'a.txt']);
    expect(part.map(({ change, path }) => `${String(change)} ${String(path)}`)).toEqual([
      'create a.txt',
      'unchanged sub/deep',
      'unchanged sub/deep/d.txt',
      'unchanged sub/deep/er',
      'unchanged sub/deep/hard',
    ]);
  });

  it('--delete removes what is not in the part, and nothing besides it', async () => {
    const target = lab.target();
    await restoreTo(target, []);
    for (const path of ['stray', 'sub/stray', 'sub/deep/stray']) await writeFile(join(target, path), 'stray');
    await restoreTo(target, ['--overwrite', '--delete', 'sub/deep']);
    expect(await readdir(join(target, 'sub/deep'))).not.toContain('stray');
    expect(await readdir(join(target, 'sub'))).toContain('stray');
    expect(await readdir(target)).toContain('stray');
  });
});

describe('what is at the target already', () => {
  const NEW = new Date('2026-01-02T00:00:00Z');
  const OLD = new Date('2020-01-02T00:00:00Z');

  async function conflict(policy: string): Promise<Record<string, string>> {
    for (const name of ['older', 'newer', 'same', 'missing']) {
      await writeFile(at(name), 'of the backup');
      await utimes(at(name), new Date('2024-01-01T00:00:00Z'), new Date('2024-01-01T00:00:00Z'));
    }
    await ourBackup(lab);
    const target = lab.target();
    await mkdir(target);
    for (const [name, text, time] of [
      ['older', 'of the target', OLD],
      ['newer', 'of the target', NEW],
      ['same', 'of the target', new Date('2024-01-01T00:00:00Z')],
    ] as const) {
      await writeFile(join(target, name), text);
      await utimes(join(target, name), time, time);
    }
    await symlink('nowhere', join(target, 'stray'));
    await restoreTo(target, ['--overwrite', '--conflict', policy]);
    expect((await lstat(join(target, 'stray'))).isSymbolicLink()).toBe(true);
    const found: Record<string, string> = {};
    for (const name of ['older', 'newer', 'same', 'missing']) found[name] = (await readFile(join(target, name), 'utf8')).slice('of the '.length);
    return found;
  }

  it.each([
    ['always', { older: 'backup', newer: 'backup', same: 'backup', missing: 'backup' }],
    ['if-newer', { older: 'backup', newer: 'target', same: 'target', missing: 'backup' }],
    ['if-changed', { older: 'backup', newer: 'backup', same: 'target', missing: 'backup' }],
    ['never', { older: 'target', newer: 'target', same: 'target', missing: 'backup' }],
  ])('is treated as --conflict %s says', async (policy, expected) => {
    expect(await conflict(policy)).toEqual(expected);
  });

  it('--conflict never also keeps a file where a folder is to be', async () => {
    await mkdir(at('folder'));
    await writeFile(at('folder/file'), 'file');
    await ourBackup(lab);
    const target = lab.target();
    await mkdir(target);
    await writeFile(join(target, 'folder'), 'mine');
    await restoreTo(target, ['--overwrite', '--conflict', 'never']);
    expect(await readFile(join(target, 'folder'), 'utf8')).toBe('mine');
  });
});

describe('points', () => {
  it('are taken by date, by name and from the end; diff tells what changed', async () => {
    await writeFile(at('kept'), 'kept');
    await writeFile(at('changed'), 'one');
    await writeFile(at('gone'), 'gone');
    const first = await ourBackup(lab);
    await writeFile(at('changed'), 'longer');
    await rm(at('gone'));
    await writeFile(at('new'), 'new');
    const second = await ourBackup(lab);
    await writeFile(at('third'), '3');
    await ourBackup(lab);
    const content = async (...options: string[]): Promise<string> => (await lines('restore', ['--to-stdout', 'changed', ...options])).join();
    expect([
      await content(),
      await content('--restore-from-date', dateOf(first)),
      await content('--point', `0_${first}`),
      await content('--point', String(second)),
    ]).toEqual(['longer', 'one', 'one', 'longer']);
    expect(await lines('diff', [])).toEqual(['+ third']);
    expect(await lines('diff', ['--point', `0_${first}`, '--point', `1_${second}`])).toEqual(['M changed  (size, mtime)', '- gone', '+ new']);
    expect(await lines('diff', ['--point', dateOf(first), 'new', '--path', 'third'])).toEqual(['+ new', '+ third']);
    expect(await lines('diff', ['--point', String(first), '--point', String(first)])).toEqual(['no difference']);
    expect((await ours(lab, 'diff', ['--restore-from-date', dateOf(first)])).stderr).toContain('has no point before');
    expect((await ours(lab, 'show', ['--point', '7_123456789'])).stderr).toContain('has no point 7_123456789');
    expect((await ours(lab, 'show', ['--point', 'yesterdy'])).code).toBe(2);
  });
});
