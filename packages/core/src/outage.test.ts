import { describe, expect, test } from '@jest/globals';
import { FreezerError } from './errors.ts';
import { Outage } from './outage.ts';
import { type RetryPolicy, retry } from './retry.ts';

/** Time passes by sleeping alone. */
function setting(more: RetryPolicy = {}) {
  let now = 0;
  const clock = { now: () => now, sleep: async (milliseconds: number) => void (now += milliseconds) };
  const policy: RetryPolicy = { attempts: 12, maxDelayMs: 8000, clock, outage: new Outage({ clock }), ...more };
  return { policy, seconds: () => now / 1000 };
}

const dead = async (): Promise<never> => {
  throw new FreezerError('unavailable', 'stat x: nothing listens there');
};

test.each([0, 0.5, 1])('a dead server is waited for half a minute at least and a minute at most, also by calls within calls (chance: %d)', async (random) => {
  const { policy, seconds } = setting({ random: () => random });
  await expect(retry('outer', () => retry('inner', dead, policy), policy)).rejects.toMatchObject({ code: 'unavailable' });
  expect(seconds()).toBeGreaterThan(30);
  expect(seconds()).toBeLessThan(60);
});

test('of one that was given up each further call is made once', async () => {
  const { policy, seconds } = setting({ attempts: 100 });
  let calls = 0;
  const call = async (): Promise<never> => {
    calls += 1;
    return await dead();
  };
  await expect(retry('stat x', call, policy)).rejects.toMatchObject({ code: 'unavailable' });
  const [before, called] = [seconds(), calls];
  await expect(retry('remove x', call, policy)).rejects.toMatchObject({ code: 'unavailable' });
  expect([seconds(), calls]).toEqual([before, called + 1]);
});

test('a call that goes well ends it, and one that asks for fewer requests does not begin it', async () => {
  const { policy } = setting({ attempts: 100 });
  await expect(retry('stat x', dead, policy)).rejects.toMatchObject({ code: 'unavailable' });
  await retry('stat x', async () => 'well', policy);
  expect(policy.outage?.isHopeless).toBe(false);
  let asked = 0;
  const slowDown = async (): Promise<string> => {
    if ((asked += 1) > 20) return 'well';
    throw new FreezerError('rate_limited', 'slow down', { details: { retry_after_seconds: 30 } });
  };
  expect(await retry('stat x', slowDown, policy)).toBe('well');
});

test.each(['unavailable', 'rate_limited'] as const)(
  'one that says when to come again is come to then, also after it had failed without a word (%s)',
  async (code) => {
    const { policy, seconds } = setting();
    const call = async (): Promise<string> => {
      if (seconds() >= 90) return 'well';
      if (seconds() === 0) return await dead();
      throw new FreezerError(code, 'come later', { retryable: true, details: { retry_after_seconds: 30 } });
    };
    expect(await retry('stat x', call, policy)).toBe('well');
  },
);

test('a wait that the server asks for is kept', async () => {
  const { policy, seconds } = setting();
  const call = async (): Promise<string> => {
    if (seconds() >= 200) return 'well';
    throw new FreezerError('unavailable', 'come later', { details: { retry_after_seconds: 200 } });
  };
  expect(await retry('stat x', call, policy)).toBe('well');
  expect(seconds()).toBe(200);
});

describe('a transfer that takes a minute and breaks off', () => {
  async function triesOf(code: 'unavailable' | 'timeout', seconds: number, fails: number): Promise<number> {
    const { policy } = setting({ random: () => 1 });
    let tries = 0;
    const attempt = async (): Promise<void> => {
      tries += 1;
      await policy.clock?.sleep(seconds * 1000);
      if (tries <= fails) throw new FreezerError(code, 'put x: the connection was cut');
    };
    await retry('put x', () => policy.outage?.transfer(attempt) ?? Promise.resolve(), policy).catch(() => undefined);
    return tries;
  }

  test('is made again, however long it took: the server was there meanwhile', async () => {
    expect(await triesOf('unavailable', 60, 3)).toBe(4);
    expect(await triesOf('unavailable', 60, Number.POSITIVE_INFINITY)).toBe(12);
  });

  test('is given up when it was silence that ended it', async () => {
    expect(await triesOf('timeout', 60, Number.POSITIVE_INFINITY)).toBe(2);
  });

  test('proves nothing when it breaks off at once', async () => {
    expect(await triesOf('unavailable', 0, Number.POSITIVE_INFINITY)).toBeLessThan(12);
  });
});
