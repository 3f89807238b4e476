import { levelFolder } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { SET_NAME } from '../test-support/documents.ts';
import { keyOf, placeLevel } from '../test-support/levels.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { committedLevels, describeLevel, listDataSets, listSets, metadataKeyOf, readCatalog, type SetCatalog, unclaimedLevels } from './catalog.ts';

const FULL = { t0: 100, level: 0, t: 100 };
const FIRST = { t0: 100, level: 1, t: 200 };
const SECOND = { t0: 100, level: 1, t: 300 };

const read = (storage: SteppedStorage): Promise<SetCatalog> => readCatalog(storage, 'tar', SET_NAME);

/** `0_100`, with what is said of it. */
const linesOf = (catalog: SetCatalog): string[] =>
  catalog.chains.flatMap(({ t0, levels }) =>
    levels.map(({ id, committed, superseded }) => `${t0}/${levelFolder(id)}${committed ? ' committed' : ''}${superseded ? ' superseded' : ''}`),
  );

describe('readCatalog', () => {
  test('an absent set has no chains', async () => {
    expect(await read(new SteppedStorage())).toEqual({ engine: 'tar', set: SET_NAME, chains: [], strangers: [] });
  });

  test('chains by time, levels by level and time, each with its objects', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, { t0: 1000, level: 0, t: 1000 });
    placeLevel(storage, SECOND);
    placeLevel(storage, FIRST, { as: 'superseded' });
    placeLevel(storage, FULL, { by: 'python' });
    const catalog = await read(storage);
    expect(linesOf(catalog)).toEqual(['100/0_100 committed', '100/1_200 committed superseded', '100/1_300 committed', '1000/0_1000 committed']);
    expect([...(catalog.chains[0]?.levels[0]?.objects.keys() ?? [])].toSorted()).toEqual(['data', 'engine_metadata', 'metadata']);
    expect(catalog.strangers).toEqual([]);
  });

  test("Swift's segments are objects of their level", async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    storage.keep(`${keyOf(FULL, 'data').replace(/data$/, 'segments')}/00000000`, 'x');
    expect((await read(storage)).chains[0]?.levels[0]?.objects.has('segments/00000000')).toBe(true);
  });

  test.each<[string, readonly ('metadata' | 'superseded' | 'started' | 'removing')[], string]>([
    ['data alone', [], ''],
    ['a run at work', ['started'], ''],
    ['committed, started not yet removed', ['started', 'metadata'], ' committed'],
    ['a removal that has not hidden it', ['removing', 'metadata'], ' committed'],
    ['a removal of a superseded level that has not hidden it', ['removing', 'superseded'], ' committed superseded'],
    ['a removal that has hidden it', ['removing'], ''],
    ['between the steps of superseding', ['superseded', 'metadata'], ' committed'],
  ])('%s', async (_what, names, expected) => {
    const storage = new SteppedStorage();
    storage.keep(keyOf(FULL, 'data'), 'x');
    for (const name of names) storage.keep(keyOf(FULL, name), '{}');
    expect(linesOf(await read(storage))).toEqual([`100/0_100${expected}`]);
  });

  test('foreign names are reported, and disturb nothing', async () => {
    const storage = new SteppedStorage();
    placeLevel(storage, FULL);
    const strangers = [
      `metadata/tar/${SET_NAME}/notes.txt`,
      `metadata/tar/${SET_NAME}/100/0_100/notes.txt`,
      `metadata/tar/${SET_NAME}/100/0_100`,
      `metadata/tar/${SET_NAME}/100/0_x/metadata`,
      `metadata/tar/${SET_NAME}/-1/0_100/metadata`,
      `data/tar/${SET_NAME}/100/metadata`,
      `data/tar/${SET_NAME}/100/0_100/metadata`,
      `data/tar/${SET_NAME}/lost+found/0_100/data`,
      `data/tar/${SET_NAME}/1e3/0_100/data`,
    ];
    for (const key of strangers) storage.keep(key, 'x');
    const catalog = await read(storage);
    expect(linesOf(catalog)).toEqual(['100/0_100 committed']);
    expect(catalog.strangers.toSorted()).toEqual(strangers.toSorted());
  });

  test('a set sees neither the sets below it nor those whose names begin alike', async () => {
    const storage = new SteppedStorage();
    const keepOne = (set: string, t: number) => {
      storage.keep(`metadata/tar/${set}/${t}/0_${t}/metadata`, '{}');
      storage.keep(`data/tar/${set}/${t}/0_${t}/data`, 'x');
    };
    for (const [at, set] of ['h_a', 'h_a/b', 'h_ab', 'h_a_b', 'h_a/7'].entries()) keepOne(set, at + 1);
    const timesOf = async (set: string) => (await readCatalog(storage, 'tar', set)).chains.map(({ t0 }) => t0);
    expect(await timesOf('h_a')).toEqual([1]);
    expect(await timesOf('h_a/b')).toEqual([2]);
    expect(await timesOf('h_ab')).toEqual([3]);
    expect(await timesOf('h_a_b')).toEqual([4]);
    expect(await timesOf('h_a/7')).toEqual([5]);
    expect((await readCatalog(storage, 'rsync', 'h_a')).chains).toEqual([]);
    expect((await listSets(storage)).map(({ set }) => set)).toEqual(['h_a', 'h_a/7', 'h_a/b', 'h_a_b', 'h_ab']);
    expect(await listDataSets(storage)).toEqual(await listSets(storage));
  });
});

describe('listing the sets of a storage', () => {
  test('names each set once, by engine and name; one without a finished level only by its data', async () => {
    const storage = new SteppedStorage();
    for (const key of ['tar/b_x/1/0_1', 'tar/b_x/1/1_2', 'rsync/a_x/1/0_1', 'tar/a/b/c_x/1/0_1']) storage.keep(`metadata/${key}/metadata`, '{}');
    for (const key of ['tar/b_x/1/0_1/data', 'tar/b_x/1/0_1/segments/00000000', 'tar/z_x/5/0_5/started', 'tar/loose', 'tar/q_x/5/data'])
      storage.keep(`data/${key}`, 'x');
    expect(await listSets(storage)).toEqual([
      { engine: 'rsync', set: 'a_x' },
      { engine: 'tar', set: 'a/b/c_x' },
      { engine: 'tar', set: 'b_x' },
    ]);
    expect(await listDataSets(storage)).toEqual([
      { engine: 'tar', set: 'b_x' },
      { engine: 'tar', set: 'z_x' },
    ]);
  });
});

test('what is said of levels', async () => {
  const storage = new SteppedStorage();
  placeLevel(storage, FULL);
  placeLevel(storage, FIRST, { as: 'superseded' });
  placeLevel(storage, SECOND, { as: 'both' });
  const [unclaimed, started, removing] = [400, 500, 600].map((t) => ({ t0: 100, level: 2, t }));
  if (!unclaimed || !started || !removing) throw new TypeError('three levels were expected');
  for (const id of [unclaimed, started, removing]) storage.keep(keyOf(id, 'data'), 'x');
  storage.keep(keyOf(started, 'started'), '{}');
  storage.keep(keyOf(removing, 'removing'), '{}');
  const catalog = await read(storage);
  const [chain] = catalog.chains;
  if (!chain) throw new TypeError('a chain was expected');
  expect(committedLevels(chain).map(({ id }) => id)).toEqual([FULL, FIRST, SECOND]);
  expect(unclaimedLevels(chain).map(({ id }) => id)).toEqual([unclaimed]);
  expect(committedLevels(chain).map((level) => metadataKeyOf(catalog, level))).toEqual([
    keyOf(FULL, 'metadata'),
    keyOf(FIRST, 'superseded'),
    keyOf(SECOND, 'metadata'),
  ]);
  expect(describeLevel(FIRST)).toBe('1_200 of chain 100');
});
