import { calendarDay, type DayNumber, dayNumber, daysInMonth, isoWeek, weekdayOf } from './calendar.ts';
import type { CronDay, CronFields, Instant } from './trigger.ts';
import { instantOf, segmentAt, type WallTime, wallAt } from './zone-clock.ts';

const HOUR = 3_600_000;
const DAY_SECONDS = 86_400;
/** After so many years the calendar is the same again: what did not come by then never comes. */
const CALENDAR_YEARS = 400;
const LAST_YEAR = 9999;
const ALL_HOURS = 24;
/** Farther than the clocks of all zones are apart. */
const APART = 36 * HOUR;

/** The first time after `after`; undefined: there is none. */
export function nextCron(fields: CronFields, after: Instant, zone: string): Instant | undefined {
  return fields.hour.length === ALL_HOURS ? nextByTheHour(fields, after, zone) : nextByTheClock(fields, after, zone);
}

/** A time of the day comes once a day: repeated by the clock it is the first, skipped by it the first instant after the gap. */
function nextByTheClock(fields: CronFields, after: Instant, zone: string): Instant | undefined {
  let wall = nextWall(fields, wallAt(after, zone));
  while (wall !== undefined) {
    const { at, until } = instantOf(wall, zone);
    if (at > after) return at;
    wall = nextWall(fields, until === undefined ? wall : until - 1);
  }
  return undefined;
}

/** What comes every hour goes on while the clock is turned: in a repeated hour it comes again, in a skipped one it does not. */
function nextByTheHour(fields: CronFields, after: Instant, zone: string): Instant | undefined {
  let { offset, until } = segmentAt(after, zone);
  let wall = nextWall(fields, after + offset);
  for (let isFirst = true; wall !== undefined; isFirst = false) {
    if (wall - offset < until) return wall - offset;
    // What was repeated at the end of the first segment may fit again; later the way to the next candidate is free.
    const from: Instant = isFirst ? until : Math.max(until, wall - APART);
    ({ offset, until } = segmentAt(from, zone));
    wall = nextWall(fields, from + offset - 1);
  }
  return undefined;
}

/** The first reading of the clock after `after` that fits; a whole second. */
function nextWall(fields: CronFields, after: WallTime): WallTime | undefined {
  const second = Math.floor(after / 1000) + 1;
  const today = Math.floor(second / DAY_SECONDS);
  const first = nextDay(fields, today);
  const time = first === today ? nextTime(fields, second - today * DAY_SECONDS) : undefined;
  if (time !== undefined) return (today * DAY_SECONDS + time) * 1000;
  const day = first === today ? nextDay(fields, today + 1) : first;
  const earliest = nextTime(fields, 0);
  return day === undefined || earliest === undefined ? undefined : (day * DAY_SECONDS + earliest) * 1000;
}

/** Seconds of the day. */
function nextTime({ hour, minute, second }: CronFields, from: number): number | undefined {
  const [fromHour, fromMinute, fromSecond] = [Math.floor(from / 3600), Math.floor(from / 60) % 60, from % 60];
  for (const h of hour) {
    if (h < fromHour) continue;
    for (const m of minute) {
      if (h === fromHour && m < fromMinute) continue;
      const s = h === fromHour && m === fromMinute ? second.find((value) => value >= fromSecond) : second[0];
      if (s !== undefined) return h * 3600 + m * 60 + s;
    }
  }
  return undefined;
}

function nextDay(fields: CronFields, from: DayNumber): DayNumber | undefined {
  const start = calendarDay(from);
  const last = Math.min(LAST_YEAR, fields.year?.at(-1) ?? start.year + CALENDAR_YEARS);
  let { year, month, day } = start;
  while (year <= last) {
    if (fields.year && !fields.year.includes(year)) {
      [year, month, day] = [fields.year.find((value) => value > year) ?? last + 1, 1, 1];
      continue;
    }
    if (!fields.month || fields.month.includes(month)) {
      const found = dayInMonth(fields, year, month, day);
      if (found !== undefined) return found;
    }
    [year, month, day] = month === 12 ? [year + 1, 1, 1] : [year, month + 1, 1];
  }
  return undefined;
}

function dayInMonth(fields: CronFields, year: number, month: number, from: number): DayNumber | undefined {
  const length = daysInMonth(year, month);
  const first = dayNumber(year, month, 1);
  for (let day = from; day <= length; day += 1) {
    const number = first + day - 1;
    if (fitsDay(fields, number, day, length) && (!fields.week || fields.week.includes(isoWeek(number)))) return number;
  }
  return undefined;
}

function fitsDay({ day: days, dayOfWeek, anyDay }: CronFields, number: DayNumber, day: number, length: number): boolean {
  const weekday = weekdayOf(number);
  const fitsMonth = !days || days.days.includes(day) || days.counted.some((one) => isCounted(one, { day, weekday, length }));
  const fitsWeek = !dayOfWeek || dayOfWeek.includes(weekday);
  return anyDay ? fitsMonth || fitsWeek : fitsMonth && fitsWeek;
}

function isCounted(counted: CronDay, { day, weekday, length }: { readonly day: number; readonly weekday: number; readonly length: number }): boolean {
  if (counted.kind === 'last') return day === length;
  if (weekday !== counted.weekday) return false;
  return counted.position === 5 ? day > length - 7 : Math.floor((day - 1) / 7) === counted.position;
}
