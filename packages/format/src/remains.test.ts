import { FreezerError, type Logger, SILENT } from '@freezer/core';
import { CaptureLogger } from '@freezer/testing';
import { describe, expect, test } from '@jest/globals';
import { SET_NAME } from '../test-support/documents.ts';
import { keyOf, placeLevel } from '../test-support/levels.ts';
import { aliveOwner, deadOwner, foreignOwner, NOW } from '../test-support/owners.ts';
import { backups, leftovers, levelOf } from '../test-support/sound-set.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { readCatalog } from './catalog.ts';
import { type Owner, ownerBytes, REMAINS_STALE_SECONDS } from './owner.ts';
import { clearRemains, clearTemporary } from './remains.ts';

const FULL = levelOf(100, 0, 100);
const FIRST = levelOf(100, 1, 200);
const SECOND = levelOf(100, 1, 300);

const depsOf = async (storage: SteppedStorage, logger: Logger = SILENT) => ({ storage, owner: await aliveOwner('self'), now: () => NOW, logger });

async function clear(storage: SteppedStorage): Promise<boolean> {
  return clearRemains(await depsOf(storage), await readCatalog(storage, 'tar', SET_NAME));
}

function placeUnfinished(storage: SteppedStorage, owner: Owner, name: 'started' | 'removing' = 'started'): void {
  storage.keep(keyOf(FIRST, 'data'), 'x');
  storage.keep(keyOf(FIRST, name), ownerBytes(owner));
}

describe('a level that was not finished', () => {
  test('of a dead run goes', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    placeUnfinished(storage, await deadOwner('dead'));
    expect(await clear(storage)).toBe(true);
    expect(await leftovers(storage)).toEqual([]);
    expect(await backups(storage)).toEqual(['0_100']);
  });

  test.each<[string, () => Promise<Owner>, boolean]>([
    ['of a run of this machine that lives', () => aliveOwner('living'), true],
    [
      'of a run of this machine that lives and wrote nothing for a day',
      async () => ({ ...(await aliveOwner('busy')), at: NOW - REMAINS_STALE_SECONDS - 1 }),
      true,
    ],
    ['of this very run', () => deadOwner('self'), true],
    ['of another machine, written within a day', async () => ({ ...(await foreignOwner('other')), at: NOW - REMAINS_STALE_SECONDS }), true],
    ['of another machine, older than a day', async () => ({ ...(await foreignOwner('other')), at: NOW - REMAINS_STALE_SECONDS - 1 }), false],
    ['of this machine before it was started again', async () => ({ ...(await aliveOwner('other')), boot: 'another' }), false],
  ])('%s: stays: %p', async (_what, owner, stays) => {
    for (const name of ['started', 'removing'] as const) {
      const storage = new SteppedStorage();
      placeUnfinished(storage, await owner(), name);
      expect(await clear(storage)).toBe(!stays);
      expect(storage.objects.has(keyOf(FIRST, 'data'))).toBe(stays);
    }
  });

  test.each([
    ['young', NOW - 60, true],
    ['old', NOW - REMAINS_STALE_SECONDS - 60, false],
  ])('whose owner cannot be read and that is %s: stays: %p', async (_what, writtenAt, stays) => {
    for (const bytes of ['', '{"run_id"', 'x'.repeat(70_000)]) {
      const storage = new SteppedStorage();
      storage.keep(keyOf(FIRST, 'data'), 'x');
      storage.keep(keyOf(FIRST, 'started'), bytes, writtenAt * 1000);
      expect(await clear(storage)).toBe(!stays);
      expect(storage.objects.has(keyOf(FIRST, 'data'))).toBe(stays);
    }
  });

  test('without any mark may be a Python run at work, and stays', async () => {
    const storage = new SteppedStorage();
    storage.keep(keyOf(FIRST, 'data'), 'x', 0);
    expect(await clear(storage)).toBe(false);
    expect(storage.objects.has(keyOf(FIRST, 'data'))).toBe(true);
  });
});

describe('a level that is a backup', () => {
  test.each(['visible', 'superseded'] as const)('%s: keeps all but the marks of the dead', async (as) => {
    for (const mark of ['started', 'removing'] as const) {
      const storage = new SteppedStorage();
      placeLevel(storage, FULL, { as });
      const before = storage.snapshot();
      storage.keep(keyOf(FULL, mark), ownerBytes(await deadOwner('dead')));
      expect(await clear(storage)).toBe(true);
      expect(storage.snapshot()).toEqual(before);
    }
  });
});

describe('superseding that was not ended', () => {
  test('goes on when the newer level is there', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    placeLevel(storage, FIRST, { as: 'both' });
    placeLevel(storage, SECOND);
    expect(await clear(storage)).toBe(true);
    expect(await backups(storage)).toEqual(['0_100', '1_200 superseded', '1_300']);
    expect(await leftovers(storage)).toEqual([]);
  });

  test('is taken back when it is not', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    placeLevel(storage, FIRST, { as: 'both' });
    expect(await clear(storage)).toBe(true);
    expect(await backups(storage)).toEqual(['0_100', '1_200']);
  });

  test('where it may not be taken away it stays a backup, and what else is left is ended', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    placeLevel(storage, FIRST, { as: 'both' });
    placeLevel(storage, SECOND);
    storage.keep(keyOf(SECOND, 'started'), ownerBytes(await deadOwner('dead')));
    storage.before = (call) => {
      if (call.startsWith('removeTree')) throw new FreezerError('permission_denied', call);
    };
    expect(await clear(storage)).toBe(true);
    expect(await backups(storage)).toEqual(['0_100', '1_200', '1_300']);
    expect(storage.objects.has(keyOf(SECOND, 'started'))).toBe(false);
  });

  test('where its mark may not be removed it stays a backup, with a warning, and what else is left is ended', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    placeLevel(storage, SECOND, { as: 'both' });
    placeUnfinished(storage, await deadOwner('dead'));
    storage.before = (call) => {
      if (call.startsWith('remove ') && call.endsWith('/superseded')) throw new FreezerError('permission_denied', call);
    };
    const logger = new CaptureLogger();
    expect(await clearRemains(await depsOf(storage, logger), await readCatalog(storage, 'tar', SET_NAME))).toBe(true);
    expect(await backups(storage)).toEqual(['0_100', '1_300']);
    expect(storage.objects.has(keyOf(FIRST, 'data'))).toBe(false);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  test("levels of Python's that stand beside one another are none of ours", async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL, { by: 'python' });
    placeLevel(storage, FIRST, { by: 'python' });
    placeLevel(storage, SECOND, { by: 'python' });
    expect(await clear(storage)).toBe(false);
    expect(await backups(storage)).toEqual(['0_100', '1_200', '1_300']);
  });

  test('nor is one of ours behind which somebody else may still be at work', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    placeLevel(storage, FIRST);
    placeLevel(storage, SECOND);
    storage.keep(keyOf(SECOND, 'started'), ownerBytes(await foreignOwner('other')));
    expect(await clear(storage)).toBe(false);
    expect(await backups(storage)).toEqual(['0_100', '1_200', '1_300']);
  });
});

test('what was ended is said', async () => {
  const storage = new SteppedStorage();
  placeUnfinished(storage, await deadOwner('dead'));
  const said: object[] = [];
  const logger: Logger = { ...SILENT, info: (fields) => void said.push(fields) };
  await clearRemains(await depsOf(storage, logger), await readCatalog(storage, 'tar', SET_NAME));
  expect(said).toEqual([{ set: SET_NAME, chain: 100, level: '1_200' }]);
});

describe('temporary folders of a storage', () => {
  test('of dead runs go, all others stay', async () => {
    const storage = new SteppedStorage();
    const { remains } = storage.place;
    const old = (NOW - REMAINS_STALE_SECONDS - 60) * 1000;
    remains.set('dead', { owner: ownerBytes(await deadOwner('dead')), modifiedAt: NOW * 1000 });
    remains.set('living', { owner: ownerBytes(await aliveOwner('living')), modifiedAt: old });
    remains.set('elsewhere', { owner: ownerBytes(await foreignOwner('elsewhere')), modifiedAt: old });
    remains.set('nameless', { owner: undefined, modifiedAt: NOW * 1000 });
    remains.set('old', { owner: undefined, modifiedAt: old });
    remains.set('cut', { owner: Buffer.from('{'), modifiedAt: old });
    remains.set('young', { owner: Buffer.from('{'), modifiedAt: NOW * 1000 });
    remains.set('self', { owner: undefined, modifiedAt: old });
    const removed = await clearTemporary(await depsOf(storage));
    expect([...remains.keys()]).toEqual(['living', 'elsewhere', 'young', 'self']);
    expect(removed).toBe(4);
    expect(await clearTemporary(await depsOf(storage))).toBe(0);
  });

  test('one that is just being made stays', async () => {
    const storage = new SteppedStorage();
    const { remains } = storage.place;
    remains.set('made', { owner: undefined, modifiedAt: NOW * 1000 });
    const clearing = clearTemporary(await depsOf(storage));
    remains.set('made', { owner: ownerBytes(await aliveOwner('made')), modifiedAt: NOW * 1000 });
    expect(await clearing).toBe(0);
    expect([...remains.keys()]).toEqual(['made']);
  });
});
