import { spawnSync } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchivedEntry } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TarBench } from '../test-support/tar-bench.ts';
import { readDumpList } from './dump-list.ts';

let bench: TarBench;
let source: string;
beforeEach(async () => {
  bench = await TarBench.make();
  source = await bench.folder('source');
});
afterEach(() => bench.remove());

function python(level: number): string {
  const path = join(bench.root, `python-${level}.tar`);
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

const short = (entries: readonly ArchivedEntry[]): string[] =>
  entries.map((entry) => {
    if (entry.kind === 'names') return `names ${entry.path}: ${entry.names.join(' ')}`;
    return entry.kind === 'renamed' ? `renamed ${entry.from} ${entry.to}` : `${entry.kind} ${entry.path}`;
  });

describe('an archive of Python', () => {
  it('is listed with its names and renames', async () => {
    await mkdir(join(source, 'a/sub'), { recursive: true });
    await mkdir(join(source, 'b'));
    await writeFile(join(source, 'a/one'), '1');
    await writeFile(join(source, 'two'), '2');
    expect(short(await bench.read(python(0)))).toEqual([
      'held .',
      'names .: a b two',
      'held a',
      'names a: one sub',
      'held a/sub',
      'names a/sub: ',
      'held b',
      'names b: ',
      'held two',
      'held a/one',
    ]);
    await rename(join(source, 'a'), join(source, 'c'));
    await rm(join(source, 'two'));
    const listed = short(await bench.read(python(1)));
    expect(listed).toContain('renamed a c');
    expect(listed).toContain('names .: b c');
    expect(listed).not.toContain('held two');
  });

  it('whose directories changed places is listed with the renames in order', async () => {
    await mkdir(join(source, 'a/in-a'), { recursive: true });
    await mkdir(join(source, 'b/in-b'), { recursive: true });
    python(0);
    await rename(join(source, 'a'), join(source, 'aside'));
    await rename(join(source, 'b'), join(source, 'a'));
    await rename(join(source, 'aside'), join(source, 'b'));
    const renamed = (await bench.read(python(1))).filter(({ kind }) => kind === 'renamed');
    const places = new Map([
      ['a', 'first'],
      ['b', 'second'],
    ]);
    for (const entry of renamed) {
      if (entry.kind !== 'renamed') continue;
      const moved = places.get(entry.from);
      places.delete(entry.from);
      if (moved !== undefined) places.set(entry.to, moved);
    }
    expect(Object.fromEntries(places)).toEqual({ a: 'second', b: 'first' });
  });

  it('keeps names with line ends apart', async () => {
    for (const name of ['a\nb', 'c\nN d', 'e', '\n\n', 'N x']) await writeFile(join(source, name), name);
    const names = (await bench.read(python(0))).find(({ kind }) => kind === 'names');
    if (names?.kind !== 'names') throw new TypeError('a list was expected');
    for (const name of ['a\nb', 'c\nN d', 'e', '\n\n', 'N x']) expect(names.names).toContain(name);
  });

  it('that is empty has no entries', async () => {
    await writeFile(join(source, 'x'), 'x');
    const path = join(bench.root, 'none.tar');
    expect(spawnSync('tar', ['--create', `--file=${path}`, '--files-from=/dev/null']).status).toBe(0);
    expect(await bench.read(path)).toEqual([]);
  });
});

describe('a level of ours that starts from a state of Python', () => {
  it('holds no renames: what was renamed is saved again in full', async () => {
    for (const name of ['a', 'b']) {
      await mkdir(join(source, name));
      await writeFile(join(source, name, `in-${name}`), name);
    }
    python(0);
    await rename(join(source, 'a'), join(source, 'aside'));
    await rename(join(source, 'b'), join(source, 'a'));
    await rename(join(source, 'aside'), join(source, 'b'));
    const level = await bench.backup(source, join(bench.root, 'python.meta'));
    expect(level).toMatchObject({ held: ['.', 'a', 'a/in-b', 'b', 'b/in-a'], deleted: ['a/in-a', 'b/in-b'] });
    expect((await bench.read(level.archive)).some(({ kind }) => kind === 'renamed')).toBe(false);
    expect(short(await bench.read(level.archive))).toContain('names a: in-b');
  });
});

describe('a dump list', () => {
  it('of plain names is read as it is, however many letters they begin with', () => {
    expect(readDumpList('d', ['Y Y', 'N  N', 'D D'], 11)).toEqual([{ kind: 'names', path: 'd', names: ['Y', ' N', 'D'] }]);
  });
});
