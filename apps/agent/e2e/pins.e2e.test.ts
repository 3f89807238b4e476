import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { HOST, Lab, NAME, type StoredLevel } from './harness/lab.ts';
import { type Options, ourArguments, ourEnvironment, ourRestore, ours } from './harness/our-agent.ts';
import { type Ended, runProgram } from './harness/run-program.ts';
import { treeLines } from './harness/tree-lines.ts';
import { expectOneLine, mustAgent, runAgent } from './safety/agent-runs.ts';
import { Clock, DAY, NOON } from './safety/clock.ts';
import { remainsOf } from './safety/remains.ts';
import { objectPath } from './safety/stored-set.ts';

jest.setTimeout(60_000);

let lab: Lab;
let clock: Clock;
beforeEach(async () => {
  lab = await Lab.open();
  clock = await Clock.open(lab);
});
afterEach(() => lab.close());

async function backupAt(t: number, options: Options = ['--incremental']): Promise<void> {
  await writeFile(join(lab.source, 'time'), `${t}\n`);
  await mustAgent(lab, 'backup', ['-F', lab.source, '--nosync', ...options], clock.at(t));
}

interface Admin {
  readonly result: string;
  readonly sets: readonly {
    readonly set: string;
    readonly kept: readonly { readonly level: string; readonly reasons: readonly string[] }[];
    readonly removed: readonly { readonly level: string; readonly reasons: readonly string[] }[];
    readonly orphans_kept: readonly string[];
  }[];
}

const adminAt = (t: number, options: Options): Promise<Admin> => mustAgent<Admin>(lab, 'admin', options, clock.at(t));

it('a pinned point outlives every rule with what it needs, restores, is shown, and goes once it is unpinned', async () => {
  for (const day of [0, 1, 2]) await backupAt(NOON + day * DAY);
  const lines = await treeLines(lab.source);
  const [full, first, second] = (await lab.levels()) as [StoredLevel, StoredLevel, StoredLevel];
  for (const day of [3, 4]) await backupAt(NOON + day * DAY, ['--no-incremental']);
  const at = ['--restore-from-date', new Date((NOON + 2.5 * DAY) * 1000).toISOString()];
  const pin = await mustAgent(lab, 'pin', [...at, '--reason', 'before the upgrade'], clock.at(NOON + 5 * DAY));
  const needs = [full, first, second].map(({ level, t }) => `${level}_${t}`);
  expect(pin).toMatchObject({ result: 'success', level: needs[2], needs, was_pinned: false });

  const everything = ['--remove-older-than', '0', '--force'];
  const preview = await adminAt(NOON + 9 * DAY, [...everything, '--dry-run']);
  expect(preview.sets[0]?.kept.map(({ reasons }) => reasons)).toEqual([
    [`kept: needed by ${needs[2]}`],
    [`kept: needed by ${needs[2]}`],
    ['kept: pinned: before the upgrade'],
  ]);
  expect(await lab.levels()).toHaveLength(5);
  await adminAt(NOON + 9 * DAY, everything);
  expect(await lab.levels()).toEqual([full, first, second]);
  expect(await treeLines(await ourRestore(lab))).toEqual(lines);

  const [listed] = await mustAgent<readonly { readonly points: readonly object[] }[]>(lab, 'list', []);
  expect(listed?.points.map((point) => 'pin' in point)).toEqual([false, false, true]);
  expect((await ours(lab, 'list')).stdout).toMatch(/Pinned[\s\S]* {2}before the upgrade\n/);
  expect((await ours(lab, 'show')).stdout).toMatch(/^# pinned since .*: before the upgrade\n/);

  expect(expectOneLine(await ours(lab, 'unpin', ['--point', String(first.t)]))).toMatch(/is not pinned; pinned is 2_/);
  await mustAgent(lab, 'unpin', []);
  expect(expectOneLine(await ours(lab, 'unpin'))).toMatch(/is not pinned; nothing in this set is/);
  await adminAt(NOON + 9 * DAY, everything);
  expect(await lab.levels()).toEqual([]);
  expect(await remainsOf(lab)).toEqual([]);
});

it('a pinned level that lost its metadata is neither an orphan nor remains; a dry run pins nothing', async () => {
  await backupAt(NOON);
  await backupAt(NOON + DAY);
  await mustAgent(lab, 'pin', ['--dry-run']);
  const top = await lab.newest();
  expect(await readdir(join(objectPath(lab.store, top, 'data'), '..'))).not.toContain('pinned');
  await mustAgent(lab, 'pin', ['--point', `1_${top.t}`]);
  // As after a removal by another program that was stopped half-way.
  for (const level of await lab.levels()) await rm(join(objectPath(lab.store, level, 'metadata'), '..'), { recursive: true });
  const { sets } = await adminAt(NOON + 90 * DAY, ['--remove-orphans', '--older-than', '1']);
  expect(sets[0]?.orphans_kept).toEqual([`${top.t0}/0_${top.t0}`, `${top.t0}/1_${top.t}`]);
  expect(await readdir(join(objectPath(lab.store, top, 'data'), '..'))).toContain('data');
  await mustAgent(lab, 'unpin', ['--point', `1_${top.t}`]);
  await adminAt(NOON + 90 * DAY, ['--remove-orphans', '--older-than', '1']);
  expect(await readdir(join(lab.store, 'data', 'tar', `${HOST}_${NAME}`)).catch(() => [])).toEqual([]);
});

/** The agent without a backup name. */
function overAllSets(action: string, options: Options, t: number): Promise<Ended> {
  const args = ourArguments(lab, action, options);
  args.splice(args.indexOf('-N'), 2);
  return runProgram(process.execPath, args, { cwd: lab.root, env: { ...ourEnvironment(lab), ...clock.at(t).env } });
}

it('a preview over some sets or all of the host says for each point why; a set of another host is left alone', async () => {
  for (const name of ['a', 'b_c', 'd']) for (const day of [0, 1]) await backupAt(NOON + day * DAY, ['--no-incremental', '-N', name]);
  await backupAt(NOON, ['--no-incremental', '--hostname', `${HOST}_b`, '-N', 'x']);
  const rule = ['--keep-last', '1', '--dry-run'];
  const some = await mustAgent<Admin>(lab, 'admin', [...rule, '-N', 'a', '--set', 'd', '--set', 'a'], clock.at(NOON + 2 * DAY));
  expect(some.sets.map(({ set }) => set)).toEqual([`${HOST}_a`, `${HOST}_d`]);

  const all = await overAllSets('admin', [...rule, '--all-sets', '--json'], NOON + 2 * DAY);
  const { sets } = JSON.parse(all.stdout) as Admin;
  expect(sets.map(({ set }) => set)).toEqual(['a', 'b_c', 'd'].map((name) => `${HOST}_${name}`));
  for (const { kept, removed } of sets) {
    expect(kept.map(({ reasons }) => reasons)).toEqual([['kept: last 1 of 1']]);
    expect(removed.map(({ reasons }) => reasons)).toEqual([['goes: kept by no rule']]);
    expect(kept[0]?.level.localeCompare(removed[0]?.level ?? '')).toBe(1);
  }
  const table = await overAllSets('admin', [...rule, '--all-sets'], NOON + 2 * DAY);
  expect(table.stdout.split('\n').filter((line) => /^(would remove|kept) /.test(line))).toHaveLength(6);
  expect(table.stdout).toMatch(/^3 would be removed \(.*\), 3 kept$/m);

  const nobody = await overAllSets('admin', [...rule, '--all-sets', '--hostname', 'nobody'], NOON);
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringMatching(/holds no set of host nobody/) });
  const missing = await runAgent(lab, 'admin', ['--keep-last', '1', '--json', '-N', 'none', '--set', 'd'], clock.at(NOON + 2 * DAY));
  expect(missing.code).toBe(1);
  expect(JSON.parse(missing.stdout)).toMatchObject({
    result: 'fail',
    sets: [{ set: `${HOST}_d`, removed: [{ level: expect.stringMatching(/^0_/) }] }, { set: `${HOST}_none` }],
  });
  expect(await lab.levels('d')).toHaveLength(1);
  expect(await lab.levels('a')).toHaveLength(2);
});
