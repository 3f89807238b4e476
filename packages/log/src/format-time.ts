const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAY_MS = 86_400_000;

/** A whole number with leading zeros. */
export const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

const hour12 = (at: Date): number => at.getHours() % 12 || 12;
const dayOfYear = (at: Date): number => Math.round((Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) - Date.UTC(at.getFullYear(), 0, 1)) / DAY_MS) + 1;
/** Week of the year, where the days before its first `firstDay` are week 0. */
const week = (at: Date, firstDay: number): number => Math.floor((dayOfYear(at) + 6 - ((at.getDay() - firstDay + 7) % 7)) / 7);

function offset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(minutes) / 60), 2)}${pad(Math.abs(minutes) % 60, 2)}`;
}

const zoneName = (at: Date): string =>
  new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';

const isoDay = (at: Date): string => `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1, 2)}-${pad(at.getDate(), 2)}`;
const clock = (at: Date): string => `${pad(at.getHours(), 2)}:${pad(at.getMinutes(), 2)}:${pad(at.getSeconds(), 2)}`;

const PARTS: Readonly<Record<string, (at: Date) => string>> = {
  Y: (at) => pad(at.getFullYear(), 4),
  y: (at) => pad(at.getFullYear() % 100, 2),
  m: (at) => pad(at.getMonth() + 1, 2),
  d: (at) => pad(at.getDate(), 2),
  e: (at) => String(at.getDate()).padStart(2),
  H: (at) => pad(at.getHours(), 2),
  I: (at) => pad(hour12(at), 2),
  M: (at) => pad(at.getMinutes(), 2),
  S: (at) => pad(at.getSeconds(), 2),
  p: (at) => (at.getHours() < 12 ? 'AM' : 'PM'),
  j: (at) => pad(dayOfYear(at), 3),
  a: (at) => (DAYS[at.getDay()] ?? '').slice(0, 3),
  A: (at) => DAYS[at.getDay()] ?? '',
  b: (at) => (MONTHS[at.getMonth()] ?? '').slice(0, 3),
  h: (at) => (MONTHS[at.getMonth()] ?? '').slice(0, 3),
  B: (at) => MONTHS[at.getMonth()] ?? '',
  w: (at) => String(at.getDay()),
  u: (at) => String(at.getDay() || 7),
  U: (at) => pad(week(at, 0), 2),
  W: (at) => pad(week(at, 1), 2),
  z: offset,
  Z: zoneName,
  s: (at) => String(Math.floor(at.getTime() / 1000)),
  F: isoDay,
  T: clock,
  R: (at) => clock(at).slice(0, 5),
  D: (at) => `${pad(at.getMonth() + 1, 2)}/${pad(at.getDate(), 2)}/${pad(at.getFullYear() % 100, 2)}`,
  x: (at) => `${pad(at.getMonth() + 1, 2)}/${pad(at.getDate(), 2)}/${pad(at.getFullYear() % 100, 2)}`,
  X: clock,
  c: (at) =>
    `${(DAYS[at.getDay()] ?? '').slice(0, 3)} ${(MONTHS[at.getMonth()] ?? '').slice(0, 3)} ${String(at.getDate()).padStart(2)} ${clock(at)} ${at.getFullYear()}`,
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
};

/** Writes local time by a pattern of strftime, in the C locale. What is no directive stays as it is. */
export function timeFormat(pattern: string): (at: Date) => string {
  // The directives, and what stands between them, read once: a log formats one time after another.
  const parts = pattern.match(/%.|[^%]+|%/gs) ?? [];
  const writers = parts.map((part) => (part.startsWith('%') ? PARTS[part.slice(1)] : undefined) ?? (() => part));
  return (at) => {
    let text = '';
    for (const write of writers) text += write(at);
    return text;
  };
}

export const formatTime = (at: Date, pattern: string): string => timeFormat(pattern)(at);
