import { weekdayOf } from './calendar.ts';
import { WEEKDAYS } from './cron-expression.ts';
import { readScheduleDate } from './schedule-date.ts';
import type { Blackout, Instant } from './trigger.ts';
import { instantOf, wallAt } from './zone-clock.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const WEEKLY = /^(?:(?<days>[a-z, -]+?) +)?(?<from>\d\d?:\d\d) *- *(?<to>\d\d?:\d\d)$/;
const ALLOWED = "allowed: '08:00-18:00', 'mon-fri 08:00-18:00', 'sat,sun 00:00-24:00', or two dates as 2026-12-24T00:00:00/2026-12-27T00:00:00";

/** `mon-fri 08:00-18:00`, by the clock of the job's zone, or `DATE/DATE`. A text says why it is none. */
export function readBlackout(text: string, zone: string): Blackout | string {
  const slash = text.indexOf('/');
  if (slash >= 0) return readDates(text.slice(0, slash), text.slice(slash + 1), zone);
  const { days, from: fromText = '', to: toText = '' } = WEEKLY.exec(text.trim().toLowerCase())?.groups ?? {};
  const [from, to] = [minutesOf(fromText), minutesOf(toText)];
  const weekdays = days === undefined ? EVERY_DAY : weekdaysOf(days);
  if (from === undefined || to === undefined || !weekdays || from === 1440) return `'${text.slice(0, 60)}' is no time; ${ALLOWED}`;
  return from === to ? `'${text.slice(0, 60)}' has no length; a whole day is 00:00-24:00` : { kind: 'weekly', weekdays, from, to };
}

function readDates(first: string, second: string, zone: string): Blackout | string {
  const [from, to] = [readScheduleDate(first, zone), readScheduleDate(second, zone)];
  if (typeof from === 'string') return from;
  if (typeof to === 'string') return to;
  return from < to ? { kind: 'dates', from, to } : `'${first.slice(0, 30)}/${second.slice(0, 30)}' ends before it begins`;
}

function minutesOf(text: string): number | undefined {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(':').map(Number);
  const sum = hours * 60 + minutes;
  return minutes <= 59 && sum <= 1440 ? sum : undefined;
}

function weekdaysOf(text: string): readonly number[] | undefined {
  const days = new Set<number>();
  const numberOf = (word: string): number => WEEKDAYS.indexOf(word.trim());
  for (const part of text.split(',')) {
    const [first = '', last = first, ...rest] = part.split('-');
    const [from, to] = [numberOf(first), numberOf(last)];
    if (from < 0 || to < 0 || rest.length > 0) return undefined;
    // `fri-mon` goes over the end of the week.
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  }
  return [...days];
}

/** Where the blackout that holds `at` ends; undefined: it holds it not. */
function endOf(blackout: Blackout, at: Instant, zone: string): Instant | undefined {
  if (blackout.kind === 'dates') return at >= blackout.from && at < blackout.to ? blackout.to : undefined;
  const wall = wallAt(at, zone);
  const today = Math.floor(wall / DAY);
  // One of yesterday may last until today.
  for (const day of [today, today - 1]) {
    if (!blackout.weekdays.includes(weekdayOf(day))) continue;
    const from = day * DAY + blackout.from * MINUTE;
    const to = day * DAY + (blackout.to <= blackout.from ? blackout.to + 1440 : blackout.to) * MINUTE;
    if (wall < from || wall >= to) continue;
    const reading = instantOf(to, zone);
    // In the second pass of a repeated hour the first end is over already; the second comes as much later as the hour is long.
    if (reading.at > at) return reading.at;
    return at + (to - wall);
  }
  return undefined;
}

/** More than there can be one after the other before they count as endless. */
const MOST = 1000;

/** `at`, or the end of the blackouts that hold it; undefined: they never end. */
export function afterBlackouts(blackouts: readonly Blackout[], at: Instant, zone: string): Instant | undefined {
  let time = at;
  for (let count = 0; count < MOST; count += 1) {
    const end = blackouts.map((blackout) => endOf(blackout, time, zone)).find((one) => one !== undefined);
    if (end === undefined) return time;
    time = end;
  }
  return undefined;
}
