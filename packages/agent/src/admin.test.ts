import { type ByteStream, FreezerError, levelFolder, type ObjectInfo, objectKey, type PutOptions, type StorageKey } from '@freezer/core';
import { FaultyStorage } from '@freezer/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type AdminOutcome, runAdmin } from './admin.ts';
import { RestoreLab, SET, T0 } from './restore/restore-lab.fixture.ts';

let lab: RestoreLab;
beforeEach(async () => {
  lab = await RestoreLab.ofLevels(3);
});
afterEach(() => lab.remove());

const keyOf = (level: number, name: 'data' | 'pinned'): string => objectKey('tar', 'alpha_home', lab.id(level), name);

/** Has no space at first; `meanwhile` happens before it is written to once more. */
class FullStorage extends FaultyStorage {
  #puts = 0;
  readonly #meanwhile: () => void;

  constructor(times: number, meanwhile: () => void) {
    super(
      lab.storage,
      Array.from({ length: times }, () => ({ operation: 'put' as const, kind: 'before' as const, error: new FreezerError('no_space', 'put: no space left') })),
    );
    this.#meanwhile = meanwhile;
  }

  override put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo> {
    this.#puts += 1;
    if (this.#puts === 2) this.#meanwhile();
    return super.put(key, body, options);
  }
}

const removeAll = (storage: FaultyStorage, dryRun = false): Promise<AdminOutcome> =>
  runAdmin(
    { ...lab.context, storage },
    { set: SET, policy: { removeFromDate: T0 + 1000, force: true }, orphansOlderThanSeconds: undefined, waitSeconds: 0, dryRun },
  );
const levelsOf = (decisions: AdminOutcome['kept']): readonly string[] => decisions.map(({ entry }) => levelFolder(entry.id).slice(0, 1));

test.each([1, 2])('a point that was pinned while there was no space for the lock stays, also when there is space at try %i', async (times) => {
  const storage = new FullStorage(times, () => lab.storage.objects.set(keyOf(2, 'pinned'), Buffer.from('{"at":1,"host":"alpha","reason":"audit"}\n')));
  const { kept, removed } = await removeAll(storage);
  expect([levelsOf(kept), levelsOf(removed)]).toEqual([['0', '1', '2'], []]);
  for (const level of [0, 1, 2]) expect(lab.storage.objects.has(keyOf(level, 'data'))).toBe(true);
});

test.each(['permission_denied', 'unavailable', 'unsupported'] as const)(
  'what could not be read now (%s) stays with what it needs and what stands on it; what is damaged goes',
  async (code) => {
    const failing = (error: FreezerError): FaultyStorage =>
      new FaultyStorage(lab.storage, [{ operation: 'get', key: /\/1_\d+\/manifest$/, kind: 'before', error }]);
    const { kept, removed, unread } = await removeAll(failing(new FreezerError(code, 'get: not now')));
    expect([levelsOf(kept), levelsOf(removed)]).toEqual([['0', '1', '2'], []]);
    expect(kept.at(-1)?.reasons).toEqual(['kept: it, or a level below it, could not be read now']);
    expect(unread).toEqual([expect.stringMatching(/\/1_/)]);
    const later = await removeAll(failing(new FreezerError('corrupt', 'get: other bytes')), true);
    expect([levelsOf(later.kept), levelsOf(later.removed), later.unread]).toEqual([[], ['2', '1', '0'], []]);
  },
);
