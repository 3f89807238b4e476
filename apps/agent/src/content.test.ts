import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

jest.setTimeout(120_000);

let here: RunHere;
let restores = 0;
beforeEach(() => {
  here = new RunHere();
  for (const folder of ['source', 'source/a', 'source/a/cache', 'source/b']) mkdirSync(here.path(folder));
  for (const file of ['a/one', 'a/two.log', 'a/cache/x', 'b/three', 'four']) writeFileSync(here.path('source', file), file);
});
afterEach(() => here[Symbol.dispose]());

const treeOf = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).toSorted();

interface Made {
  readonly curr_backup_level: number;
  readonly excluded_files: readonly string[];
  readonly result: string;
}

async function backup(...options: readonly string[]): Promise<Made> {
  const ran = await here.run('backup', '-F', here.path('source'), '--nosync', '--incremental', '--suspicious-below', '0', '--json', ...options);
  expect(ran.complaints).toBe('');
  return JSON.parse(ran.out) as Made;
}

/** The newest point, restored into nothing, and over other files. */
async function restored(): Promise<string[]> {
  restores += 1;
  const [empty, overlay] = [here.path(`empty-${restores}`), here.path(`overlay-${restores}`)];
  mkdirSync(overlay);
  writeFileSync(`${overlay}/stray`, '');
  expect(await here.run('restore', '--restore-abs-path', empty)).toMatchObject({ code: 0 });
  expect(await here.run('restore', '--restore-abs-path', overlay, '--overwrite')).toMatchObject({ code: 0 });
  expect(treeOf(overlay).filter((name) => name !== 'stray')).toEqual(treeOf(empty));
  return treeOf(empty);
}

describe('what is left out', () => {
  test('several --exclude and --exclude-from; with others a full is made, and the point is what they say', async () => {
    writeFileSync(here.path('patterns'), '*.log\n\ncache  \n');
    const some = ['--exclude', 'three', '--exclude', 'none', '--exclude-from', here.path('patterns')];
    expect(await backup(...some)).toMatchObject({ curr_backup_level: 0, excluded_files: ['three', 'none', '*.log', 'cache'] });
    expect(await restored()).toEqual(['a', 'a/one', 'b', 'four']);
    rmSync(here.path('source/four'));
    expect(await backup(...some)).toMatchObject({ curr_backup_level: 1 });
    expect(await restored()).toEqual(['a', 'a/one', 'b']);
    writeFileSync(here.path('patterns'), 'one\n');
    expect(await backup(...some)).toMatchObject({ curr_backup_level: 0 });
    expect(await restored()).toEqual(['a', 'a/cache', 'a/cache/x', 'a/two.log', 'b']);
    expect(here.log()).toContain('--exclude-from is not what it was for the base');
  });

  test('--exclude-caches and --exclude-if-present leave out a directory from the level in which it is marked', async () => {
    const options = ['--exclude-caches', '--exclude-if-present', '.nobackup'];
    await backup(...options);
    writeFileSync(here.path('source/a/cache/CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n');
    writeFileSync(here.path('source/b/.nobackup'), '');
    expect(await backup(...options)).toMatchObject({ curr_backup_level: 1, result: 'success' });
    expect(await restored()).toEqual(['a', 'a/cache', 'a/cache/CACHEDIR.TAG', 'a/one', 'a/two.log', 'b', 'b/.nobackup', 'four']);
  });

  test('--files-from saves what it names, by lines or by NUL, and says what is not there', async () => {
    writeFileSync(here.path('list'), `./a/one\n${here.path('source')}/b\n`);
    expect(await backup('--files-from', here.path('list'))).toMatchObject({ curr_backup_level: 0, result: 'success' });
    expect(await restored()).toEqual(['a', 'a/one', 'b', 'b/three']);
    writeFileSync(here.path('list'), 'a/cache\0none\0');
    expect(await backup('--files-from', here.path('list'))).toMatchObject({ curr_backup_level: 0, result: 'partial' });
    expect(await restored()).toEqual(['a', 'a/cache', 'a/cache/x']);
    writeFileSync(here.path('list'), '\ufeffa/one\r\nb\r\n');
    expect(await backup('--files-from', here.path('list'))).toMatchObject({ curr_backup_level: 0, result: 'success' });
    expect(await restored()).toEqual(['a', 'a/one', 'b', 'b/three']);
    for (const [text, message] of [
      ['../x\n', "line 1: '../x' is not below"],
      ['\n', 'names no path'],
    ] as const) {
      writeFileSync(here.path('list'), text);
      const ran = await here.run('backup', '-F', here.path('source'), '--files-from', here.path('list'));
      expect(ran).toMatchObject({ code: 2, complaints: expect.stringContaining(message) });
    }
    expect(await here.run('backup', '-F', here.path('source'), '--exclude-from', here.path('gone'))).toMatchObject({ code: 2 });
  });
});

test('the target of a link that is the whole source is looked for where the link is', async () => {
  symlinkSync('four', here.path('source/link'));
  const ran = await here.run('backup', '-F', here.path('source/link'), '--nosync', '--json');
  expect(JSON.parse(ran.out)).toMatchObject({ total_broken_links: 0, broken_links: [], result: 'success' });
});

describe('--dereference-symlink', () => {
  test('soft saves what links lead to, and names those that lead nowhere; changing it makes a full', async () => {
    symlinkSync('four', here.path('source/link'));
    symlinkSync('nowhere', here.path('source/dangling'));
    expect(await backup()).toMatchObject({ curr_backup_level: 0, result: 'success' });
    const ran = await here.run('backup', '-F', here.path('source'), '--nosync', '--incremental', '--dereference-symlink', 'soft', '--json');
    expect(ran).toMatchObject({ code: 3 });
    expect(JSON.parse(ran.out)).toMatchObject({ curr_backup_level: 0, skipped: [{ path: 'dangling', reason: 'vanished' }] });
    expect(await restored()).toContain('link');
    expect(await restored()).not.toContain('dangling');
  });

  test.each(['soft', 'all'])('%s with links to directories of the source: each point is a full, and restores as what was seen', async (value) => {
    mkdirSync(here.path('source/c'));
    symlinkSync('../a', here.path('source/c/again'));
    const options = ['-F', here.path('source'), '--nosync', '--incremental', '--dereference-symlink', value, '--json'];
    for (const file of ['b/new', 'a/newer']) {
      const ran = await here.run('backup', ...options);
      expect(ran).toMatchObject({ code: 0 });
      expect(JSON.parse(ran.out)).toMatchObject({ curr_backup_level: 0, result: 'success' });
      // Which follows links, too.
      expect(await restored()).toEqual(treeOf(here.path('source')));
      writeFileSync(here.path('source', file), '');
    }
    expect(here.log()).toContain(`with --dereference-symlink ${value} each level is a full`);
    expect(await here.run('verify', '--depth', 'restore')).toMatchObject({ code: 0 });
  });
});
