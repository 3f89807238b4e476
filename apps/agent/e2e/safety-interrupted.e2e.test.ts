import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { type Options, ourBackup, ourRestore } from './harness/our-agent.ts';
import type { Ended, Started } from './harness/run-program.ts';
import { treeLines } from './harness/tree-lines.ts';
import { expectOneLine, mustAgent, runAgent, startAgent } from './safety/agent-runs.ts';
import { processesOf, until } from './safety/processes.ts';
import { exists, remainsOf } from './safety/remains.ts';
import { slowDisk } from './safety/slow-disk.ts';
import { filesBelow } from './safety/whole-listing.ts';

jest.setTimeout(60_000);

const MIB = 1024 * 1024;
const SIGNALS = [
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGTERM', code: 143 },
] as const;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  for (const name of ['a', 'b', 'c']) await writeFile(join(lab.source, name), randomBytes(6 * MIB));
});
afterEach(() => lab.close());

/** Ends a run that has come so far; it has five seconds. */
async function interrupt({ child, ended }: Started, signal: NodeJS.Signals): Promise<Ended> {
  const begun = performance.now();
  child.kill(signal);
  const how = await ended;
  expect(performance.now() - begun).toBeLessThan(5000);
  return how;
}

async function expectCleanEnd(ended: Ended, code: number): Promise<string> {
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(await remainsOf(lab)).toEqual([]);
  expect(await processesOf(lab)).toEqual([]);
  return expectOneLine(ended);
}

const dataFolders = (): Promise<string[]> => readdir(join(lab.store, 'data/tar/labhost_set')).catch(() => []);
const sizeOnStorage = async (): Promise<number> => {
  const staged = (await filesBelow(lab.store).catch(() => [])).filter((path) => path.includes('.freezer-tmp/') && !path.endsWith('/owner'));
  return staged.length;
};

describe.each(SIGNALS)('$signal', ({ signal, code }) => {
  it('N8: in the middle of a backup: no point is visible, nothing stays, and the next run succeeds', async () => {
    await ourBackup(lab, ['--compression', 'none']);
    await writeFile(join(lab.source, 'd'), randomBytes(24 * MIB));
    await lab.tick();
    const run = startAgent(lab, 'backup', ['-F', lab.source, '--incremental', '--compression', 'xz', '--nosync']);
    await until('xz at work', async () => (await sizeOnStorage()) > 0 && (await processesOf(lab)).some(({ commandLine }) => /\bxz\b/.test(commandLine)));
    expect(await expectCleanEnd(await interrupt(run, signal), code)).toContain(signal);
    expect(await lab.levels()).toHaveLength(1);
    expect(await dataFolders()).toHaveLength(1);
    await ourBackup(lab, ['--compression', 'none']);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
  });

  it('in the middle of a restore: what is there is whole, and the file that was cut off is named', async () => {
    await ourBackup(lab, ['--compression', 'none']);
    const target = lab.target();
    const run = startAgent(lab, 'restore', ['--restore-abs-path', target], { env: await slowDisk(lab, 40) });
    await until('the second file', () => exists(join(target, 'b')));
    const line = await expectCleanEnd(await interrupt(run, signal), code);
    expect(line).toMatch(new RegExp(`restore stopped in level 0_.*stopped by ${signal}; already written: \\d+ entries`));
    for (const name of await readdir(target)) expect((await readFile(join(target, name))).equals(await readFile(join(lab.source, name)))).toBe(true);
    // The same command again, into what is there.
    await mustAgent(lab, 'restore', ['--restore-abs-path', target, '--overwrite']);
    expect(await treeLines(target)).toEqual(await treeLines(lab.source));
  });

  it('in the middle of verify', async () => {
    await ourBackup(lab, ['--compression', 'none']);
    const run = startAgent(lab, 'verify', [], { env: await slowDisk(lab, 100) });
    await until('its private folder', async () => (await readdir(join(lab.state, 'work'))).length > 0);
    await expectCleanEnd(await interrupt(run, signal), code);
  });

  it('in the middle of a removal: what was begun is ended, the rest stays a backup', async () => {
    for (let at = 0; at < 4; at += 1) await mustAgent(lab, 'backup', ['-F', join(lab.source, 'a'), '--no-incremental']);
    const run = startAgent(lab, 'admin', ['--keep-last', '1'], { env: await slowDisk(lab, 60) });
    await until('the first removal', async () => (await lab.levels()).length < 4);
    const ended = await interrupt(run, signal);
    expect(ended).toMatchObject({ code, stdout: '' });
    expectOneLine(ended);
    expect(await processesOf(lab)).toEqual([]);
    expect(await remainsOf(lab)).toEqual([]);
    expect((await runAgent(lab, 'verify', [])).code).toBe(0);
    await mustAgent(lab, 'admin', ['--keep-last', '1']);
    expect(await lab.levels()).toHaveLength(1);
    expect(await dataFolders()).toHaveLength(1);
    expect(await remainsOf(lab)).toEqual([]);
  });

  it('while it waits for another run, which is not disturbed', async () => {
    const first = startAgent(lab, 'backup', ['-F', lab.source, '--compression', 'none', '--nosync'], { env: await slowDisk(lab, 30) });
    await until('the lock', () => exists(join(lab.store, 'locks/tar/labhost_set/lock')));
    for (const [action, options] of [
      ['backup', ['-F', lab.source, '--wait', '50']],
      ['admin', ['--keep-last', '1', '--wait', '50']],
    ] satisfies [string, Options][]) {
      const waiting = startAgent(lab, action, options);
      const private_ = async (): Promise<number> => (await readdir(join(lab.state, 'work'))).length;
      await until('its private folder', async () => (await private_()) > 1);
      const ended = await interrupt(waiting, signal);
      expect(ended).toMatchObject({ code, stdout: '' });
      expectOneLine(ended);
    }
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(await remainsOf(lab)).toEqual([]);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
  });
});

it('a second signal ends the run at once', async () => {
  const folder = join(lab.root, 'many');
  await mkdir(folder);
  await writeFile(join(folder, 'file'), randomBytes(20 * MIB));
  const run = startAgent(lab, 'backup', ['-F', folder, '--nosync', '--compression', 'none'], { env: await slowDisk(lab, 3000) });
  await until('its private folder', () => exists(join(lab.state, 'work')));
  run.child.kill('SIGTERM');
  run.child.kill('SIGINT');
  expect([130, 143]).toContain((await run.ended).code);
});
