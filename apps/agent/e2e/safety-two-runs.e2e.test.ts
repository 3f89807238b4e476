import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { type Options, ourRestore } from './harness/our-agent.ts';
import { treeLines } from './harness/tree-lines.ts';
import { expectOneLine, mustAgent, runAgent, startAgent } from './safety/agent-runs.ts';
import { until } from './safety/processes.ts';
import { exists, remainsOf } from './safety/remains.ts';
import { slowDisk } from './safety/slow-disk.ts';

jest.setTimeout(120_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  for (const name of ['a', 'b']) await writeFile(join(lab.source, name), randomBytes(300_000));
});
afterEach(() => lab.close());

const BACKUP: Options = ['--nosync', '--always-level', '2'];

/** Every visible point restores in full: to what the source was, which did not change. */
async function expectAllRestore(): Promise<void> {
  const lines = await treeLines(lab.source);
  for (const { t } of await lab.levels()) expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
}

it('two backups of one set at random offsets: the second fails at once and names the owner, or comes after the first', async () => {
  const tally = { both: 0, refused: 0 };
  for (let pair = 0; pair < 7; pair += 1) {
    const first = startAgent(lab, 'backup', ['-F', lab.source, ...BACKUP]);
    await sleep(Math.random() * 400);
    const second = startAgent(lab, 'backup', ['-F', lab.source, ...BACKUP]);
    const ended = await Promise.all([first.ended, second.ended]);
    const refused = ended.filter(({ code }) => code !== 0);
    expect(refused.length).toBeLessThan(2);
    for (const one of refused) {
      expect(one.code).toBe(1);
      const other = one === ended[0] ? second.child.pid : first.child.pid;
      expect(expectOneLine(one)).toMatch(new RegExp(`set labhost_set is locked on .* by .*\\b${other}\\b.*--wait`));
    }
    tally[refused.length === 0 ? 'both' : 'refused'] += 1;
    expect(await remainsOf(lab)).toEqual([]);
  }
  expect(tally.both + tally.refused).toBe(7);
  expect(await lab.levels()).toHaveLength(7 + tally.both);
  await expectAllRestore();
});

it('with --wait both succeed, one after the other', async () => {
  for (let pair = 0; pair < 3; pair += 1) {
    const first = startAgent(lab, 'backup', ['-F', lab.source, ...BACKUP, '--wait', '50']);
    await sleep(Math.random() * 200);
    const second = startAgent(lab, 'backup', ['-F', lab.source, ...BACKUP, '--wait', '50']);
    for (const { code, stderr } of await Promise.all([first.ended, second.ended])) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }
  expect(await lab.levels()).toHaveLength(6);
  expect(await remainsOf(lab)).toEqual([]);
  await expectAllRestore();
});

it('the wait has an end, and other sets, listings, verify and restores do not wait', async () => {
  await mustAgent(lab, 'backup', ['-F', lab.source]);
  const slow = startAgent(lab, 'backup', ['-F', lab.source, '--no-incremental', '--nosync', '--compression', 'none'], { env: await slowDisk(lab, 250) });
  await until('the lock', () => exists(join(lab.store, 'locks/tar/labhost_set/lock')));
  for (const action of ['backup', 'admin']) {
    const ended = await runAgent(lab, action, ['-F', lab.source, '--keep-last', '1', '--wait', '1'].slice(action === 'admin' ? 2 : 0));
    expect(ended.code).toBe(1);
    expect(expectOneLine(ended)).toMatch(/is locked on .* by /);
  }
  expect((await runAgent(lab, 'list', [])).code).toBe(0);
  expect((await runAgent(lab, 'verify', [])).code).toBe(0);
  expect((await runAgent(lab, 'backup', ['-F', lab.source, '-N', 'other'])).code).toBe(0);
  expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
  expect(slow.child.exitCode).toBeNull();
  expect((await slow.ended).code).toBe(0);
  expect(await remainsOf(lab)).toEqual([]);
});

it('two hosts of one set, each with a state folder of its own: the lock on the storage holds', async () => {
  const slow = startAgent(lab, 'backup', ['-F', lab.source, '--nosync', '--compression', 'none'], { env: await slowDisk(lab, 150) });
  await until('the lock', () => exists(join(lab.store, 'locks/tar/labhost_set/lock')));
  const ended = await runAgent(lab, 'backup', ['-F', lab.source, '--state-dir', join(lab.root, 'other-state')]);
  expect(ended.code).toBe(1);
  expect(expectOneLine(ended)).toMatch(/is locked on local:/);
  expect((await slow.ended).code).toBe(0);
});

it('N42: a run whose lock was taken over while it slept commits nothing', async () => {
  await mustAgent(lab, 'backup', ['-F', lab.source]);
  const slow = startAgent(lab, 'backup', ['-F', lab.source, '--no-incremental', '--nosync', '--compression', 'none'], { env: await slowDisk(lab, 150) });
  const lock = join(lab.store, 'locks/tar/labhost_set/lock');
  await until('the lock', () => exists(lock));
  const owner = JSON.parse(await readFile(lock, 'utf8')) as Record<string, unknown>;
  await cp(lock, `${lock}.copy`);
  await writeFile(lock, JSON.stringify({ ...owner, run_id: 'f'.repeat(32) }));
  await rm(`${lock}.copy`);
  const ended = await slow.ended;
  expect(ended.code).toBe(1);
  expect(expectOneLine(ended)).toMatch(/was taken over by .*nothing was committed/);
  expect(await lab.levels()).toHaveLength(1);
  // The lock is another's now, and stays.
  expect(await readdir(join(lab.store, 'locks/tar/labhost_set'))).toEqual(['lock']);
});
