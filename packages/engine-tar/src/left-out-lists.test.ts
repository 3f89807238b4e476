import { mkdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IndexEntry, isIncomplete } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeTree, type MadeLevel, TarBench } from '../test-support/tar-bench.ts';

const TAG = 'Signature: 8a477f597d28d172789f06886806bc55\n';

let bench: TarBench;
let source: string;
beforeEach(async () => {
  bench = await TarBench.make();
  source = await bench.folder('source');
});
afterEach(() => bench.remove());

const write = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) {
    const path = Buffer.from(`${source}/${name}`, 'latin1');
    await mkdir(path.subarray(0, path.lastIndexOf('/')), { recursive: true });
    await writeFile(path, name);
  }
};

/** What the indexes of a chain say that its last point holds. */
function pointOf(chain: readonly MadeLevel[]): string[] {
  const paths = new Set<string>();
  const apply = (entry: IndexEntry): void => {
    if (entry.kind === 'held') paths.add(entry.path);
    if (entry.kind === 'deleted') paths.delete(entry.path);
  };
  for (const { entries } of chain) {
    for (const entry of entries) if (entry.kind === 'deleted') apply(entry);
    for (const entry of entries) if (entry.kind === 'held') apply(entry);
  }
  return [...paths].toSorted();
}

let targets = 0;
/** What a restore of a chain into nothing brings, by paths. */
async function restored(chain: readonly MadeLevel[]): Promise<string[]> {
  targets += 1;
  const target = await bench.folder(`target-${targets}`);
  expect(
    await bench.restore(
      chain.map(({ archive }) => archive),
      target,
    ),
  ).toEqual([]);
  const lines = await describeTree(target);
  return lines.map((line) => String((JSON.parse(line) as unknown[])[0]).replace(/^\.\//, '')).toSorted();
}

/** Makes the levels one after the other, and holds the restore of each point against its index. */
async function chainOf(
  steps: readonly { readonly settings: Readonly<Record<string, unknown>>; readonly before?: () => Promise<void> }[],
): Promise<MadeLevel[]> {
  const chain: MadeLevel[] = [];
  for (const { settings, before } of steps) {
    await before?.();
    chain.push(await bench.backup(source, chain.at(-1), settings));
    expect(await restored(chain)).toEqual(pointOf(chain));
  }
  return chain;
}

describe('what is excluded between two levels', () => {
  beforeEach(() => write('keep', 'cache/a', 'cache/deep/b', 'other/x.log', 'other/y'));

  const ALL = ['.', 'cache', 'cache/a', 'cache/deep', 'cache/deep/b', 'keep', 'other', 'other/x.log', 'other/y'];

  it.each([
    ['exclude', { exclude: ['cache', '*.log'] }],
    ['exclude_patterns', { exclude_patterns: ['cache', '*.log'] }],
    ['both', { exclude: 'cache', exclude_patterns: ['*.log'] }],
  ])('by %s is in no point', async (_, settings) => {
    const chain = await chainOf([
      { settings },
      { settings, before: () => write('cache/more', 'more.log', 'other/z') },
      { settings, before: () => rm(join(source, 'other/y')) },
    ]);
    expect(chain.map((_level, at) => pointOf(chain.slice(0, at + 1)))).toEqual([
      ['.', 'keep', 'other', 'other/y'],
      ['.', 'keep', 'other', 'other/y', 'other/z'],
      ['.', 'keep', 'other', 'other/z'],
    ]);
  });

  it.each([
    ['exclude_caches', { exclude_caches: true }, 'CACHEDIR.TAG'],
    ['exclude_if_present', { exclude_if_present: ['.nobackup', '.none'] }, '.nobackup'],
  ])('by %s leaves the mark alone in the point, until it is taken away', async (_, settings, mark) => {
    const chain = await chainOf([
      { settings },
      { settings, before: () => writeFile(join(source, 'cache', mark), TAG) },
      { settings, before: () => write('cache/more', 'keep2') },
      { settings, before: () => unlink(join(source, 'cache', mark)) },
    ]);
    expect(pointOf(chain.slice(0, 1))).toEqual(ALL);
    expect(pointOf(chain.slice(0, 2))).toEqual(['.', 'cache', `cache/${mark}`, 'keep', 'other', 'other/x.log', 'other/y']);
    expect(pointOf(chain.slice(0, 3))).toEqual(['.', 'cache', `cache/${mark}`, 'keep', 'keep2', 'other', 'other/x.log', 'other/y']);
    expect(pointOf(chain)).toEqual([...ALL, 'cache/more', 'keep2'].toSorted());
    expect(chain.flatMap(({ skipped }) => skipped)).toEqual([]);
  });

  it('a CACHEDIR.TAG that is none excludes nothing', async () => {
    await writeFile(join(source, 'cache/CACHEDIR.TAG'), 'not signed');
    expect((await bench.backup(source, undefined, { exclude_caches: true })).held).toContain('cache/a');
  });

  it('patterns of a file are those of tar, and may have any bytes', async () => {
    await write('\xff\xfe', 'with blank.tmp');
    const { held } = await bench.backup(source, undefined, { exclude_patterns: ['\xff*', 'with blank.tmp', './other', '*/deep'] });
    expect(held).toEqual(['.', 'cache', 'cache/a', 'keep']);
  });
});

describe('only some paths', () => {
  const settings = (...only_paths: readonly string[]): Readonly<Record<string, unknown>> => ({ only_paths });

  it('are saved with what is below them and the folders above them', async () => {
    await write('a/b/c', 'a/b2', 'a/d/e', 'f', 'g/h', 'fx', 'ax');
    await symlink('a', join(source, 'link'));
    const held = async (...paths: readonly string[]): Promise<readonly string[]> => (await bench.backup(source, undefined, settings(...paths))).held;
    expect(await held('a/b', 'f')).toEqual(['.', 'a', 'a/b', 'a/b/c', 'f']);
    expect(await held('link', 'a/d/e')).toEqual(['.', 'a', 'a/d', 'a/d/e', 'link']);
    expect(await held('.')).toHaveLength(13);
    expect((await bench.backup(source, undefined, { ...settings('a', 'f'), exclude: ['c', '*2'] })).held).toEqual(['.', 'a', 'a/b', 'a/d', 'a/d/e', 'f']);
  });

  it('next to names that a line cannot hold', async () => {
    const pairs = [
      ['sp ', 'sp'],
      ['new\nline', 'newxline'],
      ['star*', 'starx'],
      ['q?', 'qx'],
      ['[a]', 'a'],
      ['back\\slash', 'backslash'],
      ['tab\t', 'tab'],
      ['\xff', '\xff '],
      ['new\n* ', 'new\nx '],
      ['-x', '\x01 '],
    ] as const;
    await write(...pairs.flat());
    for (const side of [0, 1] as const) {
      const wanted = pairs.map((pair) => pair[side]);
      expect((await bench.backup(source, undefined, settings(...wanted))).held).toEqual(['.', ...wanted].toSorted());
    }
  });

  it('of which some go, come and are changed, in a chain', async () => {
    await write('a/one', 'a/two', 'b/one', 'c');
    const some = settings('a/one', 'b', 'c');
    const chain = await chainOf([
      { settings: some },
      { settings: some, before: () => write('b/two', 'a/three', 'd') },
      { settings: some, before: () => rm(join(source, 'c')) },
      { settings: some, before: () => rm(join(source, 'a/one')) },
    ]);
    expect(chain.map((_, level) => pointOf(chain.slice(0, level + 1)))).toEqual([
      ['.', 'a', 'a/one', 'b', 'b/one', 'c'],
      ['.', 'a', 'a/one', 'b', 'b/one', 'b/two', 'c'],
      ['.', 'a', 'a/one', 'b', 'b/one', 'b/two'],
      ['.', 'a', 'b', 'b/one', 'b/two'],
    ]);
    expect(chain[2]?.skipped).toEqual(['vanished c']);
  });

  it('what is wanted and not there is named, and the run is incomplete', async () => {
    await write('a/b', 'file');
    await symlink('a', join(source, 'link'));
    const level = await bench.backup(source, undefined, settings('a/b', 'a/none', 'none/x', 'file/x', 'link/b'));
    expect(level.held).toEqual(['.', 'a', 'a/b', 'file', 'link']);
    expect(level.skipped).toEqual(['vanished a/none', 'vanished file/x', 'vanished link/b', 'vanished none/x']);
    expect(isIncomplete('vanished')).toBe(true);
    expect((await bench.backup(source, undefined, { ...settings('link/b'), dereference_symlink: 'soft' })).held).toEqual(['.', 'link', 'link/b']);
  });

  it('of a single file are refused', async () => {
    await write('file');
    await expect(bench.backup(join(source, 'file'), undefined, settings('file'))).rejects.toThrow('only_paths: needs a directory');
  });
});
