import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { isExiting } from './is-exiting.ts';

const hasProc = existsSync('/proc/self/stat') ? test : test.skip;

hasProc('a child at work is not ending, one that was killed and not yet reaped is', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const ended = once(child, 'exit');
  expect(isExiting(pid)).toBe(false);
  child.kill('SIGKILL');
  // Without a turn of the event loop nobody reaps it.
  while (!/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
  expect(isExiting(pid)).toBe(true);
  await ended;
});

hasProc('one that was reaped has ended, although Node has not told of it', () => {
  expect(isExiting(2 ** 30)).toBe(true);
});
