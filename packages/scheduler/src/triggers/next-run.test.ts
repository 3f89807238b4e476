import { describe, expect, it } from '@jest/globals';
import { dueTime, nextRun, nextRuns, nextTime, pastTimes } from './next-run.ts';
import { parseSchedule, type ScheduleKeys } from './parse-schedule.ts';
import type { Plan } from './trigger.ts';

const at = (text: string): number => Date.parse(text);
const CREATED = at('2026-01-05T10:00:00Z');

function planOf(schedule: ScheduleKeys, zone = 'UTC'): Plan {
  const reading = parseSchedule(schedule, { zone, jitter: 0, misfireGrace: 3600 });
  if (!reading.ok) throw new Error(reading.problem);
  return reading.plan;
}

function runs(schedule: ScheduleKeys, after: string, count: number, zone = 'UTC'): string[] {
  return nextRuns(planOf(schedule, zone), at(after), { anchor: CREATED, count }).map((time) => new Date(time).toISOString().replace('.000Z', 'Z'));
}

function problemOf(schedule: ScheduleKeys): string {
  const reading = parseSchedule(schedule, { zone: 'UTC', jitter: 0, misfireGrace: 3600 });
  return reading.ok ? '' : reading.problem;
}

describe('dates', () => {
  it.each([
    ['2026-03-01T12:00:00', 'UTC', '2026-03-01T12:00:00Z'],
    ['2026-03-01T12:00:00', 'Asia/Tokyo', '2026-03-01T03:00:00Z'],
    ['2026-03-01T12:00:00Z', 'Asia/Tokyo', '2026-03-01T12:00:00Z'],
    ['2026-03-01T12:00:00+05:30', 'Asia/Tokyo', '2026-03-01T06:30:00Z'],
    ['2026-03-01T12:00:00-0800', 'UTC', '2026-03-01T20:00:00Z'],
    ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
  ])('%s in %s', (schedule_date, zone, expected) => {
    expect(runs({ schedule_date }, '2026-01-01T00:00:00Z', 2, zone)).toEqual([expected]);
  });

  it('reads half a second as half a second', () => {
    expect(nextRun(planOf({ schedule_date: '2026-03-01T12:00:00.5Z' }), 0, { anchor: 0 })).toBe(at('2026-03-01T12:00:00.500Z'));
  });

  it('takes a start date alone for the one date', () => {
    expect(runs({ schedule_start_date: '2030-01-01T00:00:00' }, '2026-01-01T00:00:00Z', 2)).toEqual(['2030-01-01T00:00:00Z']);
  });

  it.each(['tomorrow', '2026-02-30T00:00:00', '99999-01-01T00:00:00', '2026-01-01T25:00:00', '2026-01-01T00:00:00+25:00'])('refuses %s', (schedule_date) => {
    expect(problemOf({ schedule_date })).toMatch(/^schedule_date: '/);
  });

  it('prefers the date to an interval, and an interval to cron fields', () => {
    expect(planOf({ schedule_date: '2026-03-01T12:00:00', schedule_interval: '1 days', schedule_hour: '3' }).trigger.kind).toBe('once');
    expect(planOf({ schedule_interval: '1 hours', schedule_hour: '3' }).trigger.kind).toBe('every');
  });

  it('knows a job without schedule', () => {
    expect(planOf({}).trigger).toEqual({ kind: 'at-once' });
    expect(planOf({ schedule_interval: '', schedule_hour: null }).trigger).toEqual({ kind: 'at-once' });
  });
});

describe('intervals', () => {
  it('count from the start date, also from one that is past', () => {
    const schedule = { schedule_interval: '1 days', schedule_start_date: '2026-02-01T02:00:00' };
    expect(runs(schedule, '2026-03-01T06:51:38Z', 2)).toEqual(['2026-03-02T02:00:00Z', '2026-03-03T02:00:00Z']);
    expect(runs(schedule, '2026-01-01T00:00:00Z', 2)).toEqual(['2026-02-01T02:00:00Z', '2026-02-02T02:00:00Z']);
  });

  it('count from when the job was made, without start date', () => {
    expect(runs({ schedule_interval: '6 hours' }, '2026-01-05T10:00:30Z', 2)).toEqual(['2026-01-05T16:00:00Z', '2026-01-05T22:00:00Z']);
    expect(runs({ schedule_interval: '6 hours' }, '2026-01-09T15:59:59Z', 1)).toEqual(['2026-01-09T16:00:00Z']);
  });

  it('end with the end date, which is one of them', () => {
    const schedule = { schedule_interval: '1 hours', schedule_start_date: '2026-02-01T00:00:00', schedule_end_date: '2026-02-01T02:00:00' };
    expect(runs(schedule, '2026-01-01T00:00:00Z', 9)).toEqual(['2026-02-01T00:00:00Z', '2026-02-01T01:00:00Z', '2026-02-01T02:00:00Z']);
    expect(runs({ schedule_interval: '1 hours', schedule_end_date: '2026-01-05T11:30:00' }, '2026-01-05T10:00:00Z', 9)).toEqual(['2026-01-05T11:00:00Z']);
  });

  it('ignore an end before the start, and say so', () => {
    const reading = parseSchedule(
      { schedule_interval: '1 hours', schedule_start_date: '2026-02-01T00:00:00', schedule_end_date: '2026-01-01T02:00:00' },
      { zone: 'UTC', jitter: 0, misfireGrace: 0 },
    );
    expect(reading).toMatchObject({ ok: true, warnings: ['schedule_end_date: lies before schedule_start_date and is ignored'] });
  });

  it.each([
    ['1 day', { kind: 'calendar-step', days: 1, months: 0 }],
    ['2 weeks', { kind: 'calendar-step', days: 14, months: 0 }],
    ['3 months', { kind: 'calendar-step', days: 0, months: 3 }],
    ['5  minutes', { kind: 'every', milliseconds: 300_000 }],
    ['PT1H30M', { kind: 'every', milliseconds: 5_400_000 }],
    ['P1DT12H', { kind: 'every', milliseconds: 129_600_000 }],
    ['P1Y2M', { kind: 'calendar-step', days: 0, months: 14 }],
    ['continuous', { kind: 'continuous' }],
  ])('%s', (schedule_interval, trigger) => {
    expect(planOf({ schedule_interval }).trigger).toEqual(trigger);
  });

  it.each(['every day', '0 minutes', '-1 hours', '1.5 hours', 'P', 'PT', 'P1MT1H', '5 fortnights', '99999999 days', 'PT0S'])(
    'refuses %s',
    (schedule_interval) => {
      expect(problemOf({ schedule_interval })).toMatch(/^schedule_interval: '/);
    },
  );

  it('a month after the 31st is the last day of the month', () => {
    expect(runs({ schedule_interval: '1 month', schedule_start_date: '2026-01-31T01:00:00' }, '2026-01-01T00:00:00Z', 4)).toEqual([
      '2026-01-31T01:00:00Z',
      '2026-02-28T01:00:00Z',
      '2026-03-31T01:00:00Z',
      '2026-04-30T01:00:00Z',
    ]);
  });

  it('A4: of days keep the time of day over both changes of the clock, of hours the distance', () => {
    const daily = { schedule_interval: '1 days', schedule_start_date: '2026-03-27T02:30:00' };
    expect(runs(daily, '2026-03-28T00:00:00Z', 3, 'Europe/Berlin')).toEqual(['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']);
    expect(runs(daily, '2026-10-24T00:00:00Z', 3, 'Europe/Berlin')).toEqual(['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']);
    const hours = { schedule_interval: '24 hours', schedule_start_date: '2026-03-27T02:30:00' };
    expect(runs(hours, '2026-03-29T00:00:00Z', 1, 'Europe/Berlin')).toEqual(['2026-03-29T01:30:00Z']);
  });
});

describe('cron fields', () => {
  it.each<[ScheduleKeys, string[]]>([
    [{ schedule_hour: '3' }, ['2026-01-05T03:00:00Z', '2026-01-06T03:00:00Z']],
    [{ schedule_minute: '25' }, ['2026-01-05T00:25:00Z', '2026-01-05T01:25:00Z']],
    [{ schedule_hour: 3, schedule_minute: 30 }, ['2026-01-05T03:30:00Z', '2026-01-06T03:30:00Z']],
    [{ schedule_day_of_week: 'mon, wed , fri' }, ['2026-01-05T00:00:00Z', '2026-01-07T00:00:00Z']],
    [{ schedule_day_of_week: '0' }, ['2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z']],
    [{ schedule_day_of_week: '6' }, ['2026-01-11T00:00:00Z', '2026-01-18T00:00:00Z']],
    [{ schedule_day_of_week: 'tue-thu' }, ['2026-01-06T00:00:00Z', '2026-01-07T00:00:00Z']],
    [{ schedule_month: 'feb,JUN' }, ['2026-02-01T00:00:00Z', '2026-06-01T00:00:00Z']],
    [{ schedule_month: '3-9/3' }, ['2026-03-01T00:00:00Z', '2026-06-01T00:00:00Z']],
    [{ schedule_day: 'last' }, ['2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z']],
    [{ schedule_day: '2nd fri' }, ['2026-01-09T00:00:00Z', '2026-02-13T00:00:00Z']],
    [{ schedule_day: 'last sun' }, ['2026-01-25T00:00:00Z', '2026-02-22T00:00:00Z']],
    [{ schedule_day: '5th sat' }, ['2026-01-31T00:00:00Z', '2026-05-30T00:00:00Z']],
    [{ schedule_day: '1, last', schedule_hour: '4' }, ['2026-01-31T04:00:00Z', '2026-02-01T04:00:00Z']],
    [{ schedule_week: '53' }, ['2026-12-28T00:00:00Z', '2026-12-29T00:00:00Z']],
    [{ schedule_week: '2', schedule_day_of_week: 'sun', schedule_hour: '5' }, ['2026-01-11T05:00:00Z', '2027-01-17T05:00:00Z']],
    [{ schedule_year: '2028', schedule_month: '2', schedule_day: '29' }, ['2028-02-29T00:00:00Z']],
    [{ schedule_year: '2020' }, []],
    [{ schedule_second: '*/30' }, ['2026-01-05T00:00:00Z', '2026-01-05T00:00:30Z']],
    [{ schedule_cron: '30 2 * * 0' }, ['2026-01-11T02:30:00Z', '2026-01-18T02:30:00Z']],
    [{ schedule_cron: '30 2 * * 7' }, ['2026-01-11T02:30:00Z', '2026-01-18T02:30:00Z']],
    [{ schedule_cron: '0 4 * * fri-sun' }, ['2026-01-09T04:00:00Z', '2026-01-10T04:00:00Z']],
    [{ schedule_cron: '0 0 13 * 5' }, ['2026-01-09T00:00:00Z', '2026-01-13T00:00:00Z']],
  ])('%j', (schedule, expected) => {
    expect(runs(schedule, '2026-01-04T23:59:59.999Z', 2)).toEqual(expected);
  });

  it.each<[ScheduleKeys, RegExp]>([
    [{ schedule_day: 'mon' }, /^schedule_day: 'mon' is no day; .*schedule_day_of_week/],
    [{ schedule_day: 'mon, wed, fri' }, /^schedule_day: 'mon'/],
    [{ schedule_day_of_week: '7' }, /^schedule_day_of_week: '7' is outside 0 to 6/],
    [{ schedule_hour: '24' }, /^schedule_hour: '24' is outside 0 to 23/],
    [{ schedule_hour: '5-3' }, /^schedule_hour: '5-3' begins after its end/],
    [{ schedule_minute: '*/0' }, /^schedule_minute: '\*\/0' has a step/],
    [{ schedule_minute: '1,,2' }, /^schedule_minute: ''/],
    [{ schedule_month: '2', schedule_day: '30' }, /there is no such day in any year/],
    [{ schedule_cron: '* * *' }, /^schedule_cron: '\* \* \*' has not five fields/],
    [{ schedule_cron: '61 * * * *' }, /^schedule_cron: '61' is outside 0 to 59/],
    [{ schedule_timezone: 'Mars/Olympus', schedule_hour: '1' }, /^schedule_timezone: 'Mars\/Olympus' is not known/],
    [{ schedule_timezone: '+02:00', schedule_hour: '1' }, /^schedule_timezone: /],
    [{ schedule_overlap: 'both' }, /^schedule_overlap: 'both' is not known; allowed: skip, queue, kill-old/],
    [{ schedule_blackout: ['noon'] }, /^schedule_blackout: 'noon' is no time/],
    [{ schedule_blackout: 'x' }, /^schedule_blackout: is no list/],
    [{ schedule_jitter: -1 }, /^schedule_jitter: '-1'/],
    [{ schedule_hour: ['3'] }, /^schedule_hour: is no text/],
  ])('%j is wrong', (schedule, expected) => {
    expect(problemOf(schedule)).toMatch(expected);
    expect(problemOf(schedule)).not.toContain('\n');
  });

  it('begin with the start date and end with the end date', () => {
    const schedule = { schedule_hour: '3', schedule_start_date: '2026-02-01T03:00:00', schedule_end_date: '2026-02-02T03:00:00' };
    expect(runs(schedule, '2026-01-01T00:00:00Z', 9)).toEqual(['2026-02-01T03:00:00Z', '2026-02-02T03:00:00Z']);
  });

  it('A3, N44: a daily 02:30 runs once over the spring change, at the first moment after it', () => {
    expect(runs({ schedule_hour: '2', schedule_minute: '30' }, '2026-03-28T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:30:00Z',
    ]);
  });

  it('A4, N44: a daily 02:30 runs once over the autumn change, at the first 02:30', () => {
    expect(runs({ schedule_hour: '2', schedule_minute: '30' }, '2026-10-24T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
    expect(runs({ schedule_hour: '2', schedule_minute: '30' }, '2026-10-25T01:10:00Z', 1, 'Europe/Berlin')).toEqual(['2026-10-26T01:30:00Z']);
  });

  it('A4: every quarter of an hour runs eight times between 02:00 and 03:00 of the autumn change', () => {
    const times = runs({ schedule_minute: '*/15' }, '2026-10-24T23:59:59Z', 8, 'Europe/Berlin').map(at);
    expect(times.map((time) => (time - at('2026-10-25T00:00:00Z')) / 900_000)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('every hour at 07 skips nothing and adds nothing where an hour is missing', () => {
    expect(runs({ schedule_minute: '7' }, '2026-03-29T00:00:00Z', 2, 'Europe/Berlin')).toEqual(['2026-03-29T00:07:00Z', '2026-03-29T01:07:00Z']);
  });

  it('knows clocks that are turned by half an hour, and a day that was left out', () => {
    expect(runs({ schedule_hour: '2', schedule_minute: '15' }, '2026-10-03T00:00:00Z', 1, 'Australia/Lord_Howe')).toEqual(['2026-10-03T15:30:00Z']);
    expect(runs({ schedule_hour: '12' }, '2011-12-29T23:00:00Z', 2, 'Pacific/Apia')).toEqual(['2011-12-30T10:00:00Z', '2011-12-30T22:00:00Z']);
  });
});

describe('keys without effect', () => {
  it.each<[ScheduleKeys, string[]]>([
    [{ schedule_date: '2030-01-01T00:00:00', schedule_hour: '3' }, ['schedule_hour: has no effect beside schedule_date']],
    [
      { schedule_interval: '1 days', schedule_hour: '3', schedule_start_date: '2030-01-01T00:00:00' },
      ['schedule_hour: has no effect beside schedule_interval'],
    ],
    [{ schedule_cron: '0 3 * * *', schedule_minute: '3' }, ['schedule_minute: has no effect beside schedule_cron']],
    [{ schedule_end_date: '2030-01-01T00:00:00' }, ['schedule_end_date: has no effect without schedule_interval or cron fields']],
    [{ schedule_hour: '3', schedule_end_date: '2030-01-01T00:00:00' }, []],
  ])('%j', (schedule, warnings) => {
    expect(parseSchedule(schedule, { zone: 'UTC', jitter: 0, misfireGrace: 0 })).toMatchObject({ ok: true, warnings });
  });
});

describe('jitter and blackouts', () => {
  it('jitter is fixed for a job, within its limit, and spread', () => {
    const plan = planOf({ schedule_hour: '2', schedule_jitter: 600 });
    const planned = at('2026-01-06T02:00:00Z');
    const delays = Array.from({ length: 1000 }, (_, index) => (dueTime(plan, planned, { jobId: `job${index}`, salt: 'h' }) ?? 0) - planned);
    expect(dueTime(plan, planned, { jobId: 'job7', salt: 'h' })).toBe(planned + (delays[7] ?? -1));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(600_000);
    const quarters = [0, 1, 2, 3].map((part) => delays.filter((delay) => Math.floor(delay / 150_001) === part).length);
    for (const count of quarters) expect(count).toBeGreaterThan(180);
  });

  it('a time in a blackout runs at its end, and several there are one run', () => {
    expect(runs({ schedule_interval: '1 hours', schedule_blackout: ['mon-fri 08:00-18:00'] }, '2026-01-06T06:30:00Z', 4)).toEqual([
      '2026-01-06T07:00:00Z',
      '2026-01-06T18:00:00Z',
      '2026-01-06T19:00:00Z',
      '2026-01-06T20:00:00Z',
    ]);
  });

  it('goes over midnight, by the clock of the zone, and joins neighbours', () => {
    const schedule = { schedule_hour: '23', schedule_blackout: ['22:00-02:00', '02:00-03:00'] };
    expect(runs(schedule, '2026-01-06T00:00:00Z', 2, 'Asia/Tokyo')).toEqual(['2026-01-06T18:00:00Z', '2026-01-07T18:00:00Z']);
    expect(runs({ schedule_hour: '12', schedule_blackout: ['2026-12-24T00:00:00/2026-12-27T06:00:00'] }, '2026-12-23T12:00:00Z', 2)).toEqual([
      '2026-12-27T06:00:00Z',
      '2026-12-27T12:00:00Z',
    ]);
  });

  it('blackouts without end leave no run', () => {
    expect(runs({ schedule_hour: '12', schedule_blackout: ['00:00-24:00'] }, '2026-12-23T12:00:00Z', 2)).toEqual([]);
  });
});

describe('times that have come', () => {
  it.each<[ScheduleKeys, string, string, number]>([
    [{ schedule_interval: '1 hours' }, '2026-01-05T11:00:00Z', '2026-01-05T13:00:00Z', 3],
    [{ schedule_hour: '2' }, '2026-01-06T02:00:00Z', '2026-01-09T02:00:00Z', 4],
    [{ schedule_interval: '1 days' }, '2026-01-06T10:00:00Z', '2026-01-08T10:00:00Z', 3],
  ])('%j', (schedule, first, latest, count) => {
    expect(pastTimes(planOf(schedule), at(first), { now: at(latest) + 1_200_000, anchor: CREATED })).toEqual({ latest: at(latest), count });
  });

  it('never go back behind the first, when the clock was put back', () => {
    const first = at('2026-01-05T11:00:00Z');
    expect(pastTimes(planOf({ schedule_interval: '1 hours' }), first, { now: first - 7_000_000, anchor: CREATED })).toEqual({ latest: first, count: 1 });
  });

  it('finds the last of very many', () => {
    const { latest } = pastTimes(planOf({ schedule_second: '*/2' }), at('2026-01-05T00:00:00Z'), { now: at('2026-06-01T00:00:01Z'), anchor: CREATED });
    expect(new Date(latest).toISOString()).toBe('2026-06-01T00:00:00.000Z');
  });

  it('nextTime is always after what it is asked for', () => {
    const plan = planOf({ schedule_interval: '3 seconds' });
    const first = nextTime(plan.trigger, CREATED, { zone: 'UTC', anchor: CREATED });
    expect(first).toBe(CREATED + 3000);
    expect(nextTime(plan.trigger, CREATED + 3000, { zone: 'UTC', anchor: CREATED })).toBe(CREATED + 6000);
  });
});
