import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { HOST, Lab, type StoredLevel } from './harness/lab.ts';
import { type Options, ours } from './harness/our-agent.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { expectOneLine, mustAgent, runAgent } from './safety/agent-runs.ts';
import { Clock, DAY, NOON } from './safety/clock.ts';
import { flipBit, objectPath } from './safety/stored-set.ts';

jest.setTimeout(60_000);

let lab: Lab;
let clock: Clock;
beforeEach(async () => {
  lab = await Lab.open();
  clock = await Clock.open(lab);
});
afterEach(() => lab.close());

interface Verified {
  readonly result: string;
  readonly depth: string;
  readonly read: { readonly objects: number; readonly levels: number; readonly bytes: number };
  readonly total: { readonly objects: number; readonly bytes: number };
  readonly covered?: { readonly share: number; readonly bytes: number; readonly since: string | null };
  readonly damaged: number;
  readonly levels: readonly {
    readonly set: string;
    readonly level: string;
    readonly entries?: number;
    readonly checked: boolean;
    readonly problems: readonly string[];
  }[];
}

const backupAt = (t: number, options: Options = ['--incremental']): Promise<unknown> =>
  mustAgent(lab, 'backup', ['-F', lab.source, '--nosync', ...options], clock.at(t));
const verifyAt = (t: number, options: Options): Promise<Verified> => mustAgent<Verified>(lab, 'verify', options, clock.at(t));

/** The document of a verify that has to find something. */
async function findings(options: Options): Promise<Verified> {
  const ended = await runAgent(lab, 'verify', ['--json', ...options]);
  expect(ended.code).toBe(1);
  return JSON.parse(ended.stdout) as Verified;
}

const pass = (): Options => ['--encrypt-pass-file', lab.passFile];

it('the three depths of a chain with links, holes, strange names: all sound; what is damaged is found by those that read it', async () => {
  await makeSampleTree(lab.source);
  for (const step of [0, 1]) {
    if (step > 0) await changeSampleTree(lab.source, step);
    await backupAt(NOON + step * DAY, ['--incremental', '--encryption', 'aes-256-gcm', ...pass()]);
  }
  for (const depth of ['manifests', 'bytes', 'restore']) {
    const found = await verifyAt(NOON + 3 * DAY, ['--depth', depth, ...pass()]);
    expect(found).toMatchObject({ result: 'success', depth, read: { objects: 2, levels: 2 }, damaged: 0 });
    expect(found.levels.map(({ entries }) => entries === undefined)).toEqual(Array(2).fill(depth !== 'restore'));
    if (depth === 'restore') expect(found.levels[0]?.entries).toBeGreaterThan(15);
  }

  const locked = await findings(['--depth', 'restore']);
  expect(locked.levels.map(({ checked }) => checked)).toEqual([false, false]);

  const [full, first] = (await lab.levels()) as [StoredLevel, StoredLevel];
  await flipBit(objectPath(lab.store, full, 'data'), 1000);
  for (const depth of ['bytes', 'restore']) {
    const found = await findings(['--depth', depth, ...pass()]);
    expect(found.levels.map(({ problems }) => problems.length > 0)).toEqual([true, false]);
  }
  await rm(objectPath(lab.store, first, 'index'));
  expect((await findings(['--depth', 'manifests', ...pass()])).levels.map(({ problems }) => problems.length > 0)).toEqual([false, true]);
  const text = (await ours(lab, 'verify', ['--depth', 'restore', ...pass()])).stdout;
  expect(text).toMatch(/ {2}DAMAGED\n {4}data of 0_/);
  expect(text).toMatch(/^read \(restore\): 2 of 2 objects, .*; 2 levels are damaged or not checked$/m);
});

it('--subset 25% over several sets: the newest first, all in four nights, also when points come and go; a kill in between takes nothing for read', async () => {
  for (const name of ['a', 'b']) {
    for (const day of [0, 1, 2, 3]) {
      await writeFile(join(lab.source, 'time'), `${name} ${day}\n`);
      await backupAt(NOON + day * DAY + (name === 'b' ? 60 : 0), ['--no-incremental', '-N', name]);
    }
  }
  const options = ['-N', 'a', '--set', 'b', '--subset', '25%'];
  const night = async (day: number): Promise<readonly string[]> => {
    const { levels, covered, read } = await verifyAt(NOON + day * DAY, options);
    expect(read.objects).toBe(levels.length);
    if (day < 8) expect(covered?.since).toMatch(/^2026-01-09T12:/);
    return levels.map(({ set, level }) => `${set.slice(HOST.length + 1)} ${(Number(level.slice(2)) - NOON) / DAY}`.replace(/\..*/, ''));
  };
  expect(await night(4)).toEqual(['b 3', 'a 3']);
  await backupAt(NOON + 4 * DAY, ['--no-incremental', '-N', 'a']);
  await mustAgent(lab, 'admin', ['-N', 'a', '--remove-from-date', new Date((NOON + 0.5 * DAY) * 1000).toISOString()], clock.at(NOON + 4 * DAY));
  const second = await night(5);
  expect(second.slice(0, 2)).toEqual(['a 4', 'b 2']);
  // As a kill leaves it that came while a line was written.
  const [state = ''] = await readdir(join(lab.state, 'verify'));
  const file = join(lab.state, 'verify', state);
  const lines = await readFile(file, 'utf8');
  await writeFile(file, lines.slice(0, -20));
  const lost = second.at(-1) ?? '';
  const later = [...(await night(6)), ...(await night(7))];
  expect(later).toContain(lost);
  expect(new Set(['b 3', 'a 3', ...second, ...later])).toEqual(new Set(['a 1', 'a 2', 'a 3', 'a 4', 'b 0', 'b 1', 'b 2', 'b 3']));
  const before = await readFile(file, 'utf8');
  expect((await verifyAt(NOON + 8 * DAY, [...options, '--dry-run'])).covered).toMatchObject({ share: 1 });
  expect(await readFile(file, 'utf8')).toBe(before);
});

it('what is damaged is read again each night until it is mended; wrong words are refused', async () => {
  for (const day of [0, 1, 2]) {
    await writeFile(join(lab.source, 'time'), `${day}\n`);
    await backupAt(NOON + day * DAY, ['--no-incremental']);
  }
  const [oldest] = (await lab.levels()) as [StoredLevel];
  await flipBit(objectPath(lab.store, oldest, 'data'), 20);
  for (let run = 0; run < 3; run += 1) await runAgent(lab, 'verify', ['--subset', '34%']);
  const bad = await findings(['--subset', '34%']);
  expect(bad.levels.map(({ level }) => level)).toContain(`0_${oldest.t}`);
  expect(bad.covered?.share).toBeLessThan(1);
  await flipBit(objectPath(lab.store, oldest, 'data'), 20);
  expect((await verifyAt(NOON + 3 * DAY, ['--subset', '34%'])).covered?.share).toBe(1);

  const parts = [await verifyAt(NOON + 3 * DAY, ['--subset', '1/2']), await verifyAt(NOON + 3 * DAY, ['--subset', '2/2'])];
  expect(parts.reduce((sum, { read }) => sum + read.objects, 0)).toBe(3);
  const missing = await runAgent(lab, 'verify', ['--set', 'none', '--json']);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Critical Error: 1 of 2 sets cannot be verified: .*labhost_none/) });
  expect(JSON.parse(missing.stdout)).toMatchObject({ result: 'fail', read: { objects: 3 }, failed_sets: [{ set: `${HOST}_none` }] });
  for (const [words, says] of [
    [['--subset', '3'], /--subset must be a share/],
    [['--depth', 'deep'], /--depth: 'deep' is unknown; allowed: manifests, bytes, restore/],
  ] as const) {
    const ended = await runAgent(lab, 'verify', words);
    expect(ended.code).toBe(2);
    expect(expectOneLine(ended)).toMatch(says);
  }
});
