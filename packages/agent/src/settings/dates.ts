const DATE = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i;

/** An instant that was read from a text. */
export interface ReadDate {
  /** Seconds since the Unix epoch. */
  readonly at: number;
  /** What had to be decided: an hour that occurs twice, or never. */
  readonly note?: string;
}

interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

function fieldsOf(match: RegExpExecArray): Fields | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const utc = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const real = year >= 1970 && utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return real ? { year, month, day, hour, minute, second } : undefined;
}

const asUtc = (fields: Fields): number => Date.UTC(fields.year, fields.month - 1, fields.day, fields.hour, fields.minute, fields.second);

function zoneMinutes(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** What is added to local time to get UTC, at an instant: what `Date.getTimezoneOffset` says, in milliseconds. */
type OffsetAt = (milliseconds: number) => number;

const offsetHere: OffsetAt = (milliseconds) => new Date(milliseconds).getTimezoneOffset() * 60_000;

function localInstant(fields: Fields, text: string, offsetAt: OffsetAt): ReadDate {
  const local = asUtc(fields);
  // The clock may have been put forward or back within a day around it.
  const [before = 0, after = 0] = [local - 86_400_000, local + 86_400_000].map((near) => local + offsetAt(near));
  const instants = [...new Set([before, after])].filter((instant) => instant - offsetAt(instant) === local).sort((one, other) => one - other);
  const [first, second] = instants;
  if (second !== undefined) return { at: second / 1000, note: `'${text}' occurs twice on that day; the later one is taken` };
  if (first !== undefined) return { at: first / 1000 };
  return { at: before / 1000, note: `'${text}' does not occur on that day, the clock was put forward; ${new Date(before).toISOString()} is taken` };
}

/**
 * Reads `YYYY-MM-DDThh:mm:ss`, in local time, or with `Z` or an offset such as `+02:00`. Undefined when it is not such a date.
 * Of an hour that occurs twice the later one is taken, which keeps more; `note` says so.
 */
export function readDate(text: string, offsetAt: OffsetAt = offsetHere): ReadDate | undefined {
  const match = DATE.exec(text.trim());
  const fields = match ? fieldsOf(match) : undefined;
  if (!match || !fields) return undefined;
  const zone = match[7];
  return zone === undefined ? localInstant(fields, text, offsetAt) : { at: asUtc(fields) / 1000 - zoneMinutes(zone) * 60 };
}
