import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { describeOwner, isDead, isProvablyDead, type Owner, ownerBytes, parseOwner, REMAINS_STALE_SECONDS, thisOwner } from './owner.ts';

const NOW = 1_800_000_000;
const self = await thisOwner('self', NOW);

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('owner', () => {
  test('survives being written and read', () => {
    expect(parseOwner(ownerBytes(self))).toEqual(self);
  });

  test('what is cut off or foreign is no owner', () => {
    const bytes = ownerBytes(self);
    expect(parseOwner(bytes.subarray(0, bytes.length - 5))).toBeUndefined();
    expect(parseOwner(Buffer.from(''))).toBeUndefined();
    expect(parseOwner(Buffer.from('{"pid":"x"}'))).toBeUndefined();
    expect(parseOwner(Buffer.from('null'))).toBeUndefined();
  });

  test('this process is alive', async () => {
    expect(await isProvablyDead({ ...self, run_id: 'other' }, self)).toBe(false);
  });

  test('a process that ended is dead', async () => {
    expect(await isProvablyDead({ ...self, run_id: 'other', pid: await endedPid() }, self)).toBe(true);
  });

  test('a process id that was given to another process is dead', async () => {
    expect(await isProvablyDead({ ...self, run_id: 'other', pid_started: '1' }, self)).toBe(true);
  });

  test('a zombie is dead', async () => {
    // The shell's child ends, and the `sleep` that the shell became never asks for it.
    const parent = spawn('sh', ['-c', '(exit 0) & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = await once(parent.stdout, 'data');
      const pid = Number(String(line));
      for (let tries = 0; tries < 100 && !(await isProvablyDead({ ...self, run_id: 'other', pid, pid_started: '' }, self)); tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(await isProvablyDead({ ...self, run_id: 'other', pid, pid_started: '' }, self)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('another boot of this machine is dead, another machine and another namespace are not known', async () => {
    const other: Owner = { ...self, run_id: 'other', pid: await endedPid() };
    expect(await isProvablyDead({ ...other, boot: 'before' }, self)).toBe(true);
    expect(await isProvablyDead({ ...other, machine: 'elsewhere', boot: 'before' }, self)).toBe(false);
    expect(await isProvablyDead({ ...other, pid_namespace: 'pid:[1]' }, self)).toBe(false);
  });

  test('who wrote nothing for a day is dead, wherever it is', async () => {
    const elsewhere: Owner = { ...self, run_id: 'other', machine: 'elsewhere' };
    expect(await isDead(elsewhere, { self, now: NOW + REMAINS_STALE_SECONDS })).toBe(false);
    expect(await isDead(elsewhere, { self, now: NOW + REMAINS_STALE_SECONDS + 1 })).toBe(true);
  });

  test('a process that is provably alive is not dead, however long it wrote nothing', async () => {
    const child = spawn('sleep', ['20'], { stdio: 'ignore' });
    try {
      const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
      const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
      const busy: Owner = { ...self, run_id: 'other', pid: child.pid ?? 0, pid_started: started };
      expect(await isDead(busy, { self, now: NOW + 10 * REMAINS_STALE_SECONDS })).toBe(false);
      expect(await isDead({ ...busy, pid_started: '' }, { self, now: NOW + 10 * REMAINS_STALE_SECONDS })).toBe(true);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('an owner that cannot be read counts by the time of the object', async () => {
    expect(await isDead(undefined, { self, now: NOW })).toBe(false);
    expect(await isDead(undefined, { self, now: NOW, writtenAt: (NOW - 10) * 1000 })).toBe(false);
    expect(await isDead(undefined, { self, now: NOW, writtenAt: (NOW - REMAINS_STALE_SECONDS - 1) * 1000 })).toBe(true);
  });

  test('is described for people', () => {
    expect(describeOwner({ ...self, run_id: '0123456789', host: 'alpha', pid: 7 })).toBe('run 01234567 of process 7 on alpha');
    expect(describeOwner(undefined)).toBe('an unknown run');
  });
});
