import type { CronDay } from './trigger.ts';

/** A field of a cron schedule: its name as in `schedule_NAME`, its limits, and the words that stand for numbers. */
export interface CronFieldKind {
  readonly name: 'year' | 'month' | 'day' | 'week' | 'day_of_week' | 'hour' | 'minute' | 'second';
  readonly lowest: number;
  readonly highest: number;
  /** In the order of their numbers, from `lowest`. */
  readonly words?: readonly string[];
}

export const WEEKDAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MONTHS: readonly string[] = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const POSITIONS: readonly string[] = ['1st', '2nd', '3rd', '4th', '5th', 'last'];

/** From the coarsest to the finest. */
export const CRON_FIELDS = [
  { name: 'year', lowest: 1970, highest: 9999 },
  { name: 'month', lowest: 1, highest: 12, words: MONTHS },
  { name: 'day', lowest: 1, highest: 31 },
  { name: 'week', lowest: 1, highest: 53 },
  { name: 'day_of_week', lowest: 0, highest: 6, words: WEEKDAYS },
  { name: 'hour', lowest: 0, highest: 23 },
  { name: 'minute', lowest: 0, highest: 59 },
  { name: 'second', lowest: 0, highest: 59 },
] as const satisfies readonly CronFieldKind[];

/** A field that has been read, or what is wrong with it. */
export type FieldReading =
  | { readonly ok: true; readonly all: boolean; readonly values: readonly number[]; readonly counted: readonly CronDay[] }
  | { readonly ok: false; readonly problem: string };

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

const PART = /^(?<star>\*)?(?<first>[a-z\d]+)?(?:-(?<last>[a-z\d]+))?(?:\/(?<step>\d+))?$/;
const COUNTED = /^(?<position>1st|2nd|3rd|4th|5th|last) +(?<weekday>[a-z]+)$/;

/** Reads a list of `*`, numbers, names, ranges, steps; of days also `last` and `2nd fri`. */
export function readField(text: string, kind: CronFieldKind): FieldReading {
  const values = new Set<number>();
  const counted: CronDay[] = [];
  let all = false;
  for (const part of text.trim().toLowerCase().split(/ *, */)) {
    const day = kind.name === 'day' ? countedDay(part) : undefined;
    if (day) {
      counted.push(day);
      continue;
    }
    const range = rangeOf(part, kind);
    if (typeof range === 'string') return { ok: false, problem: range };
    const isAll = range.first === kind.lowest && range.last === kind.highest && range.step === 1;
    all ||= isAll;
    // Nobody asks which years are all of them, and there are many.
    if (isAll && kind.name === 'year') continue;
    for (let value = range.first; value <= range.last; value += range.step) values.add(value);
  }
  return { ok: true, all, values: [...values].toSorted((a, b) => a - b), counted };
}

function countedDay(part: string): CronDay | undefined {
  if (part === 'last') return { kind: 'last' };
  const { position = '', weekday = '' } = COUNTED.exec(part)?.groups ?? {};
  const number = WEEKDAYS.indexOf(weekday);
  return number < 0 ? undefined : { kind: 'weekday', position: POSITIONS.indexOf(position), weekday: number };
}

function rangeOf(part: string, kind: CronFieldKind): Range | string {
  const { star, first: firstText, last: lastText, step: stepText } = PART.exec(part)?.groups ?? {};
  const isStar = star !== undefined && firstText === undefined && lastText === undefined;
  if (!isStar && (star !== undefined || firstText === undefined)) return `'${part}' is ${allowed(kind)}`;
  const first = isStar ? kind.lowest : numberOf(firstText ?? '', kind);
  const last = lastText === undefined ? undefined : numberOf(lastText, kind);
  if (first === undefined || (lastText !== undefined && last === undefined)) return `'${part}' is ${allowed(kind)}`;
  const end = last ?? (isStar || stepText !== undefined ? kind.highest : first);
  if (first > end) return `'${part}' begins after its end`;
  if (first < kind.lowest || end > kind.highest) return `'${part}' is outside ${kind.lowest} to ${kind.highest}`;
  const step = stepText === undefined ? 1 : Number(stepText);
  // As of Freezer: a step by which only the first time would ever come is taken for a mistake; behind 0-0 it is not seen.
  if (stepText !== undefined && (step === 0 || step > (end || kind.highest) - first))
    return `'${part}' has a step that does not fit between ${first} and ${end}`;
  return { first, last: end, step };
}

function numberOf(text: string, { words, lowest }: CronFieldKind): number | undefined {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  const at = words?.indexOf(text) ?? -1;
  return at < 0 ? undefined : lowest + at;
}

function allowed({ name, lowest, highest, words }: CronFieldKind): string {
  const more = words ? `, ${words[0]} to ${words.at(-1)}` : name === 'day' ? ", 'last', '2nd fri', 'last sun'" : '';
  const weekday = name === 'day' ? '; weekdays belong into schedule_day_of_week' : '';
  return `no ${name}; allowed: *, ${lowest} to ${highest}${more}, lists, ranges a-b, steps */n${weekday}`;
}
