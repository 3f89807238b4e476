import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ours } from './harness/our-agent.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

const exec = async (command: string, ...options: readonly string[]): Promise<string> =>
  (await ours(lab, 'exec', ['--command', command, ...options])).stdout.trim();

it('what is started has the priority that was asked for', async () => {
  expect(await exec('nice', '--nice', '7')).toBe('7');
  expect(await exec('ionice', '--ionice-class', 'idle')).toBe('idle');
  expect(await exec('ionice', '--ionice-level', '6')).toBe('best-effort: prio 6');
});

it('--max-priority is the highest, and what is not allowed is a warning', async () => {
  const both = await exec("sh -c 'nice; ionice'", '--max-priority');
  const log = await readFile(join(lab.root, 'ours.log'), 'utf8');
  const [nice, ioClass] = both.split('\n');
  // A container may hold back either of them from root, too.
  expect(nice === '-19' || log.includes('the priority could not be set')).toBe(true);
  expect(ioClass === 'realtime: prio 0' || log.includes('the priority of input and output could not be set')).toBe(true);
});
