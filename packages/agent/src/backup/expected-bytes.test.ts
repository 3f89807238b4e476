import type { CatalogLevel } from '@freezer/format';
import { expect, test } from '@jest/globals';
import { expectedBytes } from './expected-bytes.ts';

const level = (t0: number, number: number, t: number, size: number, committed = true): CatalogLevel => ({
  id: { t0, level: number, t },
  objects: new Map([['data', { key: 'data', size }]]),
  committed,
  superseded: false,
});

test('a level is expected to be like the newest of its kind that is committed', () => {
  const chains = [
    { t0: 1, levels: [level(1, 0, 1, 1000), level(1, 1, 2, 10)] },
    { t0: 3, levels: [level(3, 0, 3, 3000), level(3, 1, 4, 40), level(3, 2, 5, 50, false)] },
    { t0: 6, levels: [level(6, 0, 6, 6000, false)] },
  ];
  expect([0, 1, 2].map((number) => expectedBytes({ chains }, number))).toEqual([3000, 40, 40]);
  expect(expectedBytes({ chains: [] }, 0)).toBeUndefined();
});
