import type { HeldEntry, IndexEntry } from '@freezer/core';
import { formatIndexLine } from '@freezer/format';
import { expect, test } from '@jest/globals';
import type { ChainFacts } from './chain-search.ts';
import { versionsOf } from './file-versions.ts';

const held = (size: number): HeldEntry => ({ kind: 'held', path: 'a', type: 'file', size, mtimeNs: 5n, mode: 0o644, uid: 0, gid: 0 });
const line = (of: string, entry: IndexEntry, heldBy = of): string => `${of} ${heldBy} ${formatIndexLine(entry)}`;

function chain(t0: number, descents: readonly (readonly [level: number, t: number])[][], options: Partial<ChainFacts> = {}): ChainFacts {
  const points = descents.map((levels) => {
    const [level, t] = levels.at(-1) ?? [0, t0];
    return { id: { t0, level, t }, levels: levels.map(([l, at]) => `${t0}/${l}_${at}`).toReversed() };
  });
  return { t0, points, replacing: new Set(), isMerged: false, ...options };
}

const short = (chains: readonly ChainFacts[], lines: readonly string[]) =>
  versionsOf(chains, lines).map(({ entry, points, levels }) => [entry.size, points.map(({ t }) => t), levels.map((level) => level.split('/')[1])]);

test('what no level says is as it was in the level below; what is deleted and comes again is another version', () => {
  const chains = [
    chain(10, [
      [[0, 10]],
      [
        [0, 10],
        [1, 11],
      ],
      [
        [0, 10],
        [1, 11],
        [2, 12],
      ],
      [
        [0, 10],
        [1, 11],
        [2, 12],
        [3, 13],
      ],
    ]),
    chain(20, [[[0, 20]]]),
  ];
  const lines = [line('10/0_10', held(1)), line('10/2_12', { kind: 'deleted', path: 'a' }), line('10/3_13', held(1)), line('20/0_20', held(1))];
  expect(short(chains, lines)).toEqual([
    [1, [10, 11], ['0_10']],
    [1, [13, 20], ['3_13', '0_20']],
  ]);
});

test('points beside each other do not see what the other says (always_level)', () => {
  const chains = [
    chain(10, [
      [[0, 10]],
      [
        [0, 10],
        [1, 11],
      ],
      [
        [0, 10],
        [1, 12],
      ],
    ]),
  ];
  expect(short(chains, [line('10/0_10', held(1)), line('10/1_11', held(2))])).toEqual([
    [1, [10], ['0_10']],
    [2, [11], ['1_11']],
    [1, [12], ['0_10']],
  ]);
});

test('below a level that replaces all nothing counts', () => {
  const chains = [
    chain(
      10,
      [
        [[0, 10]],
        [
          [0, 10],
          [1, 11],
        ],
      ],
      { replacing: new Set(['10/1_11']) },
    ),
  ];
  expect(short(chains, [line('10/0_10', held(1))])).toEqual([[1, [10], ['0_10']]]);
});

test('lines of points hold all that is to be said of them', () => {
  const chains = [
    chain(
      10,
      [
        [[0, 10]],
        [
          [0, 10],
          [1, 11],
        ],
        [
          [0, 10],
          [1, 11],
          [2, 12],
        ],
      ],
      { isMerged: true },
    ),
  ];
  expect(short(chains, [line('10/0_10', held(1)), line('10/1_11', held(1), '10/0_10')])).toEqual([[1, [10, 11], ['0_10']]]);
});
