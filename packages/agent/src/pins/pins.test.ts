import { FreezerError, levelFolder, objectKey } from '@freezer/core';
import { LevelReader, readCatalog } from '@freezer/format';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type AdminOutcome, runAdmin } from '../admin.ts';
import { RestoreLab, SET, T0 } from '../restore/restore-lab.fixture.ts';
import { neededByPins } from './needed-by-pins.ts';
import { type PinRequest, runPin, runUnpin } from './run-pin.ts';

let lab: RestoreLab;
beforeEach(async () => {
  lab = await RestoreLab.ofLevels(3);
});
afterEach(() => lab.remove());

const keyOf = (level: number, name: 'pinned' | 'manifest' | 'metadata'): string => objectKey('tar', 'alpha_home', lab.id(level), name);
const pinLevel = (level: number): unknown => lab.storage.objects.set(keyOf(level, 'pinned'), Buffer.from('{"at":1,"host":"alpha","reason":"audit"}\n'));
const newest: PinRequest = { set: SET, reason: 'audit', waitSeconds: 0, dryRun: true };

/** What a removal of everything would do. */
const removal = (): Promise<AdminOutcome> =>
  runAdmin(lab.context, {
    set: SET,
    policy: { removeFromDate: T0 + 1000, force: true },
    orphansOlderThanSeconds: undefined,
    waitSeconds: 0,
    dryRun: true,
  });
const levelsOf = (decisions: AdminOutcome['kept']): readonly string[] => decisions.map(({ entry }) => levelFolder(entry.id).slice(0, 1));

test('what is above a pinned point goes, what is below stays', async () => {
  pinLevel(1);
  const { kept, removed, removedBytes } = await removal();
  expect([levelsOf(kept), levelsOf(removed)]).toEqual([['0', '1'], ['2']]);
  expect(kept.at(-1)?.reasons).toEqual(['kept: pinned: audit']);
  expect(removedBytes).toBe(lab.storage.objects.get(objectKey('tar', 'alpha_home', lab.id(2), 'data'))?.length);
});

test.each([1, 2])('when the manifest of level %i cannot be read, all below the pinned one stays', async (level) => {
  pinLevel(2);
  lab.storage.objects.set(keyOf(level, 'manifest'), Buffer.from('no manifest'));
  const { kept, removed } = await removal();
  expect([levelsOf(kept), levelsOf(removed)]).toEqual([['0', '1', '2'], []]);
  expect(kept[0]?.reasons).toContain(`kept: ${levelFolder(lab.id(2))} above it is pinned, and what that needs cannot be told`);
});

test('of levels that are no backup those are spared that a pinned one may need', async () => {
  const spared = async (): Promise<readonly number[]> => {
    const catalog = await readCatalog(lab.storage, 'tar', 'alpha_home');
    const { keyring, logger } = lab.context;
    const isSpared = await neededByPins(new LevelReader({ storage: lab.storage, catalog, keyring, passphrases: [], logger }), catalog, {});
    return catalog.chains.flatMap(({ levels }) => levels.filter(isSpared).map(({ id }) => id.level));
  };
  expect(await spared()).toEqual([]);
  pinLevel(1);
  expect(await spared()).toEqual([1]);
  lab.storage.objects.delete(keyOf(0, 'metadata'));
  expect(await spared()).toEqual([0, 1]);
});

test('which point is pinned is chosen as a restore does it', async () => {
  const pinned = async (change: Partial<PinRequest>): Promise<string> => levelFolder((await runPin(lab.context, { ...newest, ...change })).id);
  expect(await pinned({})).toBe(levelFolder(lab.id(2)));
  expect(await pinned({ at: T0 + 1 })).toBe(levelFolder(lab.id(1)));
  expect(await pinned({ name: String(T0) })).toBe(levelFolder(lab.id(0)));
  await expect(pinned({ at: T0 - 1 })).rejects.toMatchObject({ code: 'not_found' });
});

test('a pin says whether there was one, and what it keeps', async () => {
  const first = await runPin(lab.context, { ...newest, at: T0 + 1 });
  expect(first).toMatchObject({ set: 'alpha_home', wasPinned: false, pin: { at: T0, reason: 'audit' }, levels: [lab.id(0), lab.id(1)] });
  expect(JSON.parse(lab.storage.objects.get(keyOf(1, 'pinned'))?.toString() ?? '')).toMatchObject({ at: T0, reason: 'audit' });
  expect(await runPin(lab.context, { ...newest, at: T0 + 1, reason: 'more' })).toMatchObject({ wasPinned: true, pin: { reason: 'more' } });
  expect(await runUnpin(lab.context, { ...newest, name: levelFolder(lab.id(1)) })).toMatchObject({ pin: { reason: 'more' } });
  expect(lab.storage.objects.has(keyOf(1, 'pinned'))).toBe(false);
});

test('unpin of what is not pinned says so, and what is', async () => {
  const failure = await runUnpin(lab.context, newest).catch((error: unknown) => error);
  expect(FreezerError.is(failure, 'not_found')).toBe(true);
  pinLevel(0);
  pinLevel(1);
  await expect(runUnpin(lab.context, newest)).rejects.toMatchObject({
    message: `unpin: 2_${T0 + 2} of chain ${T0} of set alpha_home is not pinned; pinned are 0_${T0}, 1_${T0 + 1}`,
  });
});
