import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Chain, type LevelEntry, type Point, pointsOf } from './chain.ts';
import { planRetention, type RetentionPlan, type RetentionPolicy } from './retention.ts';

const DAY = 86_400;
const NOW = Date.parse('2026-11-21T12:00:00Z') / 1000;

/** Chains as runs make them: each run a full, the next level, or the top level once more. */
const histories = fc
  .array(fc.record({ hours: fc.integer({ min: 1, max: 400 }), step: fc.constantFrom('full', 'next', 'again'), complete: fc.boolean() }), { maxLength: 25 })
  .map((runs): Chain[] => {
    const chains: { t0: number; levels: LevelEntry[] }[] = [];
    let t = NOW - runs.reduce((sum, { hours }) => sum + hours * 3600, 0);
    for (const { hours, step, complete } of runs) {
      t += hours * 3600;
      const chain = chains.at(-1);
      const top = chain?.levels.at(-1)?.id.level ?? 0;
      if (chain === undefined || step === 'full') chains.push({ t0: t, levels: [{ id: { t0: t, level: 0, t }, superseded: false, complete }] });
      else chain.levels.push({ id: { t0: chain.t0, level: step === 'next' ? top + 1 : Math.max(1, top), t }, superseded: false, complete });
    }
    return chains;
  });
const count = fc.integer({ min: 0, max: 4 });
const rules = fc
  .record({
    removeOlderThanDays: fc.integer({ min: 0, max: 60 }),
    keepLast: count,
    keepHourly: count,
    keepDaily: count,
    keepWeekly: count,
    keepMonthly: count,
    keepYearly: count,
  })
  .filter((policy) => Object.values(policy).some((value) => value > 0));

const keyOf = ({ id }: { readonly id: LevelEntry['id'] }): string => `${id.t0}/${id.level}_${id.t}`;
const keysOf = (decisions: RetentionPlan['keep']): string[] => decisions.map(({ entry }) => keyOf(entry));
const plan = (points: readonly Point[], policy: RetentionPolicy, now = NOW): RetentionPlan => planRetention(points, { zone: 'UTC', ...policy }, { now });

test('every point is decided once, with a reason', () => {
  fc.assert(
    fc.property(histories, rules, (chains, policy) => {
      const points = pointsOf(chains);
      const { keep, remove } = plan(points, policy);
      expect([...keysOf(keep), ...keysOf(remove)].toSorted()).toEqual(points.map(keyOf).toSorted());
      expect([...keep, ...remove].every(({ reasons }) => reasons.length > 0)).toBe(true);
    }),
  );
});

test('the newest point and the newest complete one are kept', () => {
  fc.assert(
    fc.property(histories, rules, (chains, policy) => {
      const points = pointsOf(chains);
      const kept = keysOf(plan(points, policy).keep);
      for (const point of [points.at(-1), points.findLast(({ complete }) => complete)]) if (point) expect(kept).toContain(keyOf(point));
    }),
  );
});

test('no kept point is orphaned, at no moment of the removal, forced or not', () => {
  fc.assert(
    fc.property(histories, rules, fc.boolean(), (chains, policy, force) => {
      const points = pointsOf(chains);
      const { keep, remove } = plan(points, { ...policy, force });
      const present = new Set(points.map(keyOf));
      for (const { entry } of [{ entry: undefined }, ...remove]) {
        if (entry) present.delete(keyOf(entry));
        for (const point of points.filter((candidate) => present.has(keyOf(candidate))))
          expect(point.levels.every((level) => present.has(keyOf(level)))).toBe(true);
      }
      expect([...present].toSorted()).toEqual(keysOf(keep).toSorted());
    }),
  );
});

test('a shorter age never removes less, a larger count never keeps less', () => {
  fc.assert(
    fc.property(histories, rules, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.boolean(), (chains, policy, days, more, force) => {
      const points = pointsOf(chains);
      const removed = (change: RetentionPolicy): string[] => keysOf(plan(points, { ...policy, force, removeOlderThanDays: days, ...change }).remove);
      expect(removed({})).toEqual(expect.arrayContaining(removed({ removeOlderThanDays: days + more })));
      expect(removed({})).toEqual(expect.arrayContaining(removed({ keepDaily: policy.keepDaily + more, keepLast: policy.keepLast + 1 })));
    }),
  );
});

test('a second run finds nothing more to remove', () => {
  fc.assert(
    fc.property(histories, rules, (chains, policy) => {
      const kept = plan(pointsOf(chains), policy).keep.flatMap(({ point }) => (point ? [point] : []));
      expect(plan(kept, policy).remove).toEqual([]);
    }),
  );
});

test('the order in which the points come does not matter', () => {
  fc.assert(
    fc.property(
      histories.chain((chains) => fc.tuple(fc.constant(chains), fc.shuffledSubarray(pointsOf(chains), { minLength: pointsOf(chains).length }))),
      rules,
      ([chains, shuffled], policy) => expect(plan(shuffled, policy)).toEqual(plan(pointsOf(chains), policy)),
    ),
  );
});

test('in a zone that is some hours off, points as many hours off are decided alike', () => {
  fc.assert(
    fc.property(histories, rules, fc.integer({ min: -12, max: 12 }), (chains, policy, hours) => {
      const shift = <T extends LevelEntry>(entry: T): T => ({
        ...entry,
        id: { t0: entry.id.t0 - hours * 3600, level: entry.id.level, t: entry.id.t - hours * 3600 },
      });
      const points = pointsOf(chains);
      const shifted = points.map((point) => ({ ...shift(point), levels: point.levels.map(shift) }));
      // The sign of these names is that of POSIX: Etc/GMT-3 is three hours ahead.
      const zone = `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
      const indexes = (of: readonly Point[], { keep }: RetentionPlan): number[] => keysOf(keep).map((key) => of.findIndex((point) => keyOf(point) === key));
      expect(indexes(shifted, plan(shifted, { ...policy, zone }, NOW - hours * 3600))).toEqual(indexes(points, plan(points, policy)));
    }),
  );
});

/** What the rules say, written down without any cleverness. */
function naive(points: readonly Point[], policy: Record<'removeOlderThanDays' | 'keepLast' | 'keepDaily' | 'keepMonthly', number>): string[] {
  const complete = points.filter((point) => point.complete).toSorted((a, b) => b.id.t - a.id.t);
  const newestOf = (text: (iso: string) => string, wanted: number): Point[] => {
    const periods = [...new Set(complete.map(({ id }) => text(new Date(id.t * 1000).toISOString())))].slice(0, wanted);
    return periods.flatMap((period) => complete.find(({ id }) => text(new Date(id.t * 1000).toISOString()) === period) ?? []);
  };
  const wanted = new Set([
    ...complete.slice(0, Math.max(1, policy.keepLast)),
    ...newestOf((iso) => iso.slice(0, 10), policy.keepDaily),
    ...newestOf((iso) => iso.slice(0, 7), policy.keepMonthly),
    ...points.filter(({ id }) => id.t > NOW - policy.removeOlderThanDays * DAY),
    ...points.toSorted((a, b) => b.id.t - a.id.t).slice(0, 1),
  ]);
  return points.filter((point) => [...wanted].some(({ levels }) => levels.some((level) => keyOf(level) === keyOf(point)))).map(keyOf);
}

test('is what a naive reading of the rules gives', () => {
  fc.assert(
    fc.property(histories, rules, (chains, { removeOlderThanDays, keepLast, keepDaily, keepMonthly }) => {
      const policy = { removeOlderThanDays, keepLast: keepLast + 1, keepDaily, keepMonthly };
      expect(keysOf(plan(pointsOf(chains), policy).keep)).toEqual(naive(pointsOf(chains), policy));
    }),
  );
});

test('what is pinned stays with its base, forced or not, and changes nothing for what is kept without it', () => {
  fc.assert(
    fc.property(histories, rules, fc.boolean(), fc.integer({ min: 0, max: 7 }), (chains, policy, force, seed) => {
      const points = pointsOf(chains);
      const isPinned = ({ t }: LevelEntry['id']): boolean => (Math.floor(t / 3600) + seed) % 5 === 0;
      const { keep } = planRetention(points, { zone: 'UTC', ...policy, force }, { now: NOW, pinned: (id) => (isPinned(id) ? 'pinned' : undefined) });
      const kept = new Set(keysOf(keep));
      for (const point of points.filter(({ id }) => isPinned(id))) for (const level of point.levels) expect(kept.has(keyOf(level))).toBe(true);
      for (const key of keysOf(planRetention(points, { zone: 'UTC', ...policy, force }, { now: NOW }).keep)) expect(kept.has(key)).toBe(true);
    }),
  );
});
