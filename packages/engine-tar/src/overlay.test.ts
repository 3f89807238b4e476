import { spawnSync } from 'node:child_process';
import { link, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TarBench } from '../test-support/tar-bench.ts';

let bench: TarBench;
let source: string;
let target: string;
let outside: string;
beforeEach(async () => {
  bench = await TarBench.make();
  source = await bench.folder('source');
  target = await bench.folder('target');
  outside = await bench.folder('outside');
  await mkdir(join(source, 'dir'));
  for (const name of ['hard', 'soft', 'dir/inner', 'file']) await writeFile(join(source, name), 'new');
  await symlink('dir', join(source, 'link'));
});
afterEach(() => bench.remove());

/** As Python Freezer writes it: GNU format, dump lists in members of type D. */
function pythonArchive(): string {
  const path = join(bench.root, 'python.tar');
  const args = [
    '--create',
    `--file=${path}`,
    '--format=gnu',
    `--listed-incremental=${join(bench.root, 'python.meta')}`,
    '--no-check-device',
    `--directory=${source}`,
    '.',
  ];
  expect(spawnSync('tar', args).status).toBe(0);
  return path;
}

describe.each(['ours', 'Python'])('an archive of %s into a tree that is not empty', (whose) => {
  const archiveOf = async (): Promise<string> => (whose === 'ours' ? (await bench.backup(source)).archive : pythonArchive());

  it('replaces what it holds, and touches nothing else', async () => {
    await writeFile(join(outside, 'kept'), 'old');
    await link(join(outside, 'kept'), join(target, 'hard'));
    await symlink(join(outside, 'kept'), join(target, 'soft'));
    await symlink(outside, join(target, 'dir'));
    await mkdir(join(target, 'link'));
    await mkdir(join(target, 'other'));
    await writeFile(join(target, 'other/stray'), 'stray');
    expect(await bench.restore([await archiveOf()], target, 'overlay')).toEqual([]);
    expect(await readFile(join(outside, 'kept'), 'utf8')).toBe('old');
    expect(await readdir(outside)).toEqual(['kept']);
    for (const name of ['hard', 'soft', 'dir/inner']) expect(await readFile(join(target, name), 'utf8')).toBe('new');
    expect((await lstat(join(target, 'dir'))).isDirectory()).toBe(true);
    expect(await readlink(join(target, 'link'))).toBe('dir');
    expect(await readFile(join(target, 'other/stray'), 'utf8')).toBe('stray');
  });

  it('names what stands in its way', async () => {
    await mkdir(join(target, 'file'));
    await writeFile(join(target, 'file/stray'), 'stray');
    await writeFile(join(target, 'dir'), 'a file');
    const problems = await bench.restore([await archiveOf()], target, 'overlay');
    expect(problems).toEqual([{ path: 'file', detail: 'Cannot open: File exists' }]);
    expect(await readFile(join(target, 'file/stray'), 'utf8')).toBe('stray');
    expect(await readFile(join(target, 'dir/inner'), 'utf8')).toBe('new');
  });

  it('into an empty one, brings the same', async () => {
    expect(await bench.restore([await archiveOf()], target)).toEqual([]);
    expect((await readdir(target)).toSorted()).toEqual(['dir', 'file', 'hard', 'link', 'soft']);
  });
});
