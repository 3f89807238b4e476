import { CRON_FIELDS, type CronFieldKind, type FieldReading, readField } from './cron-expression.ts';
import type { CronFields } from './trigger.ts';

export type CronFieldName = (typeof CRON_FIELDS)[number]['name'];

export type CronReading = { readonly ok: true; readonly fields: CronFields } | { readonly ok: false; readonly problem: string };

type Good = FieldReading & { readonly ok: true };

const DEFAULTS: Readonly<Record<CronFieldName, string>> = {
  year: '*',
  month: '1',
  day: '1',
  week: '*',
  day_of_week: '*',
  hour: '0',
  minute: '0',
  second: '0',
};

/**
 * Fields as `schedule_*` has them. Those finer than the finest that is given are at their lowest (week and weekday: any), coarser ones at any.
 */
export function readCronFields(given: Readonly<Partial<Record<CronFieldName, string>>>): CronReading {
  const finest = CRON_FIELDS.findLastIndex(({ name }) => given[name] !== undefined);
  const read = new Map<CronFieldName, Good>();
  for (const [index, kind] of CRON_FIELDS.entries()) {
    const field = readField(given[kind.name] ?? (index > finest ? DEFAULTS[kind.name] : '*'), kind);
    if (!field.ok) return { ok: false, problem: `schedule_${kind.name}: ${field.problem}` };
    read.set(kind.name, field);
  }
  return { ok: true, fields: fieldsOf(read, false) };
}

const SUNDAY_FIRST = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const weekdayOfCrontab: CronFieldKind = { name: 'day_of_week', lowest: 0, highest: 7, words: SUNDAY_FIRST };

/** Minute, hour, day, month, weekday as in a crontab: 0 and 7 are Sunday, and of day and weekday one is enough when both are given. */
export function readCrontab(text: string): CronReading {
  const parts = text.trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = parts;
  if (parts.length !== 5) return { ok: false, problem: `schedule_cron: '${text}' has not five fields; allowed: minute hour day month weekday, as 30 2 * * 0` };
  const texts: Readonly<Partial<Record<CronFieldName, string>>> = { minute, hour, day, month, second: '0' };
  const read = new Map<CronFieldName, Good>();
  for (const kind of CRON_FIELDS) {
    const isWeekday = kind.name === 'day_of_week';
    // `fri-sun` ends with the 7, not with the 0.
    const given = isWeekday ? weekday.replaceAll(/-sun\b/gi, '-7') : (texts[kind.name] ?? '*');
    const field = readField(given, isWeekday ? weekdayOfCrontab : kind);
    if (!field.ok) return { ok: false, problem: `schedule_cron: ${field.problem}` };
    read.set(kind.name, isWeekday ? mondayFirst(field) : field);
  }
  return { ok: true, fields: fieldsOf(read, !day.startsWith('*') && !weekday.startsWith('*')) };
}

function mondayFirst(field: Good): Good {
  const values = [...new Set(field.values.map((value) => (value + 6) % 7))].toSorted((a, b) => a - b);
  return { ...field, values, all: values.length === 7 };
}

function fieldsOf(read: ReadonlyMap<CronFieldName, Good>, anyDay: boolean): CronFields {
  const valuesOf = (name: CronFieldName): readonly number[] => read.get(name)?.values ?? [];
  const someOf = (name: CronFieldName): readonly number[] | undefined => (read.get(name)?.all ? undefined : valuesOf(name));
  const day = read.get('day');
  return {
    year: someOf('year'),
    month: someOf('month'),
    day: !day || day.all ? undefined : { days: day.values, counted: day.counted },
    week: someOf('week'),
    dayOfWeek: someOf('day_of_week'),
    anyDay,
    hour: valuesOf('hour'),
    minute: valuesOf('minute'),
    second: valuesOf('second'),
  };
}
