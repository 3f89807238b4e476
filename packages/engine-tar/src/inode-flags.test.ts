import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeldEntry } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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

describe('an lsattr of our own', () => {
  const path = process.env['PATH'];
  let programs = '';
  beforeEach(async () => {
    programs = await mkdtemp(join(tmpdir(), 'freezer-lsattr-'));
    process.env['PATH'] = `${programs}:${path}`;
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    await rm(programs, { recursive: true });
  });
  const script = (text: string): Promise<void> => writeFile(join(programs, 'lsattr'), `#!/bin/sh\nshift 2\n${text}\n`, { mode: 0o755 });

  it('is asked on when only the last of very many has an answer', async () => {
    // Of each call it answers for the last name.
    await script('for name; do :; done; test -e "$name" && echo "----i--------- $name"; true');
    await writeFile(join(folder, 'late'), '');
    const flags = new InodeFlags(folder, {});
    const found = [];
    const ask = async (name: string): Promise<void> => {
      if (flags.add(entryOf(name))) found.push(...(await flags.flush()));
    };
    for (let number = 1; number < 100_000; number += 1) await ask('absent');
    await ask('late');
    for (let number = 1; number <= 1000; number += 1) await ask('late');
    found.push(...(await flags.end()));
    flags.close();
    expect(found).toEqual(Array.from({ length: 2 }, () => ({ kind: 'skipped', path: 'late', reason: 'inode_flags', detail: 'i' })));
  });

  it('is ended by close, and not only what started it', async () => {
    await script(`echo $$ > ${programs}/pid; exec sleep 60`);
    const run = new LsattrRun(folder, {});
    await run.ask(Array.from({ length: 20_000 }, () => 'name'));
    const pid = await until(async () => Number(await readFile(join(programs, 'pid'), 'utf8').catch(() => '')) || undefined);
    run.close();
    run.close();
    expect(await until(() => !isAlive(pid) || undefined)).toBe(true);
  });
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Asks until there is an answer, for ten seconds. */
async function until<Answer>(ask: () => Answer | undefined | Promise<Answer | undefined>): Promise<Answer> {
  for (let round = 0; round < 500; round += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('there was no answer');
}
