import { calendarDay, dayNumber, daysInMonth } from './calendar.ts';
import type { Instant, Trigger } from './trigger.ts';
import { instantOf, type WallTime, wallAt } from './zone-clock.ts';

const DAY = 86_400_000;
/** A century. */
const LONGEST_DAYS = 36_525;
const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 };
const WORDS = /^(?<count>\d{1,9})\s+(?<unit>second|minute|hour|day|week|month)s?$/i;
const ISO =
  /^P(?:(?<years>\d{1,4})Y)?(?:(?<months>\d{1,5})M)?(?:(?<weeks>\d{1,5})W)?(?:(?<days>\d{1,6})D)?(?:T(?:(?<hours>\d{1,7})H)?(?:(?<minutes>\d{1,9})M)?(?:(?<seconds>\d{1,10})S)?)?$/i;

/** An interval, without its bounds. */
export type IntervalTrigger = Extract<Trigger, { readonly kind: 'continuous' | 'every' | 'calendar-step' }>;

const ALLOWED = "allowed: 'continuous', 'N seconds|minutes|hours|days|weeks|months' with N of 1 and more, or an ISO 8601 duration as PT6H";

/** `continuous`, `6 hours`, `1 day`, `PT6H`, `P1M`. What is no interval gives the reason. */
export function readInterval(text: string): IntervalTrigger | string {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === 'continuous') return { kind: 'continuous' };
  const words = WORDS.exec(trimmed)?.groups;
  const trigger = words ? ofWords(Number(words['count']), (words['unit'] ?? '').toLowerCase()) : ofIso(trimmed);
  if (trigger === undefined) return `'${text.slice(0, 60)}' is no interval; ${ALLOWED}`;
  const days = trigger.kind === 'every' ? trigger.milliseconds / DAY : trigger.days + trigger.months * 30;
  if (days === 0) return `'${text.slice(0, 60)}' is no time at all; ${ALLOWED}`;
  return days > LONGEST_DAYS ? `'${text.slice(0, 60)}' is longer than a hundred years` : trigger;
}

type Step = Exclude<IntervalTrigger, { readonly kind: 'continuous' }>;

function ofWords(count: number, unit: string): Step {
  const seconds = SECONDS[unit];
  if (seconds !== undefined) return { kind: 'every', milliseconds: count * seconds * 1000 };
  if (unit === 'month') return { kind: 'calendar-step', days: 0, months: count };
  return { kind: 'calendar-step', days: unit === 'week' ? count * 7 : count, months: 0 };
}

function ofIso(text: string): Step | undefined {
  const groups = ISO.exec(text)?.groups;
  if (!groups || !/\d/.test(text) || /T$/i.test(text)) return undefined;
  const part = (name: string): number => Number(groups[name] ?? 0);
  const months = part('years') * 12 + part('months');
  const days = part('weeks') * 7 + part('days');
  const seconds = part('hours') * 3600 + part('minutes') * 60 + part('seconds');
  if (seconds === 0) return months > 0 && days > 0 ? undefined : { kind: 'calendar-step', days, months };
  // Months have no length to which hours could be added.
  return months > 0 ? undefined : { kind: 'every', milliseconds: days * DAY + seconds * 1000 };
}

/** The first of `anchor + k * milliseconds`, k of `least` and more, that is after `after`. */
export function nextEvery(milliseconds: number, anchor: Instant, least: number, after: Instant): Instant {
  return anchor + Math.max(least, Math.floor((after - anchor) / milliseconds) + 1) * milliseconds;
}

/** As `nextEvery`, by the calendar: the time of day stays, whatever the clock is turned. */
export function nextCalendarStep(
  step: { readonly days: number; readonly months: number },
  { anchor, least, after, zone }: { readonly anchor: Instant; readonly least: number; readonly after: Instant; readonly zone: string },
): Instant {
  const origin = wallAt(anchor, zone);
  // At most as many as there are: months and the days of a turned clock are taken for long.
  const length = step.days + step.months * 31;
  let count = Math.max(least, Math.floor((after - anchor) / DAY / length) - 1);
  for (;;) {
    const at = count === 0 ? anchor : instantOf(stepped(origin, step, count), zone).at;
    if (at > after) return at;
    count += 1;
  }
}

function stepped(origin: WallTime, { days, months }: { readonly days: number; readonly months: number }, count: number): WallTime {
  const number = Math.floor(origin / DAY);
  const time = origin - number * DAY;
  if (months === 0) return (number + days * count) * DAY + time;
  const { year, month, day } = calendarDay(number);
  const total = year * 12 + month - 1 + months * count;
  const [toYear, toMonth] = [Math.floor(total / 12), (total % 12) + 1];
  // The 31st of January and a month is the last of February; and another month the 31st of March again.
  return dayNumber(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth))) * DAY + time;
}
