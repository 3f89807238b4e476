import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { type Options, ourBackup, ourRestore } from './harness/our-agent.ts';
import { treeLines } from './harness/tree-lines.ts';
import { expectOneLine, mustAgent, runAgent } from './safety/agent-runs.ts';
import { processesOf } from './safety/processes.ts';
import { exists, remainsOf } from './safety/remains.ts';
import { SmallDisk } from './safety/small-disk.ts';
import { filesBelow } from './safety/whole-listing.ts';

jest.setTimeout(120_000);

const MIB = 1024 * 1024;
const NO_SPACE = /no space left/i;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  for (const name of ['a', 'b', 'c']) await writeFile(join(lab.source, name), randomBytes(MIB));
});
afterEach(() => lab.close());

const VARIANTS = [
  { name: 'gzip', options: () => [] },
  { name: 'xz, gcm', options: () => ['--compression', 'xz', '--encrypt-pass-file', lab.passFile, '--encryption', 'aes-256-gcm'] },
] satisfies { name: string; options: () => Options }[];

describe.each(VARIANTS)('the disk of the storage is full, $name', ({ options }) => {
  // From a little less than the data needs to nothing at all: it ends in `data`, in one of the small objects, or at once.
  it.each([2_000_000, 120_000, 8192, 0])(
    '%d bytes are left: a clear failure, the older point whole, nothing left, and with space the next run succeeds',
    async (left) => {
      await using disk = await SmallDisk.mount(lab.store, 16);
      const first = await ourBackup(lab, options());
      const before = await treeLines(lab.source);
      await writeFile(join(lab.source, 'd'), randomBytes(left === 120_000 ? 40_000 : 3 * MIB));
      await disk.fill(left);
      await lab.tick();
      const files = await filesBelow(lab.store);
      const ended = await runAgent(lab, 'backup', ['-F', lab.source, '--incremental', ...options()]);
      if (left === 120_000 && ended.code === 0) return;
      expect(ended.code).toBe(1);
      expect(expectOneLine(ended)).toMatch(NO_SPACE);
      expect(await filesBelow(lab.store)).toEqual(files);
      expect(await remainsOf(lab)).toEqual([]);
      expect(await processesOf(lab)).toEqual([]);
      expect(await treeLines(await ourRestore(lab, first, ['--encrypt-pass-file', lab.passFile]))).toEqual(before);
      await disk.makeSpace();
      await ourBackup(lab, options());
      expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1]);
      expect(await treeLines(await ourRestore(lab, undefined, ['--encrypt-pass-file', lab.passFile]))).toEqual(await treeLines(lab.source));
    },
  );
});

describe('N6: the disk of the target is full', () => {
  it.each([
    { name: 'in the middle of a file', files: { a: 3 * MIB, b: 3 * MIB, c: 9 * MIB } },
    { name: 'between small files', files: Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`small-${String(at).padStart(4, '0')}`, 5000])) },
  ])('$name: a failure, and what is there is whole', async ({ files }) => {
    await rm(lab.source, { recursive: true });
    await mkdir(lab.source);
    for (const [name, size] of Object.entries(files)) await writeFile(join(lab.source, name), randomBytes(size));
    await ourBackup(lab, ['--compression', 'none']);
    const target = lab.target();
    await using _disk = await SmallDisk.mount(target, 10);
    for (const options of [[], ['--overwrite']]) {
      const ended = await runAgent(lab, 'restore', ['--restore-abs-path', target, ...options]);
      expect(ended.code).toBe(1);
      expect(expectOneLine(ended)).toMatch(/restore stopped in level 0_\d+ .*no space left/i);
      const names = await readdir(target);
      expect(names.length).toBeGreaterThan(1);
      for (const name of names)
        expect({ name, whole: (await readFile(join(target, name))).equals(await readFile(join(lab.source, name))) }).toEqual({ name, whole: true });
      expect(await processesOf(lab)).toEqual([]);
    }
  });
});

describe('the disk of the state folder is full', () => {
  it.each([300_000, 40_000, 0])('%d bytes are left: a backup fails clearly or succeeds; with space it succeeds', async (left) => {
    await using disk = await SmallDisk.mount(lab.state, 4);
    for (let at = 0; at < 4000; at += 1) await writeFile(join(lab.source, `a name that needs some room in the state of tar ${at}`), '');
    const first = await ourBackup(lab);
    const before = await treeLines(lab.source);
    await disk.fill(left);
    await lab.tick();
    const ended = await runAgent(lab, 'backup', ['-F', lab.source, '--incremental']);
    expect(ended.code).toBe(1);
    const line = expectOneLine(ended);
    expect(line).toMatch(NO_SPACE);
    expect(line).toContain(lab.state);
    expect(await lab.levels()).toHaveLength(1);
    expect(await remainsOf(lab)).toEqual([]);
    await disk.makeSpace();
    await ourBackup(lab);
    expect(await treeLines(await ourRestore(lab, first))).toEqual(before);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
  });
});

it('a state folder that takes no more files is named as full, whichever file it is that did not fit', async () => {
  const codes: unknown[] = [];
  for (let files = 3; files < 16; files += 1) {
    await using disk = await SmallDisk.mount(join(lab.root, `state-${files}`), 4, files);
    const ended = await runAgent(lab, 'backup', ['-F', lab.source, '--state-dir', disk.path]);
    if (ended.code !== 0) expect(expectOneLine(ended)).toMatch(NO_SPACE);
    codes.push(ended.code);
  }
  expect(codes).toEqual(expect.arrayContaining([0, 1]));
});

describe('what cannot be written', () => {
  it('a storage that is mounted read-only: backup and admin fail, list, verify and restore do not', async () => {
    await using disk = await SmallDisk.mount(lab.store, 16);
    await ourBackup(lab);
    await lab.tick();
    await disk.remount('ro');
    for (const [action, options] of [
      ['backup', ['-F', lab.source]],
      ['admin', ['--keep-last', '1']],
    ] satisfies [string, Options][]) {
      const ended = await runAgent(lab, action, options);
      expect(ended.code).toBe(1);
      expect(expectOneLine(ended)).toMatch(/read-only/);
    }
    await mustAgent(lab, 'list', []);
    await mustAgent(lab, 'verify', []);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
    await disk.remount('rw');
    expect(await remainsOf(lab)).toEqual([]);
  });

  it('a target that is mounted read-only', async () => {
    await ourBackup(lab);
    await using disk = await SmallDisk.mount(join(lab.root, 'mounted'), 16);
    await disk.remount('ro');
    const target = join(disk.path, 'target');
    const ended = await runAgent(lab, 'restore', ['--restore-abs-path', target]);
    expect({ code: ended.code, written: await exists(target) }).toEqual({ code: 1, written: false });
    expect(expectOneLine(ended)).toMatch(/read-only/i);
  });
});
