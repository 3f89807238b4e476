import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, messageOf } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { failureOf } from '../test-support/documents.ts';
import { LOCK_KEY, LockBench } from '../test-support/lock-bench.ts';
import { aliveOwner, deadOwner, foreignOwner, NOW } from '../test-support/owners.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { ownerBytes } from './owner.ts';
import { LOCK_RENEW_SECONDS, LOCK_STALE_SECONDS } from './set-lock.ts';

let bench: LockBench;
beforeEach(async () => {
  bench = await LockBench.open();
});
afterEach(async () => {
  jest.useRealTimers();
  await bench.close();
});

describe('fencing', () => {
  test('a run that slept is told at its commit that somebody else took over, in either place', async () => {
    const sleeper = await bench.acquire(await foreignOwner('sleeper'), { now: () => NOW });
    const late = NOW + LOCK_STALE_SECONDS + 1;
    await using next = await bench.acquire(await aliveOwner('next'), { now: () => late });
    const error = await failureOf(sleeper.check());
    expect(FreezerError.is(error, 'conflict')).toBe(true);
    expect(messageOf(error)).toMatch(/taken over by run next .*nothing was committed/);
    await next.check();
    await sleeper.release();
    await next.check();
  });

  test('also when only the storage was taken, from another host', async () => {
    await using sleeper = await bench.acquire(await aliveOwner('sleeper'));
    bench.storage.keep(LOCK_KEY, ownerBytes(await foreignOwner('other')));
    expect(FreezerError.is(await failureOf(sleeper.check()), 'conflict')).toBe(true);
    await sleeper.release();
    expect(bench.onStorage()?.run_id).toBe('other');
  });

  test('or when it is gone altogether', async () => {
    await using sleeper = await bench.acquire(await aliveOwner('sleeper'));
    bench.storage.objects.clear();
    expect(FreezerError.is(await failureOf(sleeper.check()), 'conflict')).toBe(true);
  });

  test.each([true, false])('of two that take over one dead lock at most one may commit (exclusive put: %p)', async (exclusivePut) => {
    let committed = 0;
    for (let turn = 0; turn < 20; turn += 1) {
      const shared = new SteppedStorage({ exclusivePut });
      shared.keep(LOCK_KEY, ownerBytes(await deadOwner('dead')));
      // Each call waits for a while of its own, so that the steps of the two mix in many ways.
      let calls = turn;
      shared.before = async () => {
        for (let ticks = (calls = (calls * 7 + 3) % 11); ticks > 0; ticks -= 1) await Promise.resolve();
      };
      const hosts = ['a', 'b'].map((name) => join(bench.stateDir, `${turn}-${name}`));
      const tries = hosts.map(async (folder, at) => bench.acquire(await aliveOwner(`taker-${at}`), { on: shared, stateDir: folder }));
      const locks = (await Promise.allSettled(tries)).flatMap((settled) => (settled.status === 'fulfilled' ? [settled.value] : []));
      const passed = await Promise.all(
        locks.map((lock) =>
          lock.check().then(
            () => true,
            () => false,
          ),
        ),
      );
      expect(passed.filter(Boolean).length).toBeLessThanOrEqual(1);
      committed += passed.filter(Boolean).length;
      for (const lock of locks) await lock.release();
    }
    expect(committed).toBeGreaterThan(0);
  });

  test('of two on one host exactly one takes over', async () => {
    const path = await bench.stateFile();
    for (let turn = 0; turn < 10; turn += 1) {
      await writeFile(path, ownerBytes(await deadOwner('dead')));
      bench.storage.keep(LOCK_KEY, ownerBytes(await deadOwner('dead')));
      const settled = await Promise.allSettled(['a', 'b', 'c'].map(async (runId) => bench.acquire(await aliveOwner(runId))));
      const locks = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const passed = await Promise.all(
        locks.map((lock) =>
          lock.check().then(
            () => true,
            () => false,
          ),
        ),
      );
      expect(passed.filter(Boolean).length).toBeLessThanOrEqual(1);
      for (const lock of locks) await lock.release();
      await using after = await bench.acquire(await aliveOwner('after'));
      await after.check();
    }
  });
});

describe('renewal', () => {
  const pretend = (): void => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  /** Lets what is under way go on. */
  async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Passes a minute, and waits until the renewal has come to this call of the bench.storage. */
  async function aMinuteLater(call: string): Promise<void> {
    let seen = false;
    const before = bench.storage.before;
    bench.storage.before = (next) => {
      seen ||= next === call;
      return before(next);
    };
    await jest.advanceTimersByTimeAsync(LOCK_RENEW_SECONDS * 1000);
    while (!seen) await new Promise((resolve) => setImmediate(resolve));
  }

  test('keeps the lock young, and ends with it', async () => {
    pretend();
    let now = NOW;
    const lock = await bench.acquire(await aliveOwner('one'), { now: () => now });
    now += LOCK_RENEW_SECONDS;
    await aMinuteLater(`put ${LOCK_KEY}`);
    await lock.release();
    expect(bench.storage.journal.filter((change) => change === `put ${LOCK_KEY}`)).toHaveLength(2);
    expect(jest.getTimerCount()).toBe(0);
    expect(bench.storage.snapshot()).toEqual({});
    expect(await bench.inState()).toEqual([]);
  });

  test('does not take back what somebody else took over', async () => {
    pretend();
    const lock = await bench.acquire(await aliveOwner('one'));
    bench.storage.keep(LOCK_KEY, ownerBytes(await foreignOwner('other')));
    await aMinuteLater(`get ${LOCK_KEY}`);
    await lock.release();
    expect(bench.onStorage()?.run_id).toBe('other');
  });

  test('a storage that is away for a while does not end the run', async () => {
    pretend();
    const lock = await bench.acquire(await aliveOwner('one'));
    bench.storage.failAt = bench.storage.calls;
    await aMinuteLater(`get ${LOCK_KEY}`);
    await lock.check();
    await lock.release();
    expect(bench.storage.snapshot()).toEqual({});
  });

  test('one that is still under way cannot bring the lock back after the release', async () => {
    pretend();
    const lock = await bench.acquire(await aliveOwner('one'));
    let open: () => void = () => undefined;
    let gate: Promise<void> | undefined = new Promise<void>((resolve) => (open = resolve));
    bench.storage.before = (call) => {
      if (call !== `put ${LOCK_KEY}`) return;
      const wait = gate;
      gate = undefined;
      return wait;
    };
    await aMinuteLater(`put ${LOCK_KEY}`);
    await jest.advanceTimersByTimeAsync(LOCK_RENEW_SECONDS * 1000);
    const released = lock.release();
    await turns(500);
    open();
    await released;
    await turns(50);
    expect(bench.storage.snapshot()).toEqual({});
    expect(await bench.inState()).toEqual([]);
  });
});

test('a storage that fails when the lock is given back does not keep the lock of this host', async () => {
  const lock = await bench.acquire(await aliveOwner('one'));
  bench.storage.failAt = bench.storage.calls;
  expect(FreezerError.is(await failureOf(lock.release()), 'unavailable')).toBe(true);
  expect(await bench.inState()).toEqual([]);
});
