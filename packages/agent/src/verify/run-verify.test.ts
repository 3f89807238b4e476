import { randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArchivedEntry,
  type ByteRange,
  type ByteStream,
  collect,
  type Engine,
  FreezerError,
  type HeldEntry,
  levelFolder,
  type ObjectName,
  objectKey,
  once,
  StorageWrapper,
} from '@freezer/core';
import { PIECE_BYTES } from '@freezer/format';
import { FaultyStorage } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PLAIN_TAR } from '../restore/plain-tar.fixture.ts';
import { RestoreLab, SET, T0 } from '../restore/restore-lab.fixture.ts';
import type { RunContext } from '../run-context.ts';
import { runVerify, type VerifiedUnit, type VerifyRequest, type VerifySummary } from './run-verify.ts';

let lab: RestoreLab;
beforeEach(async () => {
  lab = await RestoreLab.make();
});
afterEach(() => lab.remove());

/** Reads ranges, and counts what it hands out of data. */
class RangedStorage extends StorageWrapper {
  override readonly capabilities = { ...this.inner.capabilities, rangeRead: true };
  dataBytes = 0;

  override async *get(key: string, options?: { readonly range?: ByteRange }): ByteStream {
    const bytes = await collect(this.inner.get(key), { maxBytes: 1e9 });
    const part = options?.range ? bytes.subarray(options.range.offset, options.range.offset + options.range.length) : bytes;
    if (key.endsWith('/data')) this.dataBytes += part.length;
    yield* once(part);
  }
}

const whole: VerifyRequest = { sets: [SET], at: undefined, depth: 'bytes', subset: undefined, scope: ['test'], dryRun: false };

async function verify(
  change: Partial<VerifyRequest> = {},
  context: Partial<RunContext> = {},
): Promise<{ units: readonly VerifiedUnit[]; summary: VerifySummary }> {
  const units: VerifiedUnit[] = [];
  const found = runVerify({ ...lab.context, ...context }, { ...whole, ...change });
  let step = await found.next();
  for (; !step.done; step = await found.next()) units.push(step.value);
  return { units, summary: step.value };
}

const problemsOf = (units: readonly VerifiedUnit[]): readonly string[] => units.flatMap(({ problems }) => problems);
const dataKey = (level = 0): string => objectKey('tar', 'alpha_home', lab.id(level), 'data');

test('of a base whose manifest cannot be read now its own level tells, not what stands on it', async () => {
  await lab.remove();
  lab = await RestoreLab.ofLevels(3);
  const storage = new FaultyStorage(lab.storage, [
    { operation: 'get', key: /\/1_\d+\/manifest$/, kind: 'before', error: new FreezerError('unavailable', 'get: not now') },
  ]);
  const { units } = await verify({ depth: 'manifests' }, { storage });
  expect(problemsOf(units)).toEqual([expect.stringContaining('get: not now')]);
});

describe('a level that is read in parts', () => {
  const parts = { partBytes: PIECE_BYTES, subset: { kind: 'share', percent: 34 } } as const;
  let storage: RangedStorage;
  let size: number;

  beforeEach(async () => {
    await writeFile(join(lab.source, 'large'), randomFillSync(Buffer.alloc(9 * 1024 * 1024)));
    await lab.ownLevel();
    storage = new RangedStorage(lab.storage);
    size = lab.storage.objects.get(dataKey())?.length ?? 0;
  });

  test('each run reads one part, and in three all is read', async () => {
    const read: (number | undefined)[] = [];
    for (let run = 0; run < 3; run += 1) {
      const { units, summary } = await verify({ ...parts, subset: { kind: 'share', percent: 100 / 3 } }, { storage });
      expect(problemsOf(units)).toEqual([]);
      expect(units).toHaveLength(1);
      read.push(...units.map(({ unit }) => unit.part?.offset));
      const bytes = read.length === 3 ? summary.total.bytes : expect.any(Number);
      expect(summary.coverage).toMatchObject({ share: read.length === 3 ? 1 : expect.closeTo(read.length / 3, 0), bytes, since: T0 });
    }
    expect(new Set(read)).toEqual(new Set([0, PIECE_BYTES, 2 * PIECE_BYTES]));
  });

  test('all parts together read the data once', async () => {
    const { units } = await verify({ partBytes: PIECE_BYTES }, { storage });
    expect(units).toHaveLength(3);
    expect(storage.dataBytes).toBe(size);
  });

  test('damage is named by its place in the whole; the part is not taken for read, the others are', async () => {
    const data = lab.storage.objects.get(dataKey());
    data?.writeUInt8(data.readUInt8(PIECE_BYTES + 7) ^ 1, PIECE_BYTES + 7);
    const { units, summary } = await verify({ ...parts, subset: { kind: 'share', percent: 100 } }, { storage });
    expect(problemsOf(units)).toEqual([
      `data of 0_${T0} of chain ${T0} of set alpha_home: bytes ${PIECE_BYTES} to ${2 * PIECE_BYTES - 1} (piece 1): differ from what was stored`,
    ]);
    expect(summary.coverage?.bytes).toBe(summary.total.bytes - PIECE_BYTES);
    const again = await verify({ ...parts, subset: { kind: 'share', percent: 1 } }, { storage });
    expect(again.units.map(({ unit }) => unit.part?.firstPiece)).toEqual([1]);
  });

  test('what is cut off or too long is found by the last part', async () => {
    const bytes = lab.storage.objects.get(dataKey()) ?? Buffer.alloc(0);
    for (const [other, words] of [
      [bytes.subarray(0, -1), /are missing/],
      [Buffer.concat([bytes, Buffer.alloc(1)]), /are too much|instead of/],
    ] as const) {
      lab.storage.objects.set(dataKey(), other);
      // A listing tells it too: such a level is read as a whole.
      expect(problemsOf((await verify(parts, { storage })).units).join()).toMatch(words);
    }
  });

  test('1/2 and 2/2 are different and together all', async () => {
    const keys: string[] = [];
    for (const part of [1, 2, 1]) {
      const { units, summary } = await verify({ partBytes: PIECE_BYTES, subset: { kind: 'part', part, parts: 2 } }, { storage });
      keys.push(units.map(({ unit }) => unit.key).join());
      expect(summary.coverage).toBeUndefined();
    }
    expect(keys[0]).toBe(keys[2]);
    expect([...(keys[0] ?? '').split(','), ...(keys[1] ?? '').split(',')].filter((key) => key !== '')).toHaveLength(3);
  });
});

/** An archive whose listing says something else. */
const reading = (change: (entry: ArchivedEntry) => readonly ArchivedEntry[]): Engine => ({
  ...PLAIN_TAR,
  read: async (request) => {
    const read = await PLAIN_TAR.read?.(request);
    if (read === undefined) throw new TypeError('the engine reads');
    const finish: typeof read.finish = async (exits) => {
      const listing = await read.finish(exits);
      async function* entries(): AsyncGenerator<ArchivedEntry> {
        for await (const entry of listing.entries()) yield* change(entry);
      }
      return { entries };
    };
    return { ...read, finish };
  },
});

describe('a trial restore', () => {
  beforeEach(async () => {
    await lab.write(lab.source, { a: 'f one', b: 'f two', 'd/c': 'f three' });
    await lab.ownLevel();
    await lab.write(lab.source, { a: 'f other' });
    await lab.ownLevel();
  });

  test('reads each level, and writes nothing', async () => {
    const { units } = await verify({ depth: 'restore' });
    expect(problemsOf(units)).toEqual([]);
    expect(units.map(({ entries }) => entries)).toEqual([5, 3]);
  });

  test.each<[string, (entry: ArchivedEntry) => readonly ArchivedEntry[], string]>([
    [
      'another size',
      (entry) => [held(entry, 'b') ? { ...held(entry, 'b'), size: 7 } : entry] as ArchivedEntry[],
      'b: the archive has another size than the index',
    ],
    [
      'another type',
      (entry) => [held(entry, 'b') ? { ...held(entry, 'b'), type: 'fifo' } : entry] as ArchivedEntry[],
      'b: the archive has another type than the index',
    ],
    ['less', (entry) => (held(entry, 'd/c') ? [] : [entry]), 'd/c: is in the index, but not in the archive'],
    [
      'more',
      (entry) => (held(entry, 'b') ? [entry, { ...held(entry, 'b'), path: 'bb' } as ArchivedEntry] : [entry]),
      'bb: is in the archive, but not in the index',
    ],
    [
      'more at the end',
      (entry) => (held(entry, 'b') ? [entry, { ...held(entry, 'b'), path: 'z' } as ArchivedEntry] : [entry]),
      'z: is in the archive, but not in the index',
    ],
  ])('finds an archive that holds %s', async (_what, change, problem) => {
    const { units } = await verify({ depth: 'restore' }, { engine: reading(change) });
    expect(problemsOf(units.slice(0, 1))).toEqual([problem]);
  });

  test('of many that differ some are named and all are counted', async () => {
    const many = Array.from({ length: 50 }, (_, number) => ({ path: `n${String(number).padStart(2, '0')}` }));
    const engine = reading((entry) => [entry, ...(held(entry, 'a') ? many.map((name) => ({ ...held(entry, 'a'), ...name }) as ArchivedEntry) : [])]);
    const { units } = await verify({ depth: 'restore' }, { engine });
    expect(units[0]?.problems).toHaveLength(21);
    expect(units[0]?.problems.at(-1)).toBe('30 more entries differ from the index');
  });

  test('of the later of two entries of a path counts', async () => {
    const engine = reading((entry) => (held(entry, 'b') ? [{ ...held(entry, 'b'), size: 99 } as ArchivedEntry, entry] : [entry]));
    expect(problemsOf((await verify({ depth: 'restore' }, { engine })).units)).toEqual([]);
  });

  test('data that is damaged is a finding, and the next level is read all the same', async () => {
    const data = lab.storage.objects.get(dataKey());
    data?.writeUInt8(data.readUInt8(20) ^ 1, 20);
    const { units } = await verify({ depth: 'restore' });
    expect(units.map(({ problems }) => problems.length)).toEqual([1, 0]);
    expect(problemsOf((await verify({ depth: 'manifests' })).units)).toEqual([]);
  });

  test('a level without index is read, and that is said', async () => {
    await lab.pythonLevel();
    const { units } = await verify({ depth: 'restore' });
    expect(units.at(-1)).toMatchObject({ problems: [], notes: [expect.stringMatching(/has no index .*: its \d+ entries were read/)] });
  });

  test('manifests alone find what a listing tells', async () => {
    lab.storage.objects.delete(objectKey('tar', 'alpha_home', lab.id(1), 'index'));
    const { units } = await verify({ depth: 'manifests' });
    expect(units.map(({ problems }) => problems.length)).toEqual([0, 1]);
    expect(problemsOf(units)[0]).toMatch(/^index of 1_.*is missing/);
  });

  test('a date before the first level is no success', async () => {
    const failure = await verify({ at: T0 - 1 }).catch((error: unknown) => error);
    expect(FreezerError.is(failure, 'not_found')).toBe(true);
  });
});

/** Another run removes a level as soon as its data is asked for. */
class RemovingStorage extends StorageWrapper {
  marked: readonly string[] = [];

  override async *get(key: string): ByteStream {
    if (key === dataKey(1)) {
      for (const name of lab.storage.objects.keys()) if (name.includes(levelFolder(lab.id(1)))) lab.storage.objects.delete(name);
      for (const name of this.marked) lab.storage.objects.set(name, Buffer.from('{}'));
    }
    yield* this.inner.get(key);
  }
}

describe('a level that another run removes while it is read', () => {
  beforeEach(async () => {
    await lab.ownLevel();
    await lab.ownLevel();
  });

  test.each<[string, readonly ObjectName[]]>([
    ['and is gone', []],
    ['and is at it', ['removing', 'index']],
  ])('%s is no finding', async (_case, names) => {
    const storage = new RemovingStorage(lab.storage);
    storage.marked = names.map((name) => objectKey('tar', 'alpha_home', lab.id(1), name));
    const { units, summary } = await verify({}, { storage });
    expect(units.map(({ unit, problems }) => [unit.level.id.level, problems])).toEqual([[0, []]]);
    expect(summary.failedSets).toEqual([]);
  });

  test('whose data alone goes is damaged', async () => {
    lab.storage.objects.delete(dataKey(1));
    const { units } = await verify();
    expect(problemsOf(units)).not.toEqual([]);
  });
});

function held(entry: ArchivedEntry, path: string): HeldEntry | undefined {
  return entry.kind === 'held' && entry.path === path ? entry : undefined;
}
