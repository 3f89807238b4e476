import { FreezerError, messageOf } from '@freezer/core';
import { FaultyStorage } from '@freezer/testing';
import { describe, expect, test } from '@jest/globals';
import { failureOf, SET_NAME } from '../test-support/documents.ts';
import { keyOf, placeLevel } from '../test-support/levels.ts';
import { aliveOwner, NOW } from '../test-support/owners.ts';
import { backups, brokenBackups, levelOf } from '../test-support/sound-set.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { readCatalog } from './catalog.ts';
import { parseOwner } from './owner.ts';
import { removeLevels, removeUnclaimed, supersede } from './removal.ts';
import { removeObjects } from './remove-objects.ts';

const FULL = levelOf(100, 0, 100);
const OLDER = levelOf(100, 1, 200);
const FIRST = levelOf(100, 1, 300);
const SECOND = levelOf(100, 2, 400);
const OTHER = levelOf(900, 0, 900);

async function chainOf(levels: readonly (typeof FULL)[]) {
  const storage = new SteppedStorage();
  for (const id of levels) placeLevel(storage, id, id === OLDER ? { as: 'superseded' } : {});
  placeLevel(storage, OTHER);
  const catalog = await readCatalog(storage, 'tar', SET_NAME);
  const chain = catalog.chains.find(({ t0 }) => t0 === FULL.t0);
  if (!chain) throw new TypeError('a chain was expected');
  const deps = { storage, owner: await aliveOwner('admin'), now: () => NOW };
  return { storage, catalog, chain, deps };
}

/** Where in the journal a change is that matches. */
const at = (storage: SteppedStorage, pattern: RegExp): number => storage.journal.findIndex((change) => pattern.test(change));
const lastAt = (storage: SteppedStorage, pattern: RegExp): number => storage.journal.findLastIndex((change) => pattern.test(change));

describe('removeLevels', () => {
  test('marks, then hides, then removes the data, the mark last', async () => {
    const { storage, catalog, chain, deps } = await chainOf([FULL, OLDER, FIRST, SECOND]);
    await removeLevels(deps, catalog, chain, chain.levels);
    expect(await backups(storage)).toEqual(['0_900']);
    expect([...storage.objects.keys()].filter((key) => key.includes('/100/'))).toEqual([]);
    const marked = lastAt(storage, /^put .*\/removing$/);
    const superseded = lastAt(storage, /\/superseded$/);
    const hidden = lastAt(storage, /^removeTree metadata/);
    const data = at(storage, /^remove data\/.*\/(data|pieces|index|manifest|engine_metadata)$/);
    expect([marked, superseded, hidden, data].toSorted((a, b) => a - b)).toEqual([marked, superseded, hidden, data]);
    expect(superseded).toBeLessThan(at(storage, /^removeTree metadata/));
    for (const { id } of chain.levels) {
      const own = storage.journal.filter((change) => change.startsWith('remove ') && change.includes(keyOf(id, 'data').replace(/data$/, '')));
      expect(own.at(-1)).toBe(`remove ${keyOf(id, 'removing')}`);
    }
  });

  test('without space for its marks makes room level by level, the highest first, and marks the others as soon as it can', async () => {
    const { storage, catalog, chain, deps } = await chainOf([FULL, OLDER, FIRST, SECOND]);
    // The second mark has no space, then the first.
    const error = new FreezerError('no_space', 'put: no space left');
    const faulty = new FaultyStorage(storage, [
      { operation: 'put', call: 2, kind: 'before', error },
      { operation: 'put', call: 3, kind: 'before', error },
    ]);
    const unsound: string[] = [];
    storage.before = async () => {
      storage.before = () => undefined;
      unsound.push(...(await brokenBackups(storage)));
    };
    await removeLevels({ ...deps, storage: faulty }, catalog, chain, chain.levels);
    expect(await backups(storage)).toEqual(['0_900']);
    expect([...storage.objects.keys()].filter((key) => key.includes('/100/'))).toEqual([]);
    expect(unsound).toEqual([]);
    const folder = `removeTree metadata/tar/${SET_NAME}/100`;
    expect(storage.journal.filter((change) => change.startsWith('removeTree'))).toEqual([`${folder}/2_400`, `${folder}/1_300`, folder]);
  });

  test('hides the highest first, and the full together with the folder of its chain', async () => {
    const { storage, catalog, chain, deps } = await chainOf([FULL, FIRST, SECOND]);
    await removeLevels(deps, catalog, chain, chain.levels);
    const folder = `removeTree metadata/tar/${SET_NAME}/100`;
    expect(storage.journal.filter((change) => change.startsWith('removeTree'))).toEqual([`${folder}/2_400`, `${folder}/1_300`, folder]);
  });

  test('of a part of a chain leaves the rest, and the folder of the chain', async () => {
    const { storage, catalog, chain, deps } = await chainOf([FULL, FIRST, SECOND]);
    await removeLevels(
      deps,
      catalog,
      chain,
      chain.levels.filter(({ id }) => id.level > 0),
    );
    expect(await backups(storage)).toEqual(['0_100', '0_900']);
    expect(storage.journal).not.toContain(`removeTree metadata/tar/${SET_NAME}/100`);
  });

  test('the mark says who removes', async () => {
    const { storage, catalog, chain, deps } = await chainOf([FULL]);
    storage.stopAfter = 1;
    expect(FreezerError.is(await failureOf(removeLevels(deps, catalog, chain, chain.levels)), 'unavailable')).toBe(true);
    expect(parseOwner(storage.objects.get(keyOf(FULL, 'removing'))?.bytes ?? Buffer.alloc(0))).toEqual({ ...deps.owner, at: NOW });
  });
});

describe('supersede', () => {
  test('copies the metadata byte by byte before it takes it away; again it fails, and does no harm', async () => {
    const { storage, catalog } = await chainOf([FULL, FIRST]);
    storage.keep(keyOf(FIRST, 'metadata'), '{"engine_name": "tar"}');
    await supersede(storage, catalog, FIRST);
    expect(storage.journal).toEqual([`put ${keyOf(FIRST, 'superseded')}`, `removeTree ${keyOf(FIRST, 'metadata').replace(/\/metadata$/, '')}`]);
    expect(storage.objects.get(keyOf(FIRST, 'superseded'))?.bytes.toString()).toBe('{"engine_name": "tar"}');
    expect(FreezerError.is(await failureOf(supersede(storage, catalog, FIRST)), 'not_found')).toBe(true);
    expect(await backups(storage)).toEqual(['0_100', '1_300 superseded', '0_900']);
  });

  test('takes nothing away when the metadata was not read to its end', async () => {
    const { storage, catalog } = await chainOf([FULL, FIRST]);
    const before = storage.snapshot();
    const short = new FaultyStorage(storage, [{ operation: 'get', kind: 'truncate', bytes: 1 }]);
    const error = await failureOf(supersede(short, catalog, FIRST));
    expect(FreezerError.is(error, 'unavailable')).toBe(true);
    expect(messageOf(error)).toMatch(/\/1_300\/metadata' gave 1 of \d+ bytes$/);
    expect(storage.snapshot()).toEqual(before);
  });
});

test('data that nobody claims is marked before it goes', async () => {
  const { storage, catalog, deps } = await chainOf([FULL]);
  storage.keep(keyOf(FIRST, 'data'), 'x');
  storage.keep(`${keyOf(FIRST, 'data').replace(/data$/, 'segments')}/00000000`, 'x');
  await removeUnclaimed(deps, catalog, FIRST);
  expect(storage.journal[0]).toBe(`put ${keyOf(FIRST, 'removing')}`);
  expect(storage.journal.at(-1)).toBe(`remove ${keyOf(FIRST, 'removing')}`);
  expect(await backups(storage)).toEqual(['0_100', '0_900']);
  expect([...storage.objects.keys()].filter((key) => key.includes('1_300'))).toEqual([]);
});

describe('removeObjects', () => {
  const prefix = 'data/tar/x/1/0_1';

  test('removes any number, the one that is named last after all others, and nothing beside them', async () => {
    const storage = new SteppedStorage();
    const numbers = Array.from({ length: 30 }, (_, number) => `${prefix}/segments/${String(number).padStart(8, '0')}`);
    for (const key of [`${prefix}/started`, ...numbers, `${prefix}0/data`, `${prefix}.x/data`]) storage.keep(key, 'x');
    await removeObjects(storage, prefix, 'started');
    expect(Object.keys(storage.snapshot())).toEqual(['data/tar/x/1/0_1.x/data', `${prefix}0/data`]);
    expect(storage.journal).toHaveLength(31);
    expect(storage.journal.at(-1)).toBe(`remove ${prefix}/started`);
  });

  test('a failure keeps the last one', async () => {
    const storage = new SteppedStorage();
    for (const name of ['started', 'a', 'b', 'c']) storage.keep(`${prefix}/${name}`, 'x');
    storage.failAt = 2;
    expect(FreezerError.is(await failureOf(removeObjects(storage, prefix, 'started')), 'unavailable')).toBe(true);
    expect(storage.objects.has(`${prefix}/started`)).toBe(true);
  });

  test('of nothing is nothing', async () => {
    const storage = new SteppedStorage();
    await removeObjects(storage, prefix, 'started');
    expect(storage.journal).toEqual([]);
  });
});
