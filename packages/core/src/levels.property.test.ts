import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Chain, type LevelEntry, pickChain, pointsOf, resolvePoint, strandedLevels } from './chain.ts';
import { decideLevel, type LevelRequest, nextTime } from './levels.ts';

type Settings = Omit<LevelRequest, 'chains' | 'now'>;

const limit = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined });
const settings: fc.Arbitrary<Settings> = fc.record({
  maxLevel: limit,
  alwaysLevel: limit,
  restartAlwaysLevelDays: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  incremental: fc.boolean(),
  noIncremental: fc.constantFrom(false, false, false, true),
});
/** Runs whose settings may change from one to the next, with clocks that may stand still or go back a little. */
const runs = fc.array(fc.record({ settings, seconds: fc.integer({ min: -200, max: 200_000 }) }), { minLength: 1, maxLength: 20 });

function history(made: readonly { readonly settings: Settings; readonly seconds: number }[]): Chain[] {
  const chains: { t0: number; levels: LevelEntry[] }[] = [];
  let now = 1_795_243_884;
  let last: number | undefined;
  for (const run of made) {
    now = Math.max(now + run.seconds, (last ?? 0) - 250);
    const t = nextTime(now, last);
    const decision = decideLevel({ ...run.settings, chains, now });
    if (decision.kind === 'full') chains.push({ t0: t, levels: [{ id: { t0: t, level: 0, t }, superseded: false }] });
    else chains.find(({ t0 }) => t0 === decision.base.id.t0)?.levels.push({ id: { t0: decision.base.id.t0, level: decision.level, t }, superseded: false });
    last = t;
  }
  return chains;
}

const entriesOf = (chains: readonly Chain[]): LevelEntry[] => chains.flatMap(({ levels }) => levels);

test('whatever the settings and clocks, each run gives one more point of its own time, and all of them can be restored', () => {
  fc.assert(
    fc.property(runs, (made) => {
      const chains = history(made);
      expect(pointsOf(chains)).toHaveLength(made.length);
      expect(strandedLevels(chains)).toEqual([]);
      expect(new Set(entriesOf(chains).map(({ id }) => id.t)).size).toBe(made.length);
    }),
  );
});

test('N23, N24: each date gives the newest run at or before it, in whatever order the levels are listed', () => {
  fc.assert(
    fc.property(
      runs.chain((made) => fc.tuple(fc.constant(history(made)), fc.constantFrom(-1, 0, 1), fc.nat(), fc.integer())),
      ([chains, offset, pick, order]) => {
        const times = entriesOf(chains).map(({ id }) => id.t);
        const at = (times[pick % times.length] ?? 0) + offset;
        const mixed = chains.map(({ t0, levels }) => ({ t0, levels: levels.toSorted((a, b) => ((a.id.t * order) % 7) - ((b.id.t * order) % 7)) })).toReversed();
        const expected = times.filter((t) => t <= at);
        if (expected.length === 0) expect(() => resolvePoint(mixed, { set: 'h_n', at })).toThrow(/no restore point at or before/);
        else expect(resolvePoint(mixed, { set: 'h_n', at }).id.t).toBe(Math.max(...expected));
      },
    ),
  );
});

test('a limit is never passed, and an increment always stands on the level below in the newest chain', () => {
  fc.assert(
    fc.property(runs, settings, (made, wanted) => {
      const chains = history(made);
      const decision = decideLevel({ ...wanted, chains, now: 1_900_000_000 });
      if (decision.kind === 'full') return;
      expect(wanted.noIncremental).toBe(false);
      expect(decision.level).toBeLessThanOrEqual(wanted.alwaysLevel || wanted.maxLevel || Number.POSITIVE_INFINITY);
      expect(decision.base.id).toMatchObject({ t0: pickChain(chains)?.t0, level: decision.level - 1 });
    }),
  );
});
