import { FreezerError, type HeldEntry, type IndexEntry } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { filterPaths, type IndexLevel, mergePoint, type PointEntry, pathFilter, skippedOf } from './merge-index.ts';

interface PlainLevel {
  readonly replacesAll: boolean;
  readonly entries: readonly IndexEntry[];
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const file = (path: string, size = 1): HeldEntry => ({ kind: 'held', path, type: 'file', size, mtimeNs: 1n, mode: 0o600, uid: 0, gid: 0 });
const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left, 'latin1'), Buffer.from(right, 'latin1'));
const levelsOf = (levels: readonly PlainLevel[]): IndexLevel[] => levels.map(({ replacesAll, entries }) => ({ replacesAll, entries: each(entries) }));

/** The same in memory, level after level. */
function naive(levels: readonly PlainLevel[]): PointEntry[] {
  const point = new Map<string, PointEntry>();
  for (const [level, { replacesAll, entries }] of levels.entries()) {
    if (replacesAll) point.clear();
    for (const entry of entries) {
      if (entry.kind === 'held') point.set(entry.path, { entry, level });
      if (entry.kind === 'deleted') point.delete(entry.path);
    }
  }
  return [...point.values()].sort((left, right) => byBytes(left.entry.path, right.entry.path));
}

const path = fc.array(fc.constantFrom('a', 'b', '/', '-', '\xc3', '\xa4', '\xff', '\x01', '"'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const change = fc.record({ path, kind: fc.constantFrom('held', 'held', 'deleted', 'skipped'), size: fc.nat() });
const level = fc
  .record({
    replacesAll: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    changes: fc.uniqueArray(change, { selector: (item) => item.path, maxLength: 40 }),
  })
  .map(
    ({ replacesAll, changes }): PlainLevel => ({
      replacesAll,
      entries: changes
        .sort((left, right) => byBytes(left.path, right.path))
        .map(({ path: name, kind, size }): IndexEntry => {
          if (kind === 'held') return file(name, size);
          return kind === 'deleted' ? { kind, path: name } : { kind: 'skipped', path: name, reason: 'unreadable' };
        }),
    }),
  );

describe('mergePoint', () => {
  it('is what applying the levels in order gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(level, { maxLength: 6 }), async (levels) => {
        expect(await all(mergePoint(levelsOf(levels)))).toEqual(naive(levels));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the older content of a path that a level skipped', async () => {
    const levels: PlainLevel[] = [
      { replacesAll: true, entries: [file('a', 1)] },
      { replacesAll: false, entries: [{ kind: 'skipped', path: 'a', reason: 'unreadable' }] },
    ];
    expect(await all(mergePoint(levelsOf(levels)))).toEqual([{ entry: file('a', 1), level: 0 }]);
  });

  it.each([
    ['left', false],
    ['ended', true],
  ])('lets go of every level when it is %s, also of those that are hidden', async (_name, toTheEnd) => {
    const released: number[] = [];
    const watched = (number: number, replacesAll: boolean): IndexLevel => {
      const inner = each([file('a'), file('b')]);
      const leave = async (): Promise<IteratorResult<IndexEntry>> => {
        released.push(number);
        return { done: true, value: undefined };
      };
      return { replacesAll, entries: { [Symbol.asyncIterator]: () => ({ next: () => inner.next(), return: leave }) } };
    };
    const paths: string[] = [];
    for await (const { entry } of mergePoint([watched(0, true), watched(1, true), watched(2, false)])) {
      paths.push(entry.path);
      if (!toTheEnd) break;
    }
    expect(paths).toEqual(toTheEnd ? ['a', 'b'] : ['a']);
    expect(released.sort()).toEqual([0, 1, 2]);
  });

  it('fails with what a level failed with', async () => {
    const failing = (async function* (): AsyncGenerator<IndexEntry> {
      yield file('a');
      throw new FreezerError('corrupt', 'index: is cut off after 1 lines');
    })();
    const point = mergePoint([
      { replacesAll: true, entries: each([file('a'), file('b')]) },
      { replacesAll: false, entries: failing },
    ]);
    await expect(all(point)).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describe('skippedOf', () => {
  it('gives only what was skipped', async () => {
    const skipped: IndexEntry = { kind: 'skipped', path: 'b', reason: 'changed' };
    expect(await all(skippedOf(each<IndexEntry>([file('a'), skipped, { kind: 'deleted', path: 'c' }])))).toEqual([skipped]);
  });
});

describe('pathFilter', () => {
  it.each([
    [['a'], 'a', true],
    [['a'], 'a/b/c', true],
    [['a'], 'ab', false],
    [['a'], 'a-b', false],
    [['a/b'], 'a', false],
    [['a/b/'], 'a/b/c', true],
    [['.'], 'anything', true],
    [['x', '\xff/\xfe'], '\xff/\xfe/\xfd', true],
    [[], 'a', false],
  ])('%j takes %j: %j', (paths, name, expected) => {
    expect(pathFilter(paths)(name)).toBe(expected);
  });

  it('picks entries of a point', async () => {
    const point = each<PointEntry>(['a', 'a/b', 'b'].map((name) => ({ entry: file(name), level: 0 })));
    expect((await all(filterPaths(point, ['a']))).map(({ entry }) => entry.path)).toEqual(['a', 'a/b']);
  });
});
