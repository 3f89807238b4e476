import { createHash } from 'node:crypto';
import { FreezerError, type LevelId, once } from '@freezer/core';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { failureOf, SET, SET_NAME } from '../test-support/documents.ts';
import { keyOf, placeLevel } from '../test-support/levels.ts';
import { aliveOwner, NOW } from '../test-support/owners.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { LevelWriter } from './level-writer.ts';
import { parseOwner, REMAINS_REFRESH_SECONDS } from './owner.ts';

const FULL: LevelId = { t0: 100, level: 0, t: 100 };

async function begin(
  storage: SteppedStorage,
  given: { level?: number; t0?: number; earliest?: number; runId?: string; now?: () => number } = {},
): Promise<LevelWriter> {
  const { level = 0, t0, earliest = 100, runId = 'one', now = () => NOW } = given;
  return LevelWriter.begin({ storage, engine: SET.engine, set: SET_NAME, level, t0, earliest, owner: await aliveOwner(runId), now });
}

const nothing = async (): Promise<void> => undefined;

/** All that a run stores, in its order. */
async function writeLevel(storage: SteppedStorage, check: () => Promise<void> = nothing): Promise<LevelWriter> {
  const writer = await begin(storage);
  await writer.putUnhashed('data', once(Buffer.from('archive')));
  for (const name of ['pieces', 'engine_metadata', 'index', 'manifest'] as const) await writer.put(name, once(Buffer.from(name)));
  await writer.commit(Buffer.from('{}'), check);
  await writer.finish();
  return writer;
}

describe('LevelWriter.begin', () => {
  test('takes the earliest second, and says whose the level is', async () => {
    const storage = new SteppedStorage();
    const writer = await begin(storage);
    expect(writer.id).toEqual(FULL);
    expect(Object.keys(storage.snapshot())).toEqual([keyOf(FULL, 'started')]);
    expect(parseOwner(storage.objects.get(keyOf(FULL, 'started'))?.bytes ?? Buffer.alloc(0))).toEqual({ ...(await aliveOwner('one')), at: NOW });
    await writer.abandon();
  });

  test('a chain that is there moves a full by a second, whatever is in it', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL, { by: 'python' });
    storage.folders.add(`data/tar/${SET_NAME}/101`);
    storage.keep(`data/tar/${SET_NAME}/102/1_300/data`, 'x');
    const writer = await begin(storage);
    expect(writer.id).toEqual({ t0: 103, level: 0, t: 103 });
    await writer.abandon();
  });

  test('a level that is there moves an increment, also an empty folder of a Python run', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    placeLevel(storage, { t0: 100, level: 1, t: 200 });
    storage.folders.add(`data/tar/${SET_NAME}/100/1_201`);
    const writer = await begin(storage, { level: 1, t0: 100, earliest: 200 });
    expect(writer.id).toEqual({ t0: 100, level: 1, t: 202 });
    await writer.abandon();
  });

  test('of two writers in the same second one is a second later', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    const both = await Promise.all(['one', 'two'].map((runId) => begin(storage, { level: 1, t0: 100, earliest: 200, runId })));
    expect(both.map(({ id }) => id.t).toSorted()).toEqual([200, 201]);
    for (const [at, writer] of both.entries()) {
      expect(parseOwner(storage.objects.get(writer.key('started'))?.bytes ?? Buffer.alloc(0))?.run_id).toBe(['one', 'two'][at]);
      await writer.abandon();
    }
  });

  test('a failure of the storage is told, and leaves nothing', async () => {
    const storage = new SteppedStorage();
    for (const failAt of [0, 1]) {
      Object.assign(storage, { calls: 0, failAt });
      expect(FreezerError.is(await failureOf(begin(storage)), 'unavailable')).toBe(true);
      expect(storage.snapshot()).toEqual({});
    }
  });
});

describe('a level in the making', () => {
  test('begins with started; metadata is the last, and started goes after it', async () => {
    const storage = new SteppedStorage();
    const checked: number[] = [];
    const writer = await writeLevel(storage, async () => void checked.push(storage.journal.length));
    const changes = [
      ...(['started', 'data', 'pieces', 'engine_metadata', 'index', 'manifest', 'metadata'] as const).map((name) => `put ${writer.key(name)}`),
      `remove ${writer.key('started')}`,
    ];
    expect(storage.journal).toEqual(changes);
    expect(checked).toEqual([6]);
  });

  test('size and digest are those of the bytes that were stored', async () => {
    const storage = new SteppedStorage();
    const writer = await begin(storage);
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('two ');
      yield Buffer.from('chunks');
    }
    expect(await writer.put('index', body())).toEqual({ size: 10, sha256: createHash('sha256').update('two chunks').digest('hex') });
    expect(await writer.putUnhashed('data', body())).toBe(10);
    expect(await writer.put('pieces', once(Buffer.alloc(0)))).toEqual({ size: 0, sha256: createHash('sha256').digest('hex') });
    await writer.abandon();
  });

  test('a check that refuses keeps it from being committed', async () => {
    const storage = new SteppedStorage();
    const refusal = new FreezerError('conflict', 'taken over');
    expect(await failureOf(writeLevel(storage, () => Promise.reject(refusal)))).toBe(refusal);
    expect(storage.objects.has(keyOf(FULL, 'metadata'))).toBe(false);
  });

  test('abandoned it leaves nothing, and started is the last to go', async () => {
    const storage = new SteppedStorage();
    const writer = await begin(storage);
    for (const name of ['data', 'pieces', 'index'] as const) await writer.put(name, once(Buffer.from(name)));
    storage.keep(`data/tar/${SET_NAME}/100/0_100/segments/00000000`, 'x');
    placeLevel(storage, { t0: 50, level: 0, t: 50 });
    expect(await writer.abandon()).toBeUndefined();
    expect(storage.journal.at(-1)).toBe(`remove ${keyOf(FULL, 'started')}`);
    expect(Object.keys(storage.snapshot()).filter((key) => key.includes('/100/'))).toEqual([]);
    expect(Object.keys(storage.snapshot())).toHaveLength(6);
  });

  test('whichever call fails, abandoning then leaves nothing', async () => {
    const whole = new SteppedStorage();
    await writeLevel(whole);
    for (let failAt = 2; failAt < whole.calls - 1; failAt += 1) {
      const storage = new SteppedStorage();
      storage.failAt = failAt;
      const writer = await begin(storage);
      const work = async (): Promise<void> => {
        for (const name of ['data', 'pieces', 'engine_metadata', 'index', 'manifest'] as const) await writer.put(name, once(Buffer.from(name)));
        await writer.commit(Buffer.from('{}'), nothing);
      };
      expect(FreezerError.is(await failureOf(work()), 'unavailable')).toBe(true);
      expect(await writer.abandon()).toBeUndefined();
      expect(storage.snapshot()).toEqual({});
    }
  });

  test('when abandoning fails too, the reason is told and started stays', async () => {
    const storage = new SteppedStorage();
    const writer = await begin(storage);
    await writer.put('data', once(Buffer.from('x')));
    storage.failAt = storage.calls + 1;
    expect(await writer.abandon()).toContain('failed');
    expect(storage.objects.has(keyOf(FULL, 'started'))).toBe(true);
    expect(await writer.abandon()).toBeUndefined();
    expect(storage.snapshot()).toEqual({});
  });
});

describe('started', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  const writtenAt = (storage: SteppedStorage): number | undefined => parseOwner(storage.objects.get(keyOf(FULL, 'started'))?.bytes ?? Buffer.alloc(0))?.at;

  test('is written again while the run lives, and not after the commit', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const storage = new SteppedStorage();
    let now = NOW;
    const writer = await begin(storage, { now: () => now });
    now += REMAINS_REFRESH_SECONDS;
    await jest.advanceTimersByTimeAsync(REMAINS_REFRESH_SECONDS * 1000);
    expect(writtenAt(storage)).toBe(now);
    await writer.commit(Buffer.from('{}'), nothing);
    await writer.finish();
    await jest.advanceTimersByTimeAsync(2 * REMAINS_REFRESH_SECONDS * 1000);
    expect(Object.keys(storage.snapshot())).toEqual([keyOf(FULL, 'metadata')]);
  });

  test('a storage that is away for a while does not stop the run', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const storage = new SteppedStorage();
    const writer = await begin(storage);
    storage.failAt = storage.calls;
    await jest.advanceTimersByTimeAsync(REMAINS_REFRESH_SECONDS * 1000);
    await writer.commit(Buffer.from('{}'), nothing);
    expect(storage.objects.has(keyOf(FULL, 'metadata'))).toBe(true);
  });
});
