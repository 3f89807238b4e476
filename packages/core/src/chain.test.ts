import { describe, expect, test } from '@jest/globals';
import { type Chain, descend, type LevelEntry, pickChain, pointsOf, resolvePoint, strandedLevels } from './chain.ts';
import { FreezerError } from './errors.ts';

const SET = 'host_name';

/** `0@100` or, superseded, `2@140*`, or with a base that its manifest names, `2@140<1@110`. */
function chainOf(t0: number, ...texts: string[]): Chain {
  const levels = texts.map((text): LevelEntry => {
    const [, level, t, star, baseLevel, baseT] = /^(\d+)@(\d+)(\*)?(?:<(\d+)@(\d+))?$/.exec(text) ?? [];
    const base = baseLevel === undefined ? {} : { base: { level: Number(baseLevel), t: Number(baseT) } };
    return { id: { t0, level: Number(level), t: Number(t) }, superseded: star !== undefined, ...base };
  });
  return { t0, levels };
}

const shown = ({ levels }: { readonly levels: readonly LevelEntry[] }): string => levels.map(({ id }) => `${id.level}@${id.t}`).join(' ');
const restore = (chains: Chain[], at?: number): string => shown(resolvePoint(chains, { set: SET, at }));
const failure = (run: () => unknown): FreezerError => {
  try {
    run();
  } catch (error) {
    if (FreezerError.is(error)) return error;
  }
  throw new TypeError('did not fail as it should');
};

describe('resolvePoint', () => {
  const always = chainOf(100, '2@130*', '0@100', '2@150', '1@110', '2@140*');
  const chains = [chainOf(50, '0@50', '1@60'), always];

  test('N23: without a date the newest, whatever the order of the listing', () => {
    expect(restore(chains)).toBe('0@100 1@110 2@150');
    expect(restore([...chains].reverse())).toBe('0@100 1@110 2@150');
  });

  test('N24: of A < B < C, B is restored by each date from B to before C; equal time is inclusive', () => {
    expect(restore(chains, 129)).toBe('0@100 1@110');
    expect(restore(chains, 130)).toBe('0@100 1@110 2@130');
    expect(restore(chains, 139)).toBe('0@100 1@110 2@130');
    expect(restore(chains, 140)).toBe('0@100 1@110 2@140');
    expect(restore(chains, 99)).toBe('0@50 1@60');
    expect(restore(chains, 50)).toBe('0@50');
  });

  test('N24: before the oldest is not found, and the oldest is named', () => {
    const error = failure(() => restore(chains, 49));
    expect(error.code).toBe('not_found');
    expect(error.message).toContain('1970-01-01T00:00:50Z');
    expect(failure(() => restore([])).code).toBe('not_found');
  });

  test('a missing level is damage that names set and level, not an older point', () => {
    const error = failure(() => restore([chainOf(50, '0@50'), chainOf(100, '0@100', '2@120')]));
    expect(error.code).toBe('corrupt');
    expect(error.message).toContain(SET);
    expect(error.message).toContain('level 1 is missing');
    expect(failure(() => restore([chainOf(100, '1@120')])).details).toEqual({ set: SET, t0: 100, level: 0 });
  });

  test('the base that the manifest names is taken, and missed when it is gone', () => {
    expect(restore([chainOf(100, '0@100', '1@110', '1@120', '2@130<1@110')])).toBe('0@100 1@110 2@130');
    expect(restore([chainOf(100, '0@100', '1@110', '1@120', '2@130')])).toBe('0@100 1@120 2@130');
    expect(failure(() => restore([chainOf(100, '0@100', '1@120', '2@130<1@110')])).message).toContain('1_110');
    expect(failure(() => restore([chainOf(100, '0@100', '1@120', '2@130<0@100')])).code).toBe('corrupt');
  });

  test('a base that is newer than its level is none, one of the same second is', () => {
    expect(failure(() => restore([chainOf(100, '0@100', '1@140', '2@130')])).code).toBe('corrupt');
    expect(restore([chainOf(100, '0@100', '1@100')])).toBe('0@100 1@100');
  });

  test('a level stands on the full of its chain even where the clock was set back between them', () => {
    const future = chainOf(900, '0@900', '1@120', '2@130');
    expect(restore([chainOf(50, '0@50'), future])).toBe('0@900 1@120 2@130');
    expect(restore([chainOf(50, '0@50'), future], 500)).toBe('0@50');
    expect(strandedLevels([future])).toEqual([]);
  });

  test('a chain whose levels are all newer than the date is passed over', () => {
    const remains = [chainOf(50, '0@50'), chainOf(100, '1@120'), { t0: 200, levels: [] }];
    expect(pickChain(remains, 110)?.t0).toBe(50);
    expect(restore(remains, 110)).toBe('0@50');
  });
});

test('pointsOf gives each level that can be restored, strandedLevels the others', () => {
  const chains = [chainOf(100, '0@100', '1@110', '2@120*', '2@130', '4@150'), chainOf(200, '1@210'), chainOf(50, '0@50')];
  expect(pointsOf(chains).map(shown)).toEqual(['0@50', '0@100', '0@100 1@110', '0@100 1@110 2@120', '0@100 1@110 2@130']);
  expect(strandedLevels(chains).map(({ id }) => `${id.level}@${id.t}`)).toEqual(['4@150', '1@210']);
});

test('a level is complete unless its own manifest says otherwise', () => {
  const [full, first] = chainOf(100, '0@100', '1@110').levels;
  if (!full || !first) throw new TypeError('two levels');
  const [zero, one] = pointsOf([{ t0: 100, levels: [{ ...full, complete: false }, first] }]);
  expect([zero?.complete, one?.complete]).toEqual([false, true]);
});

test('a thousand levels are walked at once', () => {
  const chain = chainOf(1, ...Array.from({ length: 1000 }, (_, level) => `${level}@${level + 1}`));
  const descent = descend(chain, { id: { t0: 1, level: 999, t: 1000 } });
  expect(descent.ok && descent.levels.length).toBe(1000);
  expect(descend(chain, { id: { t0: 1, level: 999, t: 5 } })).toMatchObject({ ok: false, missing: 999 });
});
