/** Days since 1970-01-01, as integers. No zones: a day of the calendar on the wall. */
export type DayNumber = number;

const DAY = 86_400_000;

export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export const dayNumber = (year: number, month: number, day: number): DayNumber => Date.UTC(year, month - 1, day) / DAY;

export function calendarDay(number: DayNumber): CalendarDay {
  const date = new Date(number * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Monday is 0. */
export const weekdayOf = (number: DayNumber): number => (((number + 3) % 7) + 7) % 7;

/** ISO 8601: the week of a day is that of its Thursday. */
export function isoWeek(number: DayNumber): number {
  const thursday = number - weekdayOf(number) + 3;
  return Math.floor((thursday - dayNumber(calendarDay(thursday).year, 1, 1)) / 7) + 1;
}
