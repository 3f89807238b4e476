import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, lockKey, messageOf, SILENT } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { failureOf, SET, SET_NAME } from '../test-support/documents.ts';
import { aliveOwner, deadOwner, foreignOwner, NOW } from '../test-support/owners.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { type Owner, ownerBytes, parseOwner } from './owner.ts';
import { LOCK_RENEW_SECONDS, LOCK_STALE_SECONDS, SetLock } from './set-lock.ts';

const KEY = lockKey(SET.engine, SET_NAME);

let stateDir = '';
let storage = new SteppedStorage();

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'freezer-lock-'));
  storage = new SteppedStorage();
});

afterEach(async () => {
  jest.useRealTimers();
  await rm(stateDir, { recursive: true, force: true });
});

interface Attempt {
  readonly set?: string;
  readonly now?: () => number;
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
  /** Another state folder is another host. */
  readonly stateDir?: string;
  readonly on?: SteppedStorage;
}

async function acquire(
  owner: Owner,
  { set = SET_NAME, now = () => NOW, waitSeconds = 0, signal, stateDir: folder = stateDir, on = storage }: Attempt = {},
): Promise<SetLock> {
  const workDir = join(folder, 'runs', `${owner.run_id}-${set}`);
  await mkdir(workDir, { recursive: true });
  return SetLock.acquire({ storage: on, stateDir: folder, workDir, engine: SET.engine, set, owner, logger: SILENT, now, waitSeconds, signal });
}

const onStorage = (): Owner | undefined => parseOwner(storage.objects.get(KEY)?.bytes ?? Buffer.alloc(0));
const inState = (): Promise<string[]> => readdir(join(stateDir, 'locks'));

/** The name of the lock file of the set in the state folder. */
async function stateFile(): Promise<string> {
  const lock = await acquire(await aliveOwner('probe'));
  const [name = ''] = await inState();
  await lock.release();
  return join(stateDir, 'locks', name);
}

describe('a lock that is free', () => {
  test('is taken in both places with the same owner, and given back in both', async () => {
    const owner = await aliveOwner('one');
    const lock = await acquire(owner);
    const files = await inState();
    expect(files).toHaveLength(1);
    expect(parseOwner(await readFile(join(stateDir, 'locks', files[0] ?? '')))).toEqual({ ...owner, at: NOW });
    expect(onStorage()).toEqual({ ...owner, at: NOW });
    await lock.check();
    await lock.release();
    expect(await inState()).toEqual([]);
    expect(storage.snapshot()).toEqual({});
  });

  test('may be given back twice', async () => {
    const lock = await acquire(await aliveOwner('one'));
    await lock.release();
    await using next = await acquire(await aliveOwner('two'));
    await lock.release();
    await next.check();
  });

  test('of another set, engine or storage is another lock', async () => {
    await using one = await acquire(await aliveOwner('one'));
    await using other = await acquire(await aliveOwner('two'), { set: 'web1_other' });
    await Promise.all([one.check(), other.check()]);
    expect(await inState()).toHaveLength(2);
  });
});

describe('a lock that somebody holds', () => {
  test('fails at once, and names the owner', async () => {
    await using lock = await acquire(await aliveOwner('0123456789'));
    const error = await failureOf(acquire(await aliveOwner('two')));
    expect(FreezerError.is(error, 'conflict')).toBe(true);
    expect(messageOf(error)).toContain(`run 01234567 of process ${process.pid} on `);
    expect(messageOf(error)).toContain('--wait SECONDS');
    await lock.check();
  });

  test('from another host it is found on the storage, and nothing of ours stays behind', async () => {
    storage.keep(KEY, ownerBytes(await foreignOwner('one')));
    const error = await failureOf(acquire(await aliveOwner('two')));
    expect(FreezerError.is(error, 'conflict')).toBe(true);
    expect(messageOf(error)).toContain('on beta');
    expect(await inState()).toEqual([]);
    expect(onStorage()?.run_id).toBe('one');
  });

  test('is waited for when that was asked, and then taken', async () => {
    const lock = await acquire(await aliveOwner('one'));
    const waiting = acquire(await aliveOwner('two'), { waitSeconds: 60 });
    await failureOf(acquire(await aliveOwner('three')));
    await lock.release();
    await using next = await waiting;
    await next.check();
    expect(onStorage()?.run_id).toBe('two');
  });

  test('is waited for no longer than that', async () => {
    await using lock = await acquire(await aliveOwner('one'));
    let now = NOW;
    const error = await failureOf(acquire(await aliveOwner('two'), { waitSeconds: 100, now: () => (now += 30) }));
    expect(FreezerError.is(error, 'conflict')).toBe(true);
    await lock.check();
  });

  test('an abort while waiting rejects with its reason, and leaves nothing', async () => {
    const lock = await acquire(await aliveOwner('one'));
    const controller = new AbortController();
    const reason = new FreezerError('aborted', 'stopped by the user');
    const waiting = failureOf(acquire(await aliveOwner('two'), { waitSeconds: 600, signal: controller.signal }));
    await failureOf(acquire(await aliveOwner('three')));
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    await lock.check();
    await lock.release();
    expect(await inState()).toEqual([]);
  });

  test('by itself it is not taken again', async () => {
    const owner = await aliveOwner('one');
    await using lock = await acquire(owner);
    expect(FreezerError.is(await failureOf(acquire(owner)), 'conflict')).toBe(true);
    await lock.check();
  });
});

describe('a lock of a dead run', () => {
  /** What a run can leave when it is killed, step by step. */
  const REMAINS: readonly (readonly [string, (path: string, dead: Buffer) => Promise<void>])[] = [
    ['the lock of this host', (path, dead) => writeFile(path, dead)],
    [
      'both locks',
      async (path, dead) => {
        await writeFile(path, dead);
        storage.keep(KEY, dead);
      },
    ],
    ['the lock of the storage, when it was giving back', async (_path, dead) => storage.keep(KEY, dead)],
    ['an empty lock of this host', (path) => writeFile(path, '')],
    ['half a lock on a storage without atomic writes', async (_path, dead) => storage.keep(KEY, dead.subarray(0, 20))],
  ];

  test.each(REMAINS)('%s is taken over at once', async (_what, leave) => {
    await leave(await stateFile(), ownerBytes(await deadOwner('dead')));
    await using lock = await acquire(await aliveOwner('next'));
    await lock.check();
    expect(onStorage()?.run_id).toBe('next');
  });

  test('on another machine counts as dead when it was not renewed for ten minutes', async () => {
    const owner = await foreignOwner('one');
    storage.keep(KEY, ownerBytes({ ...owner, at: NOW - LOCK_STALE_SECONDS }));
    expect(FreezerError.is(await failureOf(acquire(await aliveOwner('two'))), 'conflict')).toBe(true);
    storage.keep(KEY, ownerBytes({ ...owner, at: NOW - LOCK_STALE_SECONDS - 1 }));
    await using lock = await acquire(await aliveOwner('two'));
    await lock.check();
  });

  test('and a storage that fails half-way leave nothing that blocks the next run', async () => {
    for (let failAt = 0; failAt < 6; failAt += 1) {
      const failing = new SteppedStorage();
      failing.keep(KEY, ownerBytes(await deadOwner('dead')));
      failing.failAt = failAt;
      const outcome = await failureOf(acquire(await aliveOwner('one'), { on: failing }).then((lock) => lock.release()));
      expect(outcome === undefined || FreezerError.is(outcome, 'unavailable')).toBe(true);
      failing.failAt = -1;
      expect(await inState()).toEqual([]);
      // Where giving back failed, the run ends then, and is dead.
      if (failing.objects.has(KEY)) failing.keep(KEY, ownerBytes(await deadOwner('one')));
      await using next = await acquire(await aliveOwner('two'), { on: failing });
      await next.check();
    }
  });
});

describe('fencing', () => {
  test('a run that slept is told at its commit that somebody else took over, in either place', async () => {
    const sleeper = await acquire(await foreignOwner('sleeper'), { now: () => NOW });
    const late = NOW + LOCK_STALE_SECONDS + 1;
    await using next = await acquire(await aliveOwner('next'), { now: () => late });
    const error = await failureOf(sleeper.check());
    expect(FreezerError.is(error, 'conflict')).toBe(true);
    expect(messageOf(error)).toMatch(/taken over by run next .*nothing was committed/);
    await next.check();
    await sleeper.release();
    await next.check();
  });

  test('also when only the storage was taken, from another host', async () => {
    await using sleeper = await acquire(await aliveOwner('sleeper'));
    storage.keep(KEY, ownerBytes(await foreignOwner('other')));
    expect(FreezerError.is(await failureOf(sleeper.check()), 'conflict')).toBe(true);
    await sleeper.release();
    expect(onStorage()?.run_id).toBe('other');
  });

  test('or when it is gone altogether', async () => {
    await using sleeper = await acquire(await aliveOwner('sleeper'));
    storage.objects.clear();
    expect(FreezerError.is(await failureOf(sleeper.check()), 'conflict')).toBe(true);
  });

  test.each([true, false])('of two that take over one dead lock at most one may commit (exclusive put: %p)', async (exclusivePut) => {
    let committed = 0;
    for (let turn = 0; turn < 20; turn += 1) {
      const shared = new SteppedStorage({ exclusivePut });
      shared.keep(KEY, ownerBytes(await deadOwner('dead')));
      // Each call waits for a while of its own, so that the steps of the two mix in many ways.
      let calls = turn;
      shared.before = async () => {
        for (let ticks = (calls = (calls * 7 + 3) % 11); ticks > 0; ticks -= 1) await Promise.resolve();
      };
      const hosts = ['a', 'b'].map((name) => join(stateDir, `${turn}-${name}`));
      const tries = hosts.map(async (folder, at) => acquire(await aliveOwner(`taker-${at}`), { on: shared, stateDir: folder }));
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
    const path = await stateFile();
    for (let turn = 0; turn < 10; turn += 1) {
      await writeFile(path, ownerBytes(await deadOwner('dead')));
      storage.keep(KEY, ownerBytes(await deadOwner('dead')));
      const settled = await Promise.allSettled(['a', 'b', 'c'].map(async (runId) => acquire(await aliveOwner(runId))));
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
      await using after = await acquire(await aliveOwner('after'));
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

  /** Passes a minute, and waits until the renewal has come to this call of the storage. */
  async function aMinuteLater(call: string): Promise<void> {
    let seen = false;
    const before = storage.before;
    storage.before = (next) => {
      seen ||= next === call;
      return before(next);
    };
    await jest.advanceTimersByTimeAsync(LOCK_RENEW_SECONDS * 1000);
    while (!seen) await new Promise((resolve) => setImmediate(resolve));
  }

  test('keeps the lock young, and ends with it', async () => {
    pretend();
    let now = NOW;
    const lock = await acquire(await aliveOwner('one'), { now: () => now });
    now += LOCK_RENEW_SECONDS;
    await aMinuteLater(`put ${KEY}`);
    await lock.release();
    expect(storage.journal.filter((change) => change === `put ${KEY}`)).toHaveLength(2);
    expect(jest.getTimerCount()).toBe(0);
    expect(storage.snapshot()).toEqual({});
    expect(await inState()).toEqual([]);
  });

  test('does not take back what somebody else took over', async () => {
    pretend();
    const lock = await acquire(await aliveOwner('one'));
    storage.keep(KEY, ownerBytes(await foreignOwner('other')));
    await aMinuteLater(`get ${KEY}`);
    await lock.release();
    expect(onStorage()?.run_id).toBe('other');
  });

  test('a storage that is away for a while does not end the run', async () => {
    pretend();
    const lock = await acquire(await aliveOwner('one'));
    storage.failAt = storage.calls;
    await aMinuteLater(`get ${KEY}`);
    await lock.check();
    await lock.release();
    expect(storage.snapshot()).toEqual({});
  });

  test('one that is still under way cannot bring the lock back after the release', async () => {
    pretend();
    const lock = await acquire(await aliveOwner('one'));
    let open: () => void = () => undefined;
    let gate: Promise<void> | undefined = new Promise<void>((resolve) => (open = resolve));
    storage.before = (call) => {
      if (call !== `put ${KEY}`) return;
      const wait = gate;
      gate = undefined;
      return wait;
    };
    await aMinuteLater(`put ${KEY}`);
    await jest.advanceTimersByTimeAsync(LOCK_RENEW_SECONDS * 1000);
    const released = lock.release();
    await turns(500);
    open();
    await released;
    await turns(50);
    expect(storage.snapshot()).toEqual({});
    expect(await inState()).toEqual([]);
  });
});

test('a storage that fails when the lock is given back does not keep the lock of this host', async () => {
  const lock = await acquire(await aliveOwner('one'));
  storage.failAt = storage.calls;
  expect(FreezerError.is(await failureOf(lock.release()), 'unavailable')).toBe(true);
  expect(await inState()).toEqual([]);
});
