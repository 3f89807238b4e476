import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { dateOf, Lab, type StoredLevel } from './harness/lab.ts';
import { type Options, ourRestore } from './harness/our-agent.ts';
import { treeLines } from './harness/tree-lines.ts';
import { expectOneLine, mustAgent, runAgent, type Surroundings } from './safety/agent-runs.ts';
import { Clock, DAY, NOON } from './safety/clock.ts';
import { failingTar } from './safety/failing-programs.ts';
import { remainsOf } from './safety/remains.ts';
import { objectPath } from './safety/stored-set.ts';
import { wholeListing } from './safety/whole-listing.ts';

jest.setTimeout(60_000);

let lab: Lab;
let clock: Clock;
beforeEach(async () => {
  lab = await Lab.open();
  clock = await Clock.open(lab);
  await writeFile(join(lab.source, 'first'), 'a file that stays\n');
});
afterEach(() => lab.close());

interface Report {
  readonly time_stamp: number;
  readonly result: string;
  readonly reasons?: readonly string[];
}

/** A backup whose source differs from that of every other time. */
async function backupAt(t: number, options: Options = ['--incremental'], source: string = lab.source): Promise<Report> {
  await writeFile(join(source, 'time'), `${t}\n`);
  return mustAgent<Report>(lab, 'backup', ['-F', source, '--nosync', ...options], clock.at(t));
}

const adminAt = (t: number, options: Options): Promise<unknown> => mustAgent(lab, 'admin', options, clock.at(t));

/** What the file of the time says in the point at or before a date. */
async function restoredTime(t?: number): Promise<number> {
  return Number(await readFile(join(await ourRestore(lab, t), 'time'), 'utf8'));
}

const dataFolder = (level: Pick<StoredLevel, 't0' | 'level' | 't'>): string => dirname(objectPath(lab.store, level, 'data'));

const levelTimes = async (): Promise<readonly number[]> => (await lab.levels()).map(({ t }) => t);

it('N12: a full of 40 days ago with its increments: what the points of the last 30 days need stays', async () => {
  const days = Array.from({ length: 9 }, (_, at) => at * 5);
  for (const day of days) await backupAt(NOON + day * DAY);
  await adminAt(NOON + 40 * DAY + 60, ['--remove-older-than', '30']);
  expect(await levelTimes()).toEqual(days.map((day) => NOON + day * DAY));
  for (const day of [10, 15, 40]) expect(await restoredTime(NOON + day * DAY)).toBe(NOON + day * DAY);
  // A new full makes the old chain needless as soon as nothing younger stands on it.
  await backupAt(NOON + 41 * DAY, ['--no-incremental']);
  await adminAt(NOON + 71 * DAY, ['--remove-older-than', '30.5']);
  expect(await levelTimes()).toEqual([NOON + 41 * DAY]);
  expect(await remainsOf(lab)).toEqual([]);
});

it('N23: --always-level 2 for eight days: the newest is that of the eighth day, and each day comes back by its date', async () => {
  const days = Array.from({ length: 8 }, (_, at) => NOON + at * DAY);
  for (const t of days) await backupAt(t, ['--always-level', '2']);
  expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 2, 2, 2, 2, 2, 2]);
  expect(await restoredTime()).toBe(days.at(-1));
  for (const t of days) expect(await restoredTime(t)).toBe(t);
  // Whatever of the repeated level goes, the others stay whole.
  await adminAt(NOON + 8 * DAY, ['--remove-older-than', '3.5']);
  for (const t of days.slice(5)) expect(await restoredTime(t)).toBe(t);
  expect(await levelTimes()).toEqual([days[0], days[1], ...days.slice(5)]);
});

it('N24: points A, B, C: a time between B and C is B, an equal time is inclusive, and before A there is nothing', async () => {
  const [a, b, c] = [NOON, NOON + DAY, NOON + 2 * DAY] as const;
  for (const t of [a, b, c]) await backupAt(t);
  expect(await restoredTime(c - 1)).toBe(b);
  expect(await restoredTime(b)).toBe(b);
  expect(await restoredTime(b - 1)).toBe(a);
  expect(await restoredTime(c + 10)).toBe(c);
  const ended = await runAgent(lab, 'restore', ['--restore-abs-path', lab.target(), '--restore-from-date', dateOf(a - 1)]);
  expect(ended.code).toBe(1);
  expect(expectOneLine(ended)).toMatch(/no .*(point|backup)/i);
});

it('N11: a source of which nothing is left is suspicious: the run ends with 3, and retention does not count it', async () => {
  await writeFile(join(lab.source, 'large'), Buffer.alloc(200_000, 'data '));
  await backupAt(NOON, ['--no-incremental']);
  await rm(join(lab.source, 'large'));
  const shrunk = await runAgent(lab, 'backup', ['-F', lab.source, '--no-incremental', '--json'], clock.at(NOON + DAY));
  expect({ code: shrunk.code, document: JSON.parse(shrunk.stdout) }).toMatchObject({
    code: 3,
    document: { result: 'partial', reasons: [expect.stringMatching(/^suspicious: /)] },
  });
  const empty = join(lab.root, 'empty');
  await mkdir(empty);
  expect((await runAgent(lab, 'backup', ['-F', empty, '--no-incremental'], clock.at(NOON + 2 * DAY))).code).toBe(3);
  await adminAt(NOON + 3 * DAY, ['--keep-last', '1']);
  expect(await levelTimes()).toContain(NOON);
  await adminAt(NOON + 400 * DAY, ['--remove-older-than', '30']);
  expect(await levelTimes()).toContain(NOON);
  expect(await restoredTime(NOON)).toBe(NOON);
});

it('N15, N22: a backup that fails removes nothing, is not counted, and the next one builds on the last good level', async () => {
  await backupAt(NOON);
  await backupAt(NOON + DAY);
  const before = await wholeListing(join(lab.store, 'data'));
  const failed = await runAgent(lab, 'backup', ['-F', lab.source, '--incremental'], clock.at(NOON + 2 * DAY, await failingTar(lab)));
  expect(failed.code).toBe(1);
  expect(expectOneLine(failed)).toMatch(/tar/);
  expect((await wholeListing(join(lab.store, 'data'))).map(withoutFolderTimes)).toEqual(before.map(withoutFolderTimes));
  expect(await remainsOf(lab)).toEqual([]);
  await adminAt(NOON + 2 * DAY + 60, ['--keep-last', '1']);
  expect(await levelTimes()).toEqual([NOON, NOON + DAY]);
  const next = await backupAt(NOON + 3 * DAY);
  expect((await lab.newest()).level).toBe(2);
  expect(await restoredTime()).toBe(next.time_stamp);
  expect(await restoredTime(NOON + DAY)).toBe(NOON + DAY);
});

/** A folder in which something was made and removed again has another time. */
const withoutFolderTimes = (line: string): string => (/ 4\d{4} /.test(line) ? line.split(' ').slice(0, 3).join(' ') : line);

it.each([
  ['whose metadata is empty', (level: StoredLevel) => writeFile(objectPath(lab.store, level, 'metadata'), '')],
  ['whose objects are those of another', (level: StoredLevel) => cp(dataFolder({ t0: NOON, level: 0, t: NOON }), dataFolder(level), { recursive: true })],
])('N15: a point %s is none to rely on: retention keeps the last good one', async (_what, damage) => {
  for (const day of [0, 1, 2]) await backupAt(NOON + day * DAY, ['--no-incremental']);
  await damage(await lab.newest());
  await adminAt(NOON + 3 * DAY, ['--keep-last', '1']);
  expect(await levelTimes()).toEqual([NOON + DAY, NOON + 2 * DAY]);
  expect(await restoredTime(NOON + DAY)).toBe(NOON + DAY);
  await adminAt(NOON + 99 * DAY, ['--remove-older-than', '1']);
  expect(await levelTimes()).toContain(NOON + DAY);
});

it.each([
  ['whose data is gone', (full: StoredLevel) => rm(objectPath(lab.store, full, 'data'))],
  ['that is another backup', (full: StoredLevel) => cp(dataFolder({ t0: NOON, level: 0, t: NOON }), dataFolder(full), { recursive: true })],
])('N15: increments on a full %s are none to rely on: retention keeps the last good point', async (_what, damage) => {
  await backupAt(NOON, ['--no-incremental']);
  await backupAt(NOON + DAY, ['--no-incremental']);
  for (const day of [2, 3]) await backupAt(NOON + day * DAY);
  const [, full] = (await lab.levels()) as [StoredLevel, StoredLevel];
  await damage(full);
  await adminAt(NOON + 4 * DAY, ['--keep-last', '1']);
  await adminAt(NOON + 99 * DAY, ['--remove-older-than', '90']);
  expect(await levelTimes()).toContain(NOON);
  expect(await restoredTime(NOON)).toBe(NOON);
});

it('N21: a source whose path changes with every run is one set, and retention sees one', async () => {
  for (let day = 0; day < 4; day += 1) {
    const source = join(lab.root, `container-${day}`);
    await cp(lab.source, source, { recursive: true, preserveTimestamps: true });
    await backupAt(NOON + day * DAY, ['--incremental'], source);
  }
  await backupAt(NOON + 4 * DAY, ['--no-incremental'], join(lab.root, 'container-1'));
  expect(await restoredTime(NOON + 3 * DAY)).toBe(NOON + 3 * DAY);
  await adminAt(NOON + 5 * DAY, ['--keep-last', '2']);
  // Another path makes a full each time (adr/0011); the set is one all the same.
  expect(await levelTimes()).toEqual([NOON + 3 * DAY, NOON + 4 * DAY]);
  await adminAt(NOON + 5 * DAY, ['--keep-last', '1']);
  expect(await levelTimes()).toEqual([NOON + 4 * DAY]);
});

it('N25: --overwrite keeps what the backup does not hold, --delete removes it', async () => {
  await mkdir(join(lab.source, 'sub'));
  await writeFile(join(lab.source, 'sub/inner'), 'inner\n');
  await backupAt(NOON);
  await rm(join(lab.source, 'first'));
  await backupAt(NOON + DAY);
  const target = lab.target();
  await mkdir(join(target, 'sub'), { recursive: true });
  for (const stray of ['newer', 'sub/newer']) await writeFile(join(target, stray), 'not in the backup\n');
  const options = ['--restore-abs-path', target];
  expect(expectOneLine(await runAgent(lab, 'restore', options))).toMatch(/not empty/);
  await mustAgent(lab, 'restore', [...options, '--overwrite']);
  for (const stray of ['newer', 'sub/newer']) expect(await readFile(join(target, stray), 'utf8')).toBe('not in the backup\n');
  await mustAgent(lab, 'restore', [...options, '--overwrite', '--delete']);
  expect(await treeLines(target, 'nanoseconds')).toEqual(await treeLines(lab.source, 'nanoseconds'));
});

it('N39: a lost host: storage and passphrase are enough', async () => {
  const pass = ['--encrypt-pass-file', lab.passFile, '--hide-names'];
  await backupAt(NOON, ['--incremental', ...pass]);
  await appendFile(join(lab.source, 'first'), 'more\n');
  await backupAt(NOON + DAY, ['--incremental', ...pass]);
  const lines = await treeLines(lab.source);
  for (const folder of [lab.state, lab.home]) await rm(folder, { recursive: true });
  const target = lab.target();
  await mustAgent(lab, 'restore', ['--restore-abs-path', target, '--encrypt-pass-file', lab.passFile]);
  expect(await treeLines(target)).toEqual(lines);
});

it.each(['Europe/Berlin', ':/usr/share/zoneinfo/Europe/Berlin'])(
  'N44: two backups in the hour that occurs twice have ids of their own; that hour means the later one, and says so (TZ=%s)',
  async (TZ) => {
    const berlin = (t: number): Surroundings => clock.at(t, { TZ });
    // 00:30 and 01:30 UTC of 2026-10-25 are both 02:30 in Berlin.
    const [first, second] = [1_792_888_200, 1_792_891_800] as const;
    for (const t of [first, second]) {
      await writeFile(join(lab.source, 'time'), `${t}\n`);
      await mustAgent(lab, 'backup', ['-F', lab.source, '--no-incremental'], berlin(t));
    }
    expect(await levelTimes()).toEqual([first, second]);
    const restored = async (date: string): Promise<number> => {
      const target = lab.target();
      await mustAgent(lab, 'restore', ['--restore-abs-path', target, '--restore-from-date', date], berlin(second + DAY));
      return Number(await readFile(join(target, 'time'), 'utf8'));
    };
    expect(await restored('2026-10-25T02:30:00')).toBe(second);
    expect(await readFile(join(lab.root, 'ours.log'), 'utf8')).toMatch(/2026-10-25T02:30:00.*(twice|later)/);
    expect(await restored('2026-10-25T02:30:00+02:00')).toBe(first);
    expect(await restored('2026-10-25T00:30:00Z')).toBe(first);
    expect(await restored('2026-10-25T02:29:59+01:00')).toBe(first);
  },
);

it('N44: a clock that fell behind the newest point is refused; with --force the new id is above it', async () => {
  await backupAt(NOON);
  const late = await runAgent(lab, 'backup', ['-F', lab.source], clock.at(NOON - 3600));
  expect(late.code).toBe(1);
  expect(expectOneLine(late)).toMatch(/clock/);
  const forced = await mustAgent<Report>(lab, 'backup', ['-F', lab.source, '--force'], clock.at(NOON - 3600));
  expect(forced.time_stamp).toBe(NOON + 1);
  expect(await remainsOf(lab)).toEqual([]);
});

it('N57: a dry run of backup, restore and admin changes not one byte, in the storage, the state folder or at the target', async () => {
  const pass = ['--encrypt-pass-file', lab.passFile];
  await backupAt(NOON, ['--always-level', '1', ...pass]);
  await backupAt(NOON + DAY, ['--always-level', '1', ...pass]);
  // Data of which nobody says whose it is, so that there is something for --remove-orphans.
  await rm(dirname(objectPath(lab.store, await lab.newest(), 'metadata')), { recursive: true });
  const target = lab.target();
  await mkdir(target);
  await writeFile(join(target, 'stray'), 'stray\n');
  await rm(join(lab.root, 'ours.log'));
  const listings = (): Promise<unknown> => Promise.all([lab.store, lab.state, target, lab.source, lab.home].map(wholeListing));
  const before = await listings();
  const later = clock.at(NOON + 60 * DAY);
  const runs: readonly (readonly [string, Options])[] = [
    ['backup', ['-F', lab.source, '--always-level', '1', ...pass]],
    ['backup', ['-F', lab.source, '-N', 'new']],
    ['restore', ['--restore-abs-path', target, '--overwrite', '--delete', ...pass]],
    ['restore', ['--restore-abs-path', join(lab.root, 'nowhere'), ...pass]],
    ['admin', ['--remove-older-than', '1', '--force']],
    ['admin', ['--remove-orphans', '--older-than', '1']],
  ];
  for (const [action, options] of runs) {
    const temporary = join(lab.root, 'tmp');
    await mkdir(temporary, { recursive: true });
    expect({ action, code: (await runAgent(lab, action, ['--dry-run', ...options], { env: { ...later.env, TMPDIR: temporary } })).code }).toEqual({
      action,
      code: 0,
    });
    expect(await listings()).toEqual(before);
    expect(await readdir(temporary)).toEqual([]);
  }
});
