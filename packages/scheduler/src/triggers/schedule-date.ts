import { daysInMonth } from './calendar.ts';
import type { Instant } from './trigger.ts';
import { instantOf } from './zone-clock.ts';

const FORM =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:[T ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?(?<zone>Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

const ALLOWED = 'allowed: YYYY-MM-DDThh:mm:ss since 1970, with a fraction, and with Z or +hh:mm or without';

/** RFC 3339 with an offset, or the clock of `zone`: of a repeated hour the first, of a skipped one the first instant after it. A text says why it is none. */
export function readScheduleDate(text: string, zone: string): Instant | string {
  const groups = FORM.exec(text.trim())?.groups;
  const wall = groups && wallOf(groups);
  if (!groups || wall === undefined) return `'${text.slice(0, 60)}' is no date; ${ALLOWED}`;
  const offset = groups['zone'] === undefined ? undefined : offsetOf(groups['zone']);
  if (Number.isNaN(offset)) return `'${text.slice(0, 60)}' has an offset that no zone has; ${ALLOWED}`;
  return offset === undefined ? instantOf(wall, zone).at : wall - offset;
}

function wallOf(groups: Readonly<Record<string, string | undefined>>): number | undefined {
  const part = (name: string): number => Number(groups[name] ?? 0);
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const [hour, minute, second] = [part('hour'), part('minute'), part('second')];
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = Math.floor(Number(`0.${groups['fraction'] ?? '0'}`) * 1000);
  return Date.UTC(year, month - 1, day, hour, minute, second) + milliseconds;
}

/** Milliseconds; NaN when it is none. */
function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const digits = text.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
