import type { HeldEntry } from '@freezer/core';
import type { PointEntry } from '@freezer/format';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { comparePoints } from './compare-points.ts';
import { facetsThatDiffer } from './entry-listing.ts';

const held = (path: string, size: number, change: Partial<HeldEntry> = {}): HeldEntry => ({
  ...{ kind: 'held', path, type: 'file', size, mtimeNs: 5n, mode: 0o644, uid: 0, gid: 0 },
  ...change,
});

async function* point(entries: readonly HeldEntry[]): AsyncGenerator<PointEntry> {
  for (const entry of entries) yield { entry, level: 0 };
}

async function compared(older: readonly HeldEntry[], newer: readonly HeldEntry[]): Promise<string[]> {
  const found: string[] = [];
  for await (const one of comparePoints(point(older), point(newer)))
    found.push(`${one.change} ${one.entry.path}${one.change === 'changed' ? ` ${one.facets.join(' ')}` : ''}`);
  return found;
}

test('what differs is told; the time of a directory does not count', async () => {
  const older = [held('d', 0, { type: 'directory' }), held('f', 1), held('g', 1), held('l', 0, { type: 'symlink', target: 'x' })];
  const newer = [
    held('d', 0, { type: 'directory', mtimeNs: 6n }),
    held('f', 2, { mtimeNs: 6n, uid: 1 }),
    held('g', 1, { mode: 0o600 }),
    held('l', 0, { type: 'symlink', target: 'y' }),
  ];
  expect(await compared(older, newer)).toEqual(['changed f size mtime owner', 'changed g mode', 'changed l target']);
});

test('is the difference of two maps', async () => {
  const tree = fc.dictionary(fc.stringMatching(/^[a-c]{1,3}$/), fc.integer({ min: 0, max: 2 }));
  const entriesOf = (map: Record<string, number>): HeldEntry[] =>
    Object.entries(map)
      .map(([path, size]) => held(path, size))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  await fc.assert(
    fc.asyncProperty(tree, tree, async (older, newer) => {
      const paths = [...new Set([...Object.keys(older), ...Object.keys(newer)])].toSorted();
      const expected = paths.flatMap((path) => {
        if (older[path] === newer[path]) return [];
        return [older[path] === undefined ? `added ${path}` : newer[path] === undefined ? `removed ${path}` : `changed ${path} size`];
      });
      expect(await compared(entriesOf(older), entriesOf(newer))).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

test('a time in the last second before 1970 is the same with its sign, as in an archive, and without, as tar lists it', () => {
  const entry = held('f', 1, { mtimeNs: -500_000_000n });
  expect(facetsThatDiffer(entry, { ...entry, mtimeNs: 500_000_000n })).toEqual([]);
  expect(facetsThatDiffer(entry, { ...entry, mtimeNs: 400_000_000n })).toEqual(['mtime']);
  expect(facetsThatDiffer({ ...entry, mtimeNs: -1_000_000_000n }, { ...entry, mtimeNs: 1_000_000_000n })).toEqual(['mtime']);
});
