import { FreezerError, SILENT } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { SET_NAME } from '../test-support/documents.ts';
import { keyOf, placeLevel } from '../test-support/levels.ts';
import { aliveOwner, deadOwner, NOW } from '../test-support/owners.ts';
import { backups, levelOf } from '../test-support/sound-set.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { readCatalog } from './catalog.ts';
import { ownerBytes } from './owner.ts';
import { isPinned, readPin, removePin, writePin } from './pin.ts';
import { clearRemains } from './remains.ts';
import { removeLevels, supersede } from './removal.ts';

const FULL = levelOf(100, 0, 100);
const FIRST = levelOf(100, 1, 200);

async function pinnedSet() {
  const storage = new SteppedStorage();
  for (const id of [FULL, FIRST]) placeLevel(storage, id);
  await writePin(storage, { engine: 'tar', set: SET_NAME }, FIRST, { at: NOW, host: 'alpha', reason: 'before the upgrade' });
  return storage;
}

const catalogOf = (storage: SteppedStorage) => readCatalog(storage, 'tar', SET_NAME);
const depsOf = async (storage: SteppedStorage) => ({ storage, owner: await aliveOwner('self'), now: () => NOW, logger: SILENT });

async function levelFirst(storage: SteppedStorage) {
  const catalog = await catalogOf(storage);
  const level = catalog.chains[0]?.levels.find(({ id }) => id.level === 1);
  if (level === undefined) throw new Error('the level is gone');
  return { catalog, level };
}

test('a pin is one object beside the data, is read back, and goes alone', async () => {
  const storage = await pinnedSet();
  const { catalog, level } = await levelFirst(storage);
  expect(storage.objects.get(keyOf(FIRST, 'pinned'))?.bytes.toString()).toBe(`{"at":${NOW},"host":"alpha","reason":"before the upgrade"}\n`);
  expect(await readPin(storage, catalog, level)).toEqual({ at: NOW, host: 'alpha', reason: 'before the upgrade' });
  await removePin(storage, catalog, FIRST);
  const after = await levelFirst(storage);
  expect(isPinned(after.level)).toBe(false);
  expect(await readPin(storage, catalog, after.level)).toBeUndefined();
  expect(await backups(storage)).toEqual(['0_100', '1_200']);
});

test.each(['', '{"at":17', '[]', 'null', '{"at":"x","reason":1}', 'x'.repeat(70_000)])(
  'a pin that is cut off or foreign pins all the same: %#',
  async (text) => {
    const storage = await pinnedSet();
    storage.keep(keyOf(FIRST, 'pinned'), text);
    const { catalog, level } = await levelFirst(storage);
    expect(await readPin(storage, catalog, level)).toEqual({ at: undefined, host: '', reason: '' });
  },
);

test('a pinned level is not removed, and nothing is touched before that is known', async () => {
  const storage = await pinnedSet();
  const { catalog } = await levelFirst(storage);
  const [chain] = catalog.chains;
  if (chain === undefined) throw new Error('the chain is gone');
  const before = storage.journal.length;
  const failure = await removeLevels(await depsOf(storage), catalog, chain, chain.levels).catch((error: unknown) => error);
  expect(FreezerError.is(failure, 'conflict')).toBe(true);
  expect(storage.journal).toHaveLength(before);
});

test('superseding leaves the pin where it is', async () => {
  const storage = await pinnedSet();
  await supersede(storage, await catalogOf(storage), FIRST);
  expect(isPinned((await levelFirst(storage)).level)).toBe(true);
  expect(await backups(storage)).toEqual(['0_100', '1_200 superseded']);
});

describe('what a dead run left of a hidden level', () => {
  const remainsOf = async (name: 'started' | 'removing'): Promise<SteppedStorage> => {
    const storage = await pinnedSet();
    for (const id of [FULL, FIRST]) {
      storage.objects.delete(keyOf(id, 'metadata'));
      storage.keep(keyOf(id, name), ownerBytes(await deadOwner('dead')));
    }
    return storage;
  };

  test.each(['started', 'removing'] as const)('stays with its %s while it is pinned', async (name) => {
    const storage = await remainsOf(name);
    await clearRemains(await depsOf(storage), await catalogOf(storage));
    expect(storage.objects.has(keyOf(FIRST, 'data'))).toBe(true);
    expect(storage.objects.has(keyOf(FULL, 'data'))).toBe(false);
    await removePin(storage, await catalogOf(storage), FIRST);
    expect(await clearRemains(await depsOf(storage), await catalogOf(storage))).toBe(true);
    expect([...storage.objects.keys()]).toEqual([]);
  });

  test('stays when the caller spares it', async () => {
    const storage = await remainsOf('removing');
    const changed = await clearRemains(await depsOf(storage), await catalogOf(storage), { isSpared: ({ id }) => id.level < 1 });
    expect(changed).toBe(false);
    expect(storage.objects.has(keyOf(FULL, 'data'))).toBe(true);
  });
});
