import { zoneOffset } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextRuns, nextTime } from './next-run.ts';
import { parseSchedule, type ScheduleKeys } from './parse-schedule.ts';
import type { Plan } from './trigger.ts';
import { instantOf, segmentAt, wallAt } from './zone-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2020, 0, 1);
const UNTIL = Date.UTC(2041, 0, 1);

const zones = Intl.supportedValuesOf('timeZone');
const zone = fc.constantFrom(...zones);
const instant = fc.integer({ min: FROM / 1000, max: UNTIL / 1000 }).map((seconds) => seconds * 1000);

function planOf(schedule: ScheduleKeys, ofZone: string): Plan {
  const reading = parseSchedule(schedule, { zone: ofZone, jitter: 0, misfireGrace: 0 });
  if (!reading.ok) throw new Error(reading.problem);
  return reading.plan;
}

/** Instants at which the clock of a zone is turned. */
function turnsOf(ofZone: string, from: number, until: number): number[] {
  const turns: number[] = [];
  for (let segment = segmentAt(from, ofZone); segment.until < until; segment = segmentAt(segment.until, ofZone)) {
    if (segmentAt(segment.until, ofZone).offset !== segment.offset) turns.push(segment.until);
  }
  return turns;
}

describe('clocks of zones', () => {
  it('say what Intl says', () => {
    fc.assert(
      fc.property(zone, instant, (one, at) => {
        expect(wallAt(at, one) - at).toBe(zoneOffset(at / 1000, one) * 1000);
      }),
      { numRuns: 200 },
    );
  });

  it('a reading leads back to its instant, or to the first of two', () => {
    fc.assert(
      fc.property(zone, instant, (one, at) => {
        const reading = instantOf(wallAt(at, one), one);
        expect(wallAt(reading.at, one)).toBe(wallAt(at, one));
        expect(reading.at).toBeLessThanOrEqual(at);
        if (reading.at !== at) expect(reading.kind).toBe('repeated');
      }),
      { numRuns: 200 },
    );
  });

  it('N44: a time of the day comes once on each day, at each change of the clock of each zone from 2020 to 2040', () => {
    let changes = 0;
    for (const [index, one] of zones.entries()) {
      // Each zone in some of the years; together all of them.
      const from = Date.UTC(2020 + (index % 20), 0, 1);
      for (const turn of turnsOf(one, from, from + 370 * DAY)) {
        changes += 1;
        const wall = Math.max(wallAt(turn - 1, one), wallAt(turn, one));
        const minutes = Math.floor(((wall % DAY) - 30 * 60_000 + DAY) % DAY) / 60_000;
        const plan = planOf({ schedule_hour: String(Math.floor(minutes / 60)), schedule_minute: String(Math.floor(minutes % 60)) }, one);
        const times = nextRuns(plan, turn - 3 * DAY, { anchor: 0, count: 6 });
        const days = times.map((time) => Math.floor(wallAt(time, one) / DAY));
        // One each day; the first after the gap may already be the next day's, where the clock skips midnight.
        expect(new Set(times).size).toBe(6);
        for (const [at, day] of days.entries()) expect(Math.abs(day - ((days[0] ?? 0) + at))).toBeLessThanOrEqual(1);
        for (let at = 1; at < times.length; at += 1) {
          const apart = (times[at] ?? 0) - (times[at - 1] ?? 0);
          expect(apart).toBeGreaterThan(DAY - 3 * HOUR);
          expect(apart).toBeLessThan(DAY + 3 * HOUR);
        }
      }
    }
    expect(changes).toBeGreaterThan(150);
  });

  it('what comes every quarter of an hour never pauses', () => {
    fc.assert(
      fc.property(zone, instant, (one, from) => {
        const [turn = from] = turnsOf(one, from, from + 400 * DAY);
        const plan = planOf({ schedule_minute: '*/15' }, one);
        let last = turn - 3 * HOUR;
        for (let count = 0; count < 24; count += 1) {
          const next = nextTime(plan.trigger, last, { zone: one, anchor: 0 }) ?? Number.NaN;
          expect(next).toBeGreaterThan(last);
          if (count > 0) expect(next - last).toBeLessThanOrEqual(15 * 60_000);
          last = next;
        }
      }),
      { numRuns: 100 },
    );
  });

  it('the next time is the first one: nothing lies between, and asked from there it is not found again', () => {
    const number = (low: number, high: number) => fc.integer({ min: low, max: high }).map(String);
    const fields = fc.record(
      {
        schedule_hour: fc.oneof(number(0, 23), fc.constantFrom('1-4', '*/6')),
        schedule_minute: fc.oneof(number(0, 59), fc.constant('*/20')),
        schedule_day_of_week: number(0, 6),
      },
      { requiredKeys: ['schedule_hour'] },
    );
    fc.assert(
      fc.property(zone, instant, fields, (one, from, schedule) => {
        const plan = planOf(schedule, one);
        const next = nextTime(plan.trigger, from, { zone: one, anchor: 0 }) ?? Number.NaN;
        expect(next).toBeGreaterThan(from);
        const middle = from + Math.floor((next - from) / 2);
        expect(nextTime(plan.trigger, middle, { zone: one, anchor: 0 })).toBe(next);
        expect(nextTime(plan.trigger, next - 1, { zone: one, anchor: 0 })).toBe(next);
      }),
      { numRuns: 200 },
    );
  });
});
