import { once, SILENT } from '@freezer/core';
import { describe, expect, jest, test } from '@jest/globals';
import { failureOf, SET, SET_NAME } from '../test-support/documents.ts';
import { placeLevel } from '../test-support/levels.ts';
import { aliveOwner, deadOwner, NOW } from '../test-support/owners.ts';
import { backups, brokenBackups, leftovers, levelOf } from '../test-support/sound-set.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { readCatalog } from './catalog.ts';
import { LevelWriter } from './level-writer.ts';
import type { Owner } from './owner.ts';
import { clearRemains } from './remains.ts';
import { removeLevels, supersede } from './removal.ts';

// Each test makes some hundred runs.
jest.setTimeout(60_000);

/** What a run does to a set, and what there may be once its remains were cleared: as if it had not begun, or done, or in between. */
interface Scenario {
  readonly name: string;
  place(storage: SteppedStorage): void;
  run(storage: SteppedStorage, owner: Owner): Promise<void>;
  readonly done: readonly string[];
  /** Whether the set is afterwards as it was before, or as it is in the end; a removal may have come half the way. */
  readonly allOrNothing: boolean;
}

const FULL = levelOf(100, 0, 100);
const OLDEST = levelOf(100, 1, 200);
const OLDER = levelOf(100, 1, 300);
const TOP = levelOf(100, 1, 400);
const SECOND = levelOf(100, 2, 500);

const now = (): number => NOW;
const nothing = async (): Promise<void> => undefined;

async function remove(storage: SteppedStorage, owner: Owner, goes: (folder: string) => boolean): Promise<void> {
  const catalog = await readCatalog(storage, 'tar', SET_NAME);
  for (const chain of catalog.chains) {
    const levels = chain.levels.filter(({ id }) => goes(`${id.level}_${id.t}`));
    if (levels.length > 0) await removeLevels({ storage, owner, now }, catalog, chain, levels);
  }
}

/** As a backup does it: the level, then older ones of its number superseded, then `started` away. */
async function backUp(storage: SteppedStorage, owner: Owner, level: number): Promise<void> {
  const catalog = await readCatalog(storage, 'tar', SET_NAME);
  const place = { storage, engine: SET.engine, set: SET_NAME, level, earliest: 600, owner, now };
  const writer = await LevelWriter.begin(level === 0 ? place : { ...place, t0: FULL.t0 });
  try {
    for (const name of ['data', 'pieces', 'engine_metadata', 'index', 'manifest'] as const) await writer.put(name, once(Buffer.from(name)));
    await writer.commit(Buffer.from('{}'), nothing);
    if (level > 0) {
      for (const { id, committed, superseded } of catalog.chains.find(({ t0 }) => t0 === FULL.t0)?.levels ?? [])
        if (committed && !superseded && id.level === level) await supersede(storage, catalog, id);
    }
    await writer.finish();
  } catch (error) {
    if (storage.stopAfter > 0) await writer.abandon();
    throw error;
  }
}

async function giveUp(storage: SteppedStorage, owner: Owner): Promise<void> {
  const writer = await LevelWriter.begin({ storage, engine: SET.engine, set: SET_NAME, level: 1, t0: FULL.t0, earliest: 600, owner, now });
  for (const name of ['data', 'pieces', 'index', 'manifest'] as const) await writer.put(name, once(Buffer.from(name)));
  await writer.abandon();
}

const placeTwoLevels = (storage: SteppedStorage): void => {
  placeLevel(storage, FULL);
  placeLevel(storage, TOP);
};

/** As `--always-level 1` leaves a chain. */
function placeDifferentials(storage: SteppedStorage): void {
  placeLevel(storage, FULL);
  placeLevel(storage, OLDEST, { as: 'superseded' });
  placeLevel(storage, OLDER, { as: 'superseded' });
  placeLevel(storage, TOP);
  placeLevel(storage, levelOf(50, 0, 50), { by: 'python' });
}

function placePythons(storage: SteppedStorage): void {
  placeLevel(storage, FULL, { by: 'python' });
  placeLevel(storage, OLDEST, { by: 'python' });
  placeLevel(storage, OLDER, { by: 'python' });
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'the first full', place: () => undefined, run: (storage, owner) => backUp(storage, owner, 0), done: ['0_600'], allOrNothing: true },
  { name: 'an increment', place: placeTwoLevels, run: (storage, owner) => backUp(storage, owner, 2), done: ['0_100', '1_400', '2_600'], allOrNothing: true },
  {
    name: 'a differential, which supersedes another',
    place: placeDifferentials,
    run: (storage, owner) => backUp(storage, owner, 1),
    done: ['0_50', '0_100', '1_200 superseded', '1_300 superseded', '1_400 superseded', '1_600'],
    allOrNothing: true,
  },
  {
    name: "a differential, which supersedes two of Python's",
    place: placePythons,
    run: (storage, owner) => backUp(storage, owner, 1),
    done: ['0_100', '1_200 superseded', '1_300 superseded', '1_600'],
    allOrNothing: true,
  },
  { name: 'a run that fails and clears up', place: placeTwoLevels, run: giveUp, done: ['0_100', '1_400'], allOrNothing: true },
  {
    name: 'the removal of a chain',
    place: placeDifferentials,
    run: (storage, owner) => remove(storage, owner, (folder) => folder !== '0_50'),
    done: ['0_50'],
    allOrNothing: false,
  },
  {
    name: 'the removal of three levels upon each other',
    place: (storage) => {
      placeTwoLevels(storage);
      placeLevel(storage, SECOND);
    },
    run: (storage, owner) => remove(storage, owner, () => true),
    done: [],
    allOrNothing: false,
  },
  {
    name: 'the removal of the top',
    place: placeTwoLevels,
    run: (storage, owner) => remove(storage, owner, (folder) => folder === '1_400'),
    done: ['0_100'],
    allOrNothing: true,
  },
  {
    name: 'the removal of superseded levels',
    place: placeDifferentials,
    run: (storage, owner) => remove(storage, owner, (folder) => folder === '1_200' || folder === '1_300'),
    done: ['0_50', '0_100', '1_400'],
    allOrNothing: false,
  },
  {
    name: 'the removal of two sets of levels in one run',
    place: placeDifferentials,
    run: (storage, owner) => remove(storage, owner, (folder) => folder !== '0_100' && folder !== '1_300'),
    done: ['0_100', '1_300 superseded'],
    allOrNothing: false,
  },
];

async function clear(storage: SteppedStorage, owner: Owner): Promise<boolean> {
  return clearRemains({ storage, owner, now, logger: SILENT }, await readCatalog(storage, 'tar', SET_NAME));
}

async function expectSound(storage: SteppedStorage, at: string): Promise<void> {
  expect({ at, broken: await brokenBackups(storage) }).toEqual({ at, broken: [] });
}

async function backupsBefore(scenario: Scenario): Promise<readonly string[]> {
  const storage = new SteppedStorage();
  scenario.place(storage);
  return backups(storage);
}

/** Clears with a storage that works again, and looks at what is left. */
async function expectCleared(scenario: Scenario, storage: SteppedStorage, at: string): Promise<void> {
  const owner = await aliveOwner('next');
  await clear(storage, owner);
  await expectSound(storage, at);
  const left = await backups(storage);
  if (scenario.allOrNothing) expect({ at, allowed: [await backupsBefore(scenario), scenario.done] }).toEqual({ at, allowed: expect.arrayContaining([left]) });
  expect({ at, left: await leftovers(storage) }).toEqual({ at, left: [] });
  const before = storage.snapshot();
  expect({ at, again: await clear(storage, owner) }).toEqual({ at, again: false });
  expect(storage.snapshot()).toEqual(before);
}

async function stoppedAfter(scenario: Scenario, treesAtOnce: boolean, changes: number): Promise<SteppedStorage> {
  const storage = new SteppedStorage({ treesAtOnce });
  scenario.place(storage);
  storage.stopAfter = changes;
  await failureOf(scenario.run(storage, await deadOwner('stopped')));
  storage.stopAfter = Number.POSITIVE_INFINITY;
  return storage;
}

describe.each([true, false])('where a tree goes at once: %p', (treesAtOnce) => {
  describe.each(SCENARIOS)('$name', (scenario) => {
    test('ends as it should', async () => {
      const storage = await stoppedAfter(scenario, treesAtOnce, Number.POSITIVE_INFINITY);
      expect(await backups(storage)).toEqual(scenario.done);
      expect(await leftovers(storage)).toEqual([]);
    });

    test('stopped after any change it breaks no backup, and the next run ends or undoes it', async () => {
      const whole = await stoppedAfter(scenario, treesAtOnce, Number.POSITIVE_INFINITY);
      for (let changes = 0; changes < whole.journal.length; changes += 1) {
        const at = `${scenario.name}, stopped after ${changes} changes (${whole.journal[changes - 1]})`;
        const storage = await stoppedAfter(scenario, treesAtOnce, changes);
        await expectSound(storage, at);
        await expectCleared(scenario, storage, at);
      }
    });

    test('clearing may be stopped after any change, too', async () => {
      const whole = await stoppedAfter(scenario, treesAtOnce, Number.POSITIVE_INFINITY);
      for (let changes = 0; changes < whole.journal.length; changes += 1) {
        for (let more = 1; ; more += 1) {
          const at = `${scenario.name}, stopped after ${changes} changes (${whole.journal[changes - 1]}), clearing after ${more}`;
          const storage = await stoppedAfter(scenario, treesAtOnce, changes);
          storage.stopAfter = more;
          const stopped = await failureOf(clear(storage, await deadOwner('clearing')));
          storage.stopAfter = Number.POSITIVE_INFINITY;
          await expectSound(storage, at);
          await expectCleared(scenario, storage, at);
          if (stopped === undefined) break;
        }
      }
    });
  });
});
