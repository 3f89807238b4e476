import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeldEntry } from '@freezer/core';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { InodeFlags } from './inode-flags.ts';
import { LsattrRun } from './lsattr-run.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-flags-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entryOf = (path: string): HeldEntry => ({ kind: 'held', path, type: 'file', size: 0, mtimeNs: 0n, mode: 0o600, uid: 0, gid: 0 });

it('any number of names is asked for, those that are absent too, and plain files have no flags', async () => {
  for (const name of ['plain', "it's", 'back\\slash', '-dash']) await writeFile(join(folder, name), '');
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('\xff', 'latin1')]), '');
  const flags = new InodeFlags(folder, {});
  const names = ['plain', "it's", 'back\\slash', '-dash', '\xff', ...Array.from({ length: 2500 }, (_, number) => `absent ${number}`)];
  const found = [];
  for (const name of names) if (flags.add(entryOf(name))) found.push(...(await flags.flush()));
  found.push(...(await flags.end()));
  flags.close();
  expect(found).toEqual([]);
});

it('each name that is there has a line, or the file system has no flags', async () => {
  for (const name of ['one', 'two words']) await writeFile(join(folder, name), '');
  const run = new LsattrRun(folder, {});
  await run.ask(['one', 'two words', 'absent']);
  await run.end();
  const names = run.lines().map((line) => line.slice(line.indexOf(' ') + 1));
  expect(names.length === 0 ? ['./one', './two words'] : names).toEqual(['./one', './two words']);
});

it('where nothing can be started there are no lines, and no failure', async () => {
  const run = new LsattrRun(join(folder, 'absent'), {});
  await run.ask(Array.from({ length: 20_000 }, (_, number) => `name ${number}`));
  await run.end();
  expect(run.lines()).toEqual([]);
});

it('an abort ends the wait with its reason', async () => {
  const controller = new AbortController();
  const run = new LsattrRun(folder, { signal: controller.signal });
  const ended = run.end();
  controller.abort(new RangeError('enough'));
  await expect(ended).rejects.toThrow('enough');
});

it('a file system without flags is not asked for ever', async () => {
  const flags = new InodeFlags('/proc/self', {});
  let flushes = 0;
  for (let number = 0; number < 110_000; number += 1) {
    if (!flags.add(entryOf('status'))) continue;
    flushes += 1;
    expect(await flags.flush()).toEqual([]);
  }
  expect(await flags.end()).toEqual([]);
  flags.close();
  expect(flushes).toBe(100);
});
