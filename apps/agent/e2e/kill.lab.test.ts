import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import { AGENT } from './harness/our-agent.ts';
import { runProgram } from './harness/run-program.ts';

jest.setTimeout(900_000);

const KILL = fileURLToPath(new URL('../../../tools/soak/kill.mjs', import.meta.url));
const ROUNDS = 15;

/** FREEZER_TEST_SEED repeats what another run did. */
const seed = Number(process.env['FREEZER_TEST_SEED'] ?? Date.now() % 1_000_000_000);

describe.each(['backup', 'admin', 'restore'])('SIGKILL at random moments of %s', (action) => {
  // Half of the rounds with a set that Python reads, half with one that is for us alone or hides its names.
  it.each([
    ['plain', 8],
    ['gcm', ROUNDS - 8],
  ])(`the next run succeeds, each point restores, nothing is left over (seed ${seed}, stored %s)`, async (stored, rounds) => {
    const words = [KILL, '--action', action, '--rounds', String(rounds), '--seed', String(seed), '--stored', String(stored)];
    const { code, stdout, stderr } = await runProgram(process.execPath, words, { env: { ...process.env, FREEZER_AGENT: AGENT } });
    process.stdout.write(stdout);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`seed ${seed}`);
    expect(Number(/(\d+) points restored and compared/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(rounds);
  });
});
