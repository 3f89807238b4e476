import { describe, expect, test } from '@jest/globals';
import { type Chain, type LevelEntry, pointsOf, strandedLevels } from './chain.ts';
import { planRetention, type RetentionPlan, type RetentionPolicy } from './retention.ts';

const DAY = 86_400;
const NOW = Date.parse('2026-11-21T12:00:00Z') / 1000;
const daysAgo = (days: number): number => NOW - days * DAY;

const entryOf = (t0: number, level: number, t: number, complete?: boolean): LevelEntry => ({ id: { t0, level, t }, superseded: false, complete });
const fullOf = (days: number, complete?: boolean): Chain => ({ t0: daysAgo(days), levels: [entryOf(daysAgo(days), 0, daysAgo(days), complete)] });
/** A full and one increment a day after it. */
const chainOf = (days: number, increments: number): Chain => ({
  t0: daysAgo(days),
  levels: Array.from({ length: increments + 1 }, (_, level) => entryOf(daysAgo(days), level, daysAgo(days - level))),
});

const plan = (chains: readonly Chain[], policy: RetentionPolicy): RetentionPlan =>
  planRetention(pointsOf(chains), { zone: 'UTC', ...policy }, { now: NOW, stranded: strandedLevels(chains) });
const ages = (decisions: RetentionPlan['keep']): string => decisions.map(({ entry }) => `${entry.id.level}@${(NOW - entry.id.t) / DAY}`).join(' ');

describe('age', () => {
  test('N12: a full of 40 days with daily increments stays whole for 30 days', () => {
    const { keep, remove } = plan([chainOf(40, 39)], { removeOlderThanDays: 30 });
    expect(remove).toEqual([]);
    expect(keep).toHaveLength(40);
    expect(keep[0]?.reasons).toEqual([`kept: needed by 11_${daysAgo(29)} and 28 more`]);
  });

  test('an old chain goes whole, its top first, so that a stop half-way strands nothing', () => {
    const { keep, remove } = plan([chainOf(40, 2), chainOf(5, 1)], { removeOlderThanDays: 30 });
    expect(ages(remove)).toBe('2@38 1@39 0@40');
    expect(ages(keep)).toBe('0@5 1@4');
    expect(remove[0]?.reasons).toEqual(['goes: older than 30 days']);
  });

  test('old repeated tops that nothing needs go out of a chain that stays', () => {
    const always: Chain = { t0: daysAgo(40), levels: [0, 1, 2, 3].map((age) => entryOf(daysAgo(40), Math.min(age, 1), daysAgo(40 - age * 12))) };
    expect(ages(plan([always], { removeOlderThanDays: 20 }).remove)).toBe('1@28');
  });

  test('the limit is inclusive, fractions count, and a date wins over an age', () => {
    const chains = [fullOf(3), fullOf(2), fullOf(1)];
    expect(ages(plan(chains, { removeOlderThanDays: 2 }).remove)).toBe('0@3 0@2');
    expect(ages(plan(chains, { removeOlderThanDays: 2.5 }).remove)).toBe('0@3');
    expect(ages(plan(chains, { removeOlderThanDays: 0.5, removeFromDate: daysAgo(3) }).remove)).toBe('0@3');
    expect(plan(chains, { removeFromDate: daysAgo(3) }).remove[0]?.reasons).toEqual(['goes: not newer than 2026-11-18T12:00:00Z']);
  });

  test('the last complete point stays unless forced', () => {
    const chains = [fullOf(60), fullOf(50)];
    const { keep } = plan(chains, { removeOlderThanDays: 30 });
    expect(ages(keep)).toBe('0@50');
    expect(keep[0]?.reasons[0]).toContain('the last complete point');
    expect(ages(plan(chains, { removeOlderThanDays: 30, force: true }).remove)).toBe('0@60 0@50');
  });
});

describe('N15: points that are not complete', () => {
  const chains = [fullOf(60), fullOf(50, false), fullOf(40, false), fullOf(20, false)];

  test('go by age, and are not taken for the last complete point', () => {
    const { keep, remove } = plan(chains, { removeOlderThanDays: 30 });
    expect(ages(keep)).toBe('0@60 0@20');
    expect(remove.map(({ reasons }) => reasons[0])).toEqual(['goes: incomplete, and older than 30 days', 'goes: incomplete, and older than 30 days']);
  });

  test('the newest one stays even when it is old', () => {
    expect(ages(plan(chains, { removeOlderThanDays: 10 }).keep)).toBe('0@60 0@20');
    expect(ages(plan(chains, { removeOlderThanDays: 10, force: true }).keep)).toBe('');
  });

  test('fill no period, and without an age limit stay while nothing complete is newer', () => {
    expect(ages(plan(chains, { keepLast: 1 }).keep)).toBe('0@60 0@50 0@40 0@20');
    expect(ages(plan([...chains, fullOf(10)], { keepLast: 1 }).keep)).toBe('0@10');
    expect(ages(plan([fullOf(2), fullOf(1), fullOf(0.9, false)], { keepDaily: 1 }).keep)).toBe('0@1 0@0.9');
  });

  test('are kept when a kept point stands on them', () => {
    const base = entryOf(daysAgo(40), 0, daysAgo(40), false);
    const chain = { t0: daysAgo(40), levels: [base, entryOf(daysAgo(40), 1, daysAgo(1))] };
    expect(ages(plan([chain, fullOf(2)], { keepLast: 1 }).keep)).toBe('0@40 1@1');
  });
});

describe('periods', () => {
  const at = (...texts: string[]): Chain[] => texts.map((text) => Date.parse(text) / 1000).map((t) => ({ t0: t, levels: [entryOf(t, 0, t)] }));
  const kept = (chains: Chain[], policy: RetentionPolicy): string[] =>
    plan(chains, policy).keep.flatMap(({ entry, reasons }) => `${new Date(entry.id.t * 1000).toISOString().slice(0, 16)} ${reasons.join(', ')}`);

  test('the newest of each, newest periods first, periods without a point are not counted', () => {
    const chains = at('2026-11-10T01:00Z', '2026-11-15T01:00Z', '2026-11-20T01:00Z', '2026-11-20T23:00Z', '2026-11-21T01:00Z');
    expect(kept(chains, { keepDaily: 3 })).toEqual([
      '2026-11-15T01:00 kept: daily 2026-11-15',
      '2026-11-20T23:00 kept: daily 2026-11-20',
      '2026-11-21T01:00 kept: daily 2026-11-21',
    ]);
    expect(kept(chains, { keepLast: 2 })).toEqual(['2026-11-20T23:00 kept: last 2 of 2', '2026-11-21T01:00 kept: last 1 of 2']);
    expect(kept(chains, { keepMonthly: 2, keepYearly: 1 })).toEqual(['2026-11-21T01:00 kept: monthly 2026-11, kept: yearly 2026']);
    expect(plan(chains, { keepLast: 1 }).remove[0]?.reasons).toEqual(['goes: kept by no rule']);
  });

  test('weeks are those of ISO 8601, also around New Year', () => {
    expect(kept(at('2026-12-27T12:00Z', '2026-12-28T12:00Z', '2027-01-03T12:00Z', '2027-01-04T12:00Z'), { keepWeekly: 3 })).toEqual([
      '2026-12-27T12:00 kept: weekly 2026-W52',
      '2027-01-03T12:00 kept: weekly 2026-W53',
      '2027-01-04T12:00 kept: weekly 2027-W01',
    ]);
  });

  test('days are those of the zone, and the hour that occurs twice is two hours', () => {
    const chains = at('2026-10-24T22:30Z', '2026-10-25T00:30Z', '2026-10-25T01:30Z');
    expect(kept(chains, { keepDaily: 2, zone: 'Europe/Berlin' })).toHaveLength(1);
    expect(kept(chains, { keepDaily: 2, zone: 'UTC' })).toHaveLength(2);
    expect(kept(chains, { keepHourly: 2, zone: 'Europe/Berlin' })).toEqual([
      '2026-10-25T00:30 kept: hourly 2026-10-25T02+02:00',
      '2026-10-25T01:30 kept: hourly 2026-10-25T02+01:00',
    ]);
  });

  test('with an age limit both keep', () => {
    expect(ages(plan([fullOf(100), fullOf(50), fullOf(1)], { removeOlderThanDays: 30, keepMonthly: 2 }).keep)).toBe('0@50 0@1');
  });
});

test('levels that cannot be restored go by age, and else stay', () => {
  const broken = { t0: daysAgo(40), levels: [entryOf(daysAgo(40), 2, daysAgo(39))] };
  expect(ages(plan([broken, fullOf(1)], { removeOlderThanDays: 30 }).remove)).toBe('2@39');
  expect(ages(plan([broken, fullOf(1)], { keepLast: 1 }).keep)).toBe('0@1 2@39');
});

test.each<RetentionPolicy>([
  {},
  { keepLast: 0 },
  { keepDaily: -1 },
  { keepLast: 1.5 },
  { removeOlderThanDays: -1 },
  { removeOlderThanDays: Number.NaN },
  { removeFromDate: Number.NaN },
])('N13, N14: a policy without rule or with a number that is none is refused: %j', (policy) => {
  expect(() => plan([fullOf(1)], policy)).toThrow(/allowed: |is no time/);
});

describe('pins', () => {
  const pinnedAt =
    (...pins: readonly number[]) =>
    ({ t }: LevelEntry['id']): string | undefined =>
      pins.includes(t) ? 'pinned: audit' : undefined;
  const planPinned = (chains: readonly Chain[], policy: RetentionPolicy, ...pins: readonly number[]): RetentionPlan =>
    planRetention(pointsOf(chains), { zone: 'UTC', ...policy }, { now: NOW, stranded: strandedLevels(chains), pinned: pinnedAt(...pins) });

  test('a pinned point stays with what it needs, also when forced; what stands above it goes', () => {
    const { keep, remove } = planPinned([chainOf(40, 3), fullOf(1)], { removeOlderThanDays: 0, force: true }, daysAgo(39));
    expect(ages(keep)).toBe('0@40 1@39');
    expect(keep.map(({ reasons }) => reasons)).toEqual([[`kept: needed by 1_${daysAgo(39)}`], ['kept: pinned: audit']]);
    expect(ages(remove)).toBe('3@37 2@38 0@1');
  });

  test('a pin fills no place of another rule', () => {
    const chains = [fullOf(30), fullOf(2), fullOf(1)];
    expect(ages(planPinned(chains, { keepLast: 2 }, daysAgo(30)).keep)).toBe('0@30 0@2 0@1');
    expect(ages(planPinned(chains, { keepLast: 1 }, daysAgo(1)).keep)).toBe('0@1');
  });

  test('of a pinned level that cannot be restored all that is left below it stays', () => {
    const chain = chainOf(40, 3);
    const gap: Chain = { ...chain, levels: chain.levels.filter(({ id }) => id.level !== 2) };
    const { keep, remove } = planPinned([gap, fullOf(1)], { removeOlderThanDays: 0, force: true }, daysAgo(37));
    expect(ages(keep)).toBe('0@40 1@39 3@37');
    expect(keep.at(-1)?.reasons).toEqual(['kept: pinned: audit']);
    expect(keep[0]?.reasons).toContain(`kept: 3_${daysAgo(37)} above it is pinned`);
    expect(ages(remove)).toBe('0@1');
  });
});
