import { fileURLToPath } from 'node:url';
import { expect, it, jest } from '@jest/globals';
import { AGENT } from './harness/our-agent.ts';
import { runProgram } from './harness/run-program.ts';

jest.setTimeout(900_000);

const MODEL = fileURLToPath(new URL('../../../tools/soak/model.mjs', import.meta.url));
const STEPS = 50;

/** FREEZER_TEST_SEED repeats what another run did. */
const seed = Number(process.env['FREEZER_TEST_SEED'] ?? Date.now() % 1_000_000_000);

it(`a tree that changes at random is listed, found, verified and restored as plain copies have it, at each point (seed ${seed})`, async () => {
  const words = [MODEL, '--steps', String(STEPS), '--seed', String(seed)];
  const { code, stdout, stderr } = await runProgram(process.execPath, words, { env: { ...process.env, FREEZER_AGENT: AGENT } });
  process.stdout.write(stdout);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`seed ${seed}`);
  const counts = [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+) [a-z]/g)].map(([, count]) => Number(count));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(STEPS);
});
