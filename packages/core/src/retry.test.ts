import { describe, expect, test } from '@jest/globals';
import { SYSTEM_CLOCK } from './clock.ts';
import { FreezerError } from './errors.ts';
import { retry } from './retry.ts';

const unavailable = (): FreezerError => new FreezerError('unavailable', 'stat x: the server is away');

function setting(results: readonly unknown[], random = 0.5) {
  const sleeps: number[] = [];
  let calls = 0;
  return {
    sleeps,
    calls: () => calls,
    operation: async (): Promise<string> => {
      const result = results[Math.min(calls++, results.length - 1)];
      if (result === 'done') return result;
      throw result;
    },
    policy: { random: () => random, clock: { now: () => 0, sleep: async (milliseconds: number) => void sleeps.push(milliseconds) } },
  };
}

describe('retry', () => {
  test('waits longer each time, between half and all of what is due', async () => {
    const failures = Array.from({ length: 4 }, unavailable);
    const low = setting([...failures, 'done'], 0);
    expect(await retry('stat x', low.operation, low.policy)).toBe('done');
    expect(low.sleeps).toEqual([250, 500, 1000, 2000]);
    const high = setting([...failures, 'done'], 1);
    await retry('stat x', high.operation, { ...high.policy, maxDelayMs: 1500 });
    expect(high.sleeps).toEqual([500, 1000, 1500, 1500]);
  });

  test('gives the last failure when the tries are used up', async () => {
    const last = new FreezerError('timeout', 'stat x: no answer');
    const { operation, policy, calls } = setting([unavailable(), unavailable(), last]);
    await expect(retry('stat x', operation, { ...policy, attempts: 3 })).rejects.toBe(last);
    expect(calls()).toBe(3);
  });

  test.each([new FreezerError('not_found', 'gone'), new FreezerError('unavailable', 'no space left', { retryable: false }), new TypeError('a mistake')])(
    'does not repeat what will not get better: %s',
    async (error) => {
      const { operation, policy, calls } = setting([error, 'done']);
      await expect(retry('stat x', operation, policy)).rejects.toBe(error);
      expect(calls()).toBe(1);
    },
  );

  test('waits as long as the server asked', async () => {
    const { operation, policy, sleeps } = setting([new FreezerError('rate_limited', 'slow down', { details: { retry_after_seconds: 7 } }), 'done']);
    await retry('stat x', operation, policy);
    expect(sleeps).toEqual([7000]);
  });

  test('an abort ends it with its reason: before a call, after one, and in the wait', async () => {
    const before = setting(['done']);
    await expect(retry('stat x', before.operation, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    expect(before.calls()).toBe(0);
    const controller = new AbortController();
    const during = retry(
      'stat x',
      async () => {
        controller.abort('enough');
        throw unavailable();
      },
      { signal: controller.signal },
    );
    await expect(during).rejects.toBe('enough');
    const waiting = new AbortController();
    const sleeping = SYSTEM_CLOCK.sleep(60_000, { signal: waiting.signal });
    waiting.abort('enough');
    await expect(sleeping).rejects.toBe('enough');
  });
});
