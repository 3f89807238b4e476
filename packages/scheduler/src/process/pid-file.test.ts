import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { markOf } from '../run/process-mark.ts';
import { isHeld, readPidFile, takePidFile } from './pid-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-pid-'));
  path = join(folder, 'run', 'scheduler.pid');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('names this process, for all to read, and goes when it is released', async () => {
  const taken = await takePidFile(path);
  expect(isHeld(taken)).toBe(true);
  expect((await readFile(path, 'utf8')).split('\n', 1)[0]).toBe(String(process.pid));
  expect((await stat(path)).mode & 0o777).toBe(0o644);
  expect(await readPidFile(path)).toMatchObject({ alive: true, mark: { pid: process.pid } });
  if (isHeld(taken)) await taken.release();
  expect(await readdir(join(folder, 'run'))).toEqual([]);
});

test('that of a living process is left alone', async () => {
  await takePidFile(path);
  const parent = markOf(process.ppid);
  await writeFile(path, `${parent.pid}\n${parent.started} ${parent.boot}\n`);
  expect(await takePidFile(path)).toMatchObject({ alive: true, mark: { pid: process.ppid } });
});

test.each([
  ['a number that was given to another process', () => `${process.ppid}\n1 ${markOf(1).boot}\n`],
  ['another boot', () => `${process.ppid}\n${markOf(process.ppid).started} before\n`],
  ['no number', () => 'nonsense'],
  ['nothing', () => ''],
])('one with %s is replaced', async (_, text) => {
  await takePidFile(path);
  await writeFile(path, text());
  expect(isHeld(await takePidFile(path))).toBe(true);
});

test('a number alone counts when a scheduler has it, and else belongs to another program by now', async () => {
  await takePidFile(path);
  const start = (name: string): ChildProcess => spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', name], { stdio: 'ignore' });
  const [other, scheduler] = [start('something'), start('/usr/bin/freezer-scheduler')];
  try {
    await Promise.all([other, scheduler].map((one) => once(one, 'spawn')));
    await writeFile(path, `${scheduler.pid}\n`);
    expect(await readPidFile(path)).toMatchObject({ alive: true, mark: { pid: scheduler.pid } });
    expect(isHeld(await takePidFile(path))).toBe(false);
    await writeFile(path, `${other.pid}\n`);
    expect(await readPidFile(path)).toMatchObject({ alive: false });
    expect(isHeld(await takePidFile(path))).toBe(true);
  } finally {
    for (const one of [other, scheduler]) one.kill('SIGKILL');
  }
});

test('a link is not followed', async () => {
  const victim = join(folder, 'victim');
  await writeFile(victim, 'precious');
  await symlink(victim, join(folder, 'link.pid'));
  await expect(takePidFile(join(folder, 'link.pid'))).rejects.toMatchObject({ code: 'unavailable' });
  expect(await readFile(victim, 'utf8')).toBe('precious');
});

test('of many that take it at once one has it', async () => {
  const taken = await Promise.all(Array.from({ length: 10 }, () => takePidFile(path)));
  // All are this process here: each but one finds itself, and takes it over; what counts is that one file is there, whole.
  expect(taken.every(isHeld)).toBe(true);
  expect(await readdir(join(folder, 'run'))).toEqual(['scheduler.pid']);
});
