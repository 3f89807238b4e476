import { FreezerError } from './errors.ts';

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d(?::\d\d)?)?)?$/;
const HOUR_SECONDS = 3600;

/** An instant that somebody wrote. */
export interface ParsedDate {
  /** Whole seconds since the Unix epoch. */
  readonly at: number;
  /** What had to be decided, in one line: the hour occurs twice, or not at all. */
  readonly note?: string;
}

/**
 * Reads `YYYY-MM-DDThh:mm:ss` (a blank for the T, seconds left out, and a date alone, meaning 00:00:00, are fine; fractions of a second are cut).
 * With `Z` or `+hh:mm` that instant; without, the clock of `zone` (IANA name; default: that of the process).
 * A time that occurs twice is the later one; one that the clock skips is the first instant after the gap; both give a note.
 * Fails with `invalid`.
 */
export function parseDate(text: string, options: { readonly zone?: string | undefined } = {}): ParsedDate {
  const match = FORM.exec(text.trim());
  const wall = match ? wallSeconds(match.slice(1, 7).map((part) => Number(part ?? 0))) : undefined;
  const offset = match?.[7] === undefined ? undefined : offsetSeconds(match[7]);
  if (wall !== undefined && !Number.isNaN(offset)) {
    const parsed = offset === undefined ? instantOf(wall, text.trim(), options.zone) : { at: wall - offset };
    if (parsed.at >= 0) return parsed;
  }
  const given = text.slice(0, 60).replaceAll(/\s+/g, ' ');
  throw new FreezerError('invalid', `date '${given}': is no date since 1970; allowed: YYYY-MM-DDThh:mm:ss, with Z or +hh:mm, or without a zone for local time`);
}

function wallSeconds(parts: readonly number[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 1900 || hour > 23 || minute > 59 || second > 59) return undefined;
  const wall = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC takes 30 February for 2 March.
  return wall.getUTCMonth() === month - 1 && wall.getUTCDate() === day ? wall.getTime() / 1000 : undefined;
}

/** NaN when it is none. */
function offsetSeconds(text: string): number {
  if (text === 'Z') return 0;
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
  const sum = hours * HOUR_SECONDS + minutes * 60 + seconds;
  return text.startsWith('-') ? -sum : sum;
}

function instantOf(wall: number, text: string, zone: string | undefined): ParsedDate {
  // An offset is between -12 and +14 hours, and a clock is not turned twice in three days.
  const offsets = [-36, -12, 0, 12, 36].map((hours) => zoneOffset(wall + hours * HOUR_SECONDS, zone));
  const instants = [...new Set(offsets)].map((offset) => wall - offset).filter((at) => at + zoneOffset(at, zone) === wall);
  const where = zone ?? 'local time';
  if (instants.length === 0) {
    const at = firstAfterGap(wall, zone);
    return { at, note: `date '${text}' does not exist in ${where}, where the clock is put forward; ${formatLocal(at, zone)} is taken` };
  }
  const at = Math.max(...instants);
  return instants.length === 1
    ? { at }
    : { at, note: `date '${text}' occurs twice in ${where}, where the clock is put back; the later one, ${formatLocal(at, zone)}, is taken` };
}

/** The first instant whose clock shows more than `wall`, which no clock shows. */
function firstAfterGap(wall: number, zone: string | undefined): number {
  let before = wall - 36 * HOUR_SECONDS;
  let after = wall + 36 * HOUR_SECONDS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (middle + zoneOffset(middle, zone) < wall) before = middle;
    else after = middle;
  }
  return after;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const field = 'numeric';
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: field,
      month: field,
      day: field,
      hour: field,
      minute: field,
      second: field,
    });
    formats.set(zone, made);
    return made;
  } catch (error) {
    throw new FreezerError('invalid', `time zone '${zone}': is not known here; allowed: an IANA name such as Europe/Berlin`, { cause: error });
  }
}

/** How far the clock of a zone (default: of the process) is ahead of UTC at an instant, in seconds. Fails with `invalid` for a zone that is not known. */
export function zoneOffset(at: number, zone?: string): number {
  const date = new Date(at * 1000);
  if (zone === undefined) {
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()) / 1000 - Math.floor(at);
  }
  if (zone === 'UTC') return 0;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(date)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(at);
}

/** `2026-11-21T15:34:27Z`. */
export const formatUtc = (at: number): string => `${new Date(Math.floor(at) * 1000).toISOString().slice(0, -5)}Z`;

/** `2026-11-21T16:34:27+01:00`: the clock of a zone (default: of the process) with its offset. `parseDate` reads it back. */
export function formatLocal(at: number, zone?: string): string {
  const offset = zoneOffset(at, zone);
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  const ahead = Math.abs(offset);
  const seconds = ahead % 60 === 0 ? '' : `:${two(ahead % 60)}`;
  return `${formatUtc(at + offset).slice(0, -1)}${offset < 0 ? '-' : '+'}${two(ahead / HOUR_SECONDS)}:${two((ahead % HOUR_SECONDS) / 60)}${seconds}`;
}
