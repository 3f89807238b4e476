import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ours } from './harness/our-agent.ts';

const RATE = 4 * 2 ** 20;
const SECONDS = 12;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  await writeFile(join(lab.source, 'some bytes'), randomBytes(RATE * SECONDS));
});
afterEach(() => lab.close());

/** How long a run takes that has to succeed. Resolves to seconds, and to the rates that it saw itself once its ten seconds were full. */
async function timed(action: string, options: readonly string[]): Promise<{ readonly seconds: number; readonly rates: readonly number[] }> {
  const beganAt = performance.now();
  const { code, stderr } = await ours(lab, action, [...options, '--progress', 'json']);
  const seconds = (performance.now() - beganAt) / 1000;
  if (code !== 0) throw new Error(`${action} ended with ${code}:\n${stderr}`);
  const lines = stderr.split('\n').filter((line) => line !== '');
  const seen = lines
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
    .filter((line) => Number(line['seconds']) > 9.8 && line['last'] === false);
  return { seconds, rates: seen.map(({ rate }) => Number(rate)) };
}

const shareOf = (rate: number): number => rate / RATE;

// The rule is held within 5 % on a fake clock, beside the token bucket. Here a busy machine makes a run slower, but nothing makes it faster.
it('real bytes, up and down, are never more than 5 % above the limit, and come near it', async () => {
  const backup = ['-F', lab.source, '--compression', 'none'];
  const free = (await timed('backup', backup)).seconds;
  await lab.tick();
  const up = await timed('backup', [...backup, '--upload-limit', '4M']);
  const freely = (await timed('restore', ['--restore-abs-path', lab.target()])).seconds;
  const down = await timed('restore', ['--restore-abs-path', lab.target(), '--download-limit', '4M']);
  const sums = [SECONDS / (up.seconds - free), SECONDS / (down.seconds - freely)];
  const shares = [...sums, ...[...up.rates, ...down.rates].map(shareOf)];
  expect(shares.length).toBeGreaterThanOrEqual(4);
  for (const share of shares) {
    expect(share).toBeLessThan(1.05);
    expect(share).toBeGreaterThan(0.7);
  }
});
