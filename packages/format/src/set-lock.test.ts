import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, messageOf } from '@freezer/core';
import { FaultyStorage } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf } from '../test-support/documents.ts';
import { LOCK_KEY, LockBench } from '../test-support/lock-bench.ts';
import { aliveOwner, deadOwner, foreignOwner, NOW } from '../test-support/owners.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { ownerBytes, parseOwner } from './owner.ts';
import { LOCK_STALE_SECONDS } from './set-lock.ts';

let bench: LockBench;
beforeEach(async () => {
  bench = await LockBench.open();
});
afterEach(() => bench.close());

describe('where there is no space for the lock on the storage', () => {
  const full = (times: number) =>
    new FaultyStorage(
      bench.storage,
      Array.from({ length: times }, () => ({ operation: 'put' as const, kind: 'before' as const, error: new FreezerError('no_space', 'put: no space left') })),
    );

  test('a run that only makes room holds it on this host, and takes it on the storage as soon as there is space', async () => {
    const owner = await aliveOwner('one');
    await using lock = await bench.acquire(owner, { on: full(2), toMakeRoom: true });
    expect(lock.lacksSpace).toBe(true);
    await lock.check();
    await lock.takeRest();
    expect(lock.lacksSpace).toBe(true);
    expect(await failureOf(bench.acquire(await aliveOwner('two'), { toMakeRoom: true }))).toMatchObject({ code: 'conflict' });
    await lock.takeRest();
    expect([lock.lacksSpace, bench.onStorage()?.run_id]).toEqual([false, owner.run_id]);
    await lock.release();
    expect(bench.storage.snapshot()).toEqual({});
  });

  test('another run that was quicker when there was space again keeps it', async () => {
    await using lock = await bench.acquire(await aliveOwner('one'), { on: full(1), toMakeRoom: true });
    await using other = await bench.acquire(await foreignOwner('two'), { stateDir: `${bench.stateDir}/other` });
    expect(await failureOf(lock.takeRest())).toMatchObject({ code: 'conflict' });
    await other.check();
  });

  test('one that is there is a conflict, also where the storage says first that it is full', async () => {
    await using _held = await bench.acquire(await foreignOwner('two'), { stateDir: `${bench.stateDir}/other` });
    expect(await failureOf(bench.acquire(await aliveOwner('one'), { on: full(9), toMakeRoom: true }))).toMatchObject({ code: 'conflict' });
  });

  test('a storage that says that a lock is there, and shows none, is not asked for ever', async () => {
    const phantom = new FaultyStorage(
      bench.storage,
      Array.from({ length: 50 }, () => ({ operation: 'put' as const, kind: 'before' as const, error: new FreezerError('already_exists', 'put: it exists') })),
    );
    const error = await failureOf(bench.acquire(await aliveOwner('one'), { on: phantom }));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(messageOf(error)).toMatch(/says that there is a lock, and shows none/);
  }, 30_000);

  test('a run that writes fails', async () => {
    expect(await failureOf(bench.acquire(await aliveOwner('one'), { on: full(1) }))).toMatchObject({ code: 'no_space' });
    expect(await bench.inState()).toEqual([]);
  });
});

describe('a lock that is free', () => {
  test('is taken in both places with the same owner, and given back in both', async () => {
    const owner = await aliveOwner('one');
    const lock = await bench.acquire(owner);
    const files = await bench.inState();
    expect(files).toHaveLength(1);
    expect(parseOwner(await readFile(join(bench.stateDir, 'locks', files[0] ?? '')))).toEqual({ ...owner, at: NOW });
    expect(bench.onStorage()).toEqual({ ...owner, at: NOW });
    await lock.check();
    await lock.release();
    expect(await bench.inState()).toEqual([]);
    expect(bench.storage.snapshot()).toEqual({});
  });

  test('may be given back twice', async () => {
    const lock = await bench.acquire(await aliveOwner('one'));
    await lock.release();
    await using next = await bench.acquire(await aliveOwner('two'));
    await lock.release();
    await next.check();
  });

  test('is taken also when the storage was asked twice', async () => {
    const owner = await aliveOwner('one');
    const twice = new FaultyStorage(bench.storage, [{ operation: 'put', kind: 'twice' }]);
    await using lock = await bench.acquire(owner, { on: twice });
    expect(twice.pending).toEqual([]);
    await lock.check();
  });

  test('of another set, engine or storage is another lock', async () => {
    await using one = await bench.acquire(await aliveOwner('one'));
    await using other = await bench.acquire(await aliveOwner('two'), { set: 'web1_other' });
    await Promise.all([one.check(), other.check()]);
    expect(await bench.inState()).toHaveLength(2);
  });
});

describe('a lock that somebody holds', () => {
  test('fails at once, and names the owner', async () => {
    await using lock = await bench.acquire(await aliveOwner('0123456789'));
    const error = await failureOf(bench.acquire(await aliveOwner('two')));
    expect(FreezerError.is(error, 'conflict')).toBe(true);
    expect(messageOf(error)).toContain(`run 01234567 of process ${process.pid} on `);
    expect(messageOf(error)).toContain('--wait SECONDS');
    await lock.check();
  });

  test('from another host it is found on the storage, and nothing of ours stays behind', async () => {
    bench.storage.keep(LOCK_KEY, ownerBytes(await foreignOwner('one')));
    const error = await failureOf(bench.acquire(await aliveOwner('two')));
    expect(FreezerError.is(error, 'conflict')).toBe(true);
    expect(messageOf(error)).toContain('on beta');
    expect(await bench.inState()).toEqual([]);
    expect(bench.onStorage()?.run_id).toBe('one');
  });

  test('is waited for when that was asked, and then taken', async () => {
    const lock = await bench.acquire(await aliveOwner('one'));
    const waiting = bench.acquire(await aliveOwner('two'), { waitSeconds: 60 });
    await failureOf(bench.acquire(await aliveOwner('three')));
    await lock.release();
    await using next = await waiting;
    await next.check();
    expect(bench.onStorage()?.run_id).toBe('two');
  });

  test('is waited for no longer than that', async () => {
    await using lock = await bench.acquire(await aliveOwner('one'));
    let now = NOW;
    const error = await failureOf(bench.acquire(await aliveOwner('two'), { waitSeconds: 100, now: () => (now += 30) }));
    expect(FreezerError.is(error, 'conflict')).toBe(true);
    await lock.check();
  });

  test('an abort while waiting rejects with its reason, and leaves nothing', async () => {
    const lock = await bench.acquire(await aliveOwner('one'));
    const controller = new AbortController();
    const reason = new FreezerError('aborted', 'stopped by the user');
    const waiting = failureOf(bench.acquire(await aliveOwner('two'), { waitSeconds: 600, signal: controller.signal }));
    await failureOf(bench.acquire(await aliveOwner('three')));
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    await lock.check();
    await lock.release();
    expect(await bench.inState()).toEqual([]);
  });

  test('by itself it is not taken again', async () => {
    const owner = await aliveOwner('one');
    await using lock = await bench.acquire(owner);
    expect(FreezerError.is(await failureOf(bench.acquire(owner)), 'conflict')).toBe(true);
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
        bench.storage.keep(LOCK_KEY, dead);
      },
    ],
    ['the lock of the storage, when it was giving back', async (_path, dead) => bench.storage.keep(LOCK_KEY, dead)],
    ['an empty lock of this host', (path) => writeFile(path, '')],
    ['half a lock on a storage without atomic writes', async (_path, dead) => bench.storage.keep(LOCK_KEY, dead.subarray(0, 20))],
  ];

  test.each(REMAINS)('%s is taken over at once', async (_what, leave) => {
    await leave(await bench.stateFile(), ownerBytes(await deadOwner('dead')));
    await using lock = await bench.acquire(await aliveOwner('next'));
    await lock.check();
    expect(bench.onStorage()?.run_id).toBe('next');
  });

  test('on another machine counts as dead when it was not renewed for ten minutes', async () => {
    const owner = await foreignOwner('one');
    bench.storage.keep(LOCK_KEY, ownerBytes({ ...owner, at: NOW - LOCK_STALE_SECONDS }));
    expect(FreezerError.is(await failureOf(bench.acquire(await aliveOwner('two'))), 'conflict')).toBe(true);
    bench.storage.keep(LOCK_KEY, ownerBytes({ ...owner, at: NOW - LOCK_STALE_SECONDS - 1 }));
    await using lock = await bench.acquire(await aliveOwner('two'));
    await lock.check();
  });

  test('and a storage that fails half-way leave nothing that blocks the next run', async () => {
    for (let failAt = 0; failAt < 6; failAt += 1) {
      const failing = new SteppedStorage();
      failing.keep(LOCK_KEY, ownerBytes(await deadOwner('dead')));
      failing.failAt = failAt;
      const outcome = await failureOf(bench.acquire(await aliveOwner('one'), { on: failing }).then((lock) => lock.release()));
      expect(outcome === undefined || FreezerError.is(outcome, 'unavailable')).toBe(true);
      failing.failAt = -1;
      expect(await bench.inState()).toEqual([]);
      // Where giving back failed, the run ends then, and is dead.
      if (failing.objects.has(LOCK_KEY)) failing.keep(LOCK_KEY, ownerBytes(await deadOwner('one')));
      await using next = await bench.acquire(await aliveOwner('two'), { on: failing });
      await next.check();
    }
  });
});
