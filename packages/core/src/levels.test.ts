import { describe, expect, test } from '@jest/globals';
import type { Chain, LevelEntry } from './chain.ts';
import { FreezerError } from './errors.ts';
import { decideLevel, type LevelRequest, nextTime } from './levels.ts';

const DAY = 86_400;
const START = 1_795_243_884;

/** Runs a set `runs` times, a day apart, as the agent does: each decision adds its level. */
function levelsOfRuns(runs: number, settings: Omit<LevelRequest, 'chains' | 'now'>, everySeconds = DAY): { levels: string; chains: Chain[] } {
  const chains: Chain[] = [];
  const made: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const now = START + run * everySeconds;
    const decision = decideLevel({ ...settings, chains, now });
    const level = decision.kind === 'full' ? 0 : decision.level;
    made.push(level);
    if (decision.kind === 'full') chains.push({ t0: now, levels: [entryOf(now, 0, now)] });
    else {
      const chain = chains.find(({ t0 }) => t0 === decision.base.id.t0);
      if (!chain) throw new TypeError('a base of no chain');
      chains.splice(chains.indexOf(chain), 1, { t0: chain.t0, levels: [...chain.levels, entryOf(chain.t0, level, now)] });
    }
  }
  return { levels: made.join(' '), chains };
}

const entryOf = (t0: number, level: number, t: number): LevelEntry => ({ id: { t0, level, t }, superseded: false });

describe('sequences', () => {
  test.each([
    ['nothing asks', {}, '0 0 0 0'],
    ['incremental', { incremental: true }, '0 1 2 3 4 5 6'],
    ['max_level 2', { maxLevel: 2 }, '0 1 2 0 1 2 0'],
    ['always_level 2', { alwaysLevel: 2 }, '0 1 2 2 2 2 2'],
    ['always_level 1', { alwaysLevel: 1 }, '0 1 1 1'],
    ['always_level wins over max_level', { alwaysLevel: 2, maxLevel: 1 }, '0 1 2 2'],
    ['no_incremental', { noIncremental: true, maxLevel: 2, alwaysLevel: 2, incremental: true }, '0 0 0'],
    ['0 is not set', { maxLevel: 0, alwaysLevel: 0, restartAlwaysLevelDays: 0 }, '0 0'],
    ['restart counts from the full', { alwaysLevel: 2, restartAlwaysLevelDays: 4 }, '0 1 2 2 0 1 2 2 0'],
    ['restart needs no always_level', { incremental: true, restartAlwaysLevelDays: 3 }, '0 1 2 0 1 2 0'],
    ['restart alone asks for no increments', { restartAlwaysLevelDays: 3 }, '0 0 0'],
  ])('%s', (_name, settings, expected) => {
    expect(levelsOfRuns(expected.split(' ').length, settings).levels).toBe(expected);
  });

  test('each repeated top level stands on the one entry below it', () => {
    const { chains } = levelsOfRuns(6, { alwaysLevel: 2 });
    const decision = decideLevel({ chains, now: START + 7 * DAY, alwaysLevel: 2 });
    expect(decision).toMatchObject({ kind: 'increment', level: 2, base: { id: { level: 1, t: START + DAY } } });
  });
});

describe('decideLevel', () => {
  const chain = (...levels: LevelEntry[]): Chain => ({ t0: 100, levels });
  const full = entryOf(100, 0, 100);

  test('a chain with a gap, without level 0, or with a huge level number gives a full with its reason', () => {
    const decide = (...levels: LevelEntry[]) => decideLevel({ chains: [chain(...levels)], now: 200, incremental: true });
    expect(decide(full, entryOf(100, 2, 120))).toMatchObject({ kind: 'full', reason: 'level 1 of the newest chain is missing' });
    expect(decide(entryOf(100, 1, 110))).toMatchObject({ kind: 'full', reason: 'the newest chain has no level 0' });
    expect(decide()).toMatchObject({ kind: 'full' });
    expect(decide(full, entryOf(100, 999_999_999, 120))).toMatchObject({ kind: 'full', reason: 'level 1 of the newest chain is missing' });
    expect(decide(full, { ...entryOf(100, 1, 120), base: { level: 0, t: 90 } })).toMatchObject({
      kind: 'full',
      reason: 'level 0 of the newest chain is missing',
    });
  });

  test('only the newest chain counts: an older sound one is not continued', () => {
    const older = { t0: 50, levels: [entryOf(50, 0, 50)] };
    expect(decideLevel({ chains: [chain(entryOf(100, 1, 110)), older], now: 200, incremental: true }).kind).toBe('full');
    expect(decideLevel({ chains: [older, chain(full)], now: 200, incremental: true })).toMatchObject({ base: { id: { t0: 100 } } });
  });

  test('N22: a base that cannot be built upon gives a full that says why', () => {
    const decision = decideLevel({ chains: [chain(full)], now: 200, incremental: true, baseUsable: ({ id }) => `the pass file is not that of ${id.t}` });
    expect(decision).toMatchObject({ kind: 'full', reason: 'the pass file is not that of 100' });
    expect(decideLevel({ chains: [chain(full)], now: 200, incremental: true, baseUsable: () => true }).kind).toBe('increment');
  });

  test('a lowered always_level starts again', () => {
    const decision = decideLevel({ chains: [chain(full, entryOf(100, 1, 110), entryOf(100, 2, 120))], now: 200, alwaysLevel: 1 });
    expect(decision).toMatchObject({ kind: 'full', reason: expect.stringContaining('above always_level 1') });
  });

  test('warns of two limits, and of incremental without one from level 30', () => {
    expect(decideLevel({ chains: [], now: 200, alwaysLevel: 1, maxLevel: 2 }).warnings).toHaveLength(1);
    const deep = (top: number) => chain(...Array.from({ length: top + 1 }, (_, level) => entryOf(100, level, 100 + level)));
    expect(decideLevel({ chains: [deep(28)], now: 200, incremental: true }).warnings).toEqual([]);
    expect(decideLevel({ chains: [deep(29)], now: 200, incremental: true }).warnings).toEqual([expect.stringContaining('level 30')]);
    expect(decideLevel({ chains: [deep(29)], now: 200, maxLevel: 40, incremental: true }).warnings).toEqual([]);
  });

  test.each([{ maxLevel: -1 }, { alwaysLevel: 1.5 }, { restartAlwaysLevelDays: Number.NaN }])('refuses %j', (settings) => {
    expect(() => decideLevel({ chains: [], now: 200, ...settings })).toThrow(/allowed: /);
  });
});

describe('nextTime', () => {
  test('is now, or one second after the newest', () => {
    expect(nextTime(1000.9, undefined)).toBe(1000);
    expect(nextTime(1000, 900)).toBe(1000);
    expect(nextTime(1000, 1000)).toBe(1001);
    expect(nextTime(1000, 1300)).toBe(1301);
  });

  test('N44: a clock that is far behind is refused with both times, unless forced', () => {
    let failure: unknown;
    try {
      nextTime(1000, 1301);
    } catch (error) {
      failure = error;
    }
    expect(FreezerError.is(failure, 'conflict')).toBe(true);
    expect(String(failure)).toMatch(/1970-01-01T00:16:40Z.*1970-01-01T00:21:41Z/);
    expect(nextTime(1000, 1301, { force: true })).toBe(1302);
  });

  test('N44: two runs in the hour that is repeated have different times', () => {
    const first = Date.parse('2026-10-25T00:30:00Z') / 1000;
    expect(nextTime(first + 3600, first)).toBe(first + 3600);
  });
});
