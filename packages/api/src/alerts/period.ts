import type { Item } from '../documents/item.ts';

const SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 };
const HOUR = 3600;
const DAY = 86_400;

/** From the coarsest to the finest field of a calendar rule: how far apart its runs are at most when that field is fixed. */
const FIELDS = [
  ['schedule_year', 366 * DAY],
  ['schedule_month', 366 * DAY],
  ['schedule_week', 366 * DAY],
  ['schedule_day', 31 * DAY],
  ['schedule_day_of_week', 7 * DAY],
  ['schedule_hour', DAY],
  ['schedule_minute', HOUR],
  ['schedule_second', 60],
] as const;

const CRON_FIELDS = [HOUR, DAY, 31 * DAY, 366 * DAY, 7 * DAY];

/** Seconds that lie between two runs of a schedule, at most; undefined when it runs once, or without end. */
export function periodOf(schedule: Item): number | undefined {
  const { schedule_interval: interval, schedule_cron: cron } = schedule;
  if (typeof interval === 'string') {
    const [, count, unit = ''] = /^(\d+) +(\w+)$/.exec(interval) ?? [];
    const seconds = SECONDS[unit];
    return count === undefined || seconds === undefined ? undefined : Number(count) * seconds;
  }
  if (typeof cron === 'string') {
    const periods = cron
      .trim()
      .split(/\s+/)
      .map((field, index) => (field.startsWith('*') ? 60 : (CRON_FIELDS[index] ?? 60)));
    return Math.max(...periods);
  }
  const coarsest = FIELDS.find(([key]) => typeof schedule[key] === 'string' && !String(schedule[key]).trim().startsWith('*'));
  return coarsest?.[1];
}
