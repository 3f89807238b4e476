import { readBlackout } from './blackout.ts';
import { CRON_FIELDS } from './cron-expression.ts';
import { type CronFieldName, readCronFields, readCrontab } from './cron-fields.ts';
import { nextCron } from './cron-next.ts';
import { readInterval } from './interval.ts';
import { readScheduleDate } from './schedule-date.ts';
import type { Blackout, CronFields, Instant, Plan, PlanDefaults, Trigger } from './trigger.ts';
import { segmentAt } from './zone-clock.ts';

/** A schedule that has been read, or the first thing that is wrong with it, in one line that begins with the key. */
export type ScheduleReading =
  | { readonly ok: true; readonly plan: Plan; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/** The user's keys of a `job_schedule`; others are not looked at. `null` and '' are as good as absent. */
export type ScheduleKeys = Readonly<Record<string, unknown>>;

/** Stops the reading of a schedule; never leaves this file. */
class ScheduleProblem extends Error {
  override readonly name = 'ScheduleProblem';
}

const bad = (key: string, text: string): never => {
  throw new ScheduleProblem(`${key}: ${text}`);
};

export function parseSchedule(schedule: ScheduleKeys, defaults: PlanDefaults): ScheduleReading {
  const warnings: string[] = [];
  try {
    const zone = zoneOf(schedule, defaults.zone);
    const trigger = triggerOf(schedule, zone, warnings);
    warnings.push(...withoutEffect(schedule));
    const plan: Plan = {
      trigger,
      zone,
      jitter: 1000 * (secondsOf(schedule, 'schedule_jitter') ?? defaults.jitter),
      misfireGrace: 1000 * (secondsOf(schedule, 'schedule_misfire_grace') ?? defaults.misfireGrace),
      catchUp: flagOf(schedule, 'schedule_catch_up'),
      overlap: overlapOf(schedule),
      blackouts: blackoutsOf(schedule, zone),
    };
    return { ok: true, plan, warnings };
  } catch (error) {
    if (error instanceof ScheduleProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

const FIELDS = CRON_FIELDS.map(({ name }) => `schedule_${name}`);
const BOUNDS = ['schedule_start_date', 'schedule_end_date'];
/** The first of these that is there decides; what it leaves without effect. */
const PRECEDENCE: readonly (readonly [string, readonly string[]])[] = [
  ['schedule_date', ['schedule_interval', 'schedule_cron', ...FIELDS, ...BOUNDS]],
  ['schedule_interval', ['schedule_cron', ...FIELDS]],
  ['schedule_cron', FIELDS],
];

function withoutEffect(schedule: ScheduleKeys): readonly string[] {
  const isThere = (key: string): boolean => textOf(schedule, key) !== undefined;
  const [key, others] = PRECEDENCE.find(([one]) => isThere(one)) ?? [];
  if (key !== undefined) return (others ?? []).filter(isThere).map((other) => `${other}: has no effect beside ${key}`);
  const isLonely = isThere('schedule_end_date') && !FIELDS.some(isThere);
  return isLonely ? ['schedule_end_date: has no effect without schedule_interval or cron fields'] : [];
}

/** Files also hold numbers. */
function textOf(schedule: ScheduleKeys, key: string): string | undefined {
  const value = schedule[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return bad(key, 'is no text');
  return value.trim() === '' ? undefined : value.trim();
}

function zoneOf(schedule: ScheduleKeys, byDefault: string): string {
  const zone = textOf(schedule, 'schedule_timezone') ?? byDefault;
  try {
    // An offset is no zone: it knows nothing of summer.
    if (/^[A-Za-z]/.test(zone)) {
      segmentAt(0, zone);
      return zone;
    }
  } catch {
    // Said below.
  }
  return bad('schedule_timezone', `'${zone.slice(0, 60)}' is not known here; allowed: an IANA name such as Europe/Berlin`);
}

function triggerOf(schedule: ScheduleKeys, zone: string, warnings: string[]): Trigger {
  const date = dateOf(schedule, 'schedule_date', zone);
  if (date !== undefined) return { kind: 'once', at: date };
  const bounds = boundsOf(schedule, zone, warnings);
  const interval = textOf(schedule, 'schedule_interval');
  if (interval !== undefined) {
    const trigger = readInterval(interval);
    return typeof trigger === 'string' ? bad('schedule_interval', trigger) : { ...trigger, ...bounds };
  }
  const fields = cronOf(schedule);
  if (fields) {
    if (nextCron(fields, 0, zone) === undefined) return bad(cronKey(schedule), 'there is no such day in any year');
    return { kind: 'cron', fields, ...bounds };
  }
  return bounds.start === undefined ? { kind: 'at-once' } : { kind: 'once', at: bounds.start };
}

function dateOf(schedule: ScheduleKeys, key: string, zone: string): Instant | undefined {
  const text = textOf(schedule, key);
  const date = text === undefined ? undefined : readScheduleDate(text, zone);
  return typeof date === 'string' ? bad(key, date) : date;
}

function boundsOf(schedule: ScheduleKeys, zone: string, warnings: string[]): { readonly start?: Instant; readonly end?: Instant } {
  const start = dateOf(schedule, 'schedule_start_date', zone);
  const end = dateOf(schedule, 'schedule_end_date', zone);
  const isBackwards = start !== undefined && end !== undefined && end < start;
  // As Freezer does: a job that goes on too long does less harm than one that never runs.
  if (isBackwards) warnings.push('schedule_end_date: lies before schedule_start_date and is ignored');
  return { ...(start !== undefined && { start }), ...(end !== undefined && !isBackwards && { end }) };
}

function cronOf(schedule: ScheduleKeys): CronFields | undefined {
  const crontab = textOf(schedule, 'schedule_cron');
  const given: Partial<Record<CronFieldName, string>> = {};
  for (const { name } of CRON_FIELDS) {
    const text = textOf(schedule, `schedule_${name}`);
    if (text !== undefined) given[name] = text;
  }
  if (crontab === undefined && Object.keys(given).length === 0) return undefined;
  const reading = crontab === undefined ? readCronFields(given) : readCrontab(crontab);
  if (reading.ok) return reading.fields;
  throw new ScheduleProblem(reading.problem);
}

const cronKey = (schedule: ScheduleKeys): string => {
  if (textOf(schedule, 'schedule_cron') !== undefined) return 'schedule_cron';
  return CRON_FIELDS.map(({ name }) => `schedule_${name}`)
    .filter((key) => textOf(schedule, key) !== undefined)
    .join(', ');
};

const MOST_SECONDS = 100 * 366 * 86_400;

function secondsOf(schedule: ScheduleKeys, key: string): number | undefined {
  const text = textOf(schedule, key);
  if (text === undefined) return undefined;
  const seconds = Number(text);
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= MOST_SECONDS
    ? seconds
    : bad(key, `'${text.slice(0, 60)}' is no number of seconds; allowed: 0 and more`);
}

function flagOf(schedule: ScheduleKeys, key: string): boolean {
  const value = schedule[key] ?? false;
  return typeof value === 'boolean' ? value : bad(key, 'is neither true nor false');
}

function overlapOf(schedule: ScheduleKeys): Plan['overlap'] {
  const text = textOf(schedule, 'schedule_overlap') ?? 'skip';
  if (text === 'skip' || text === 'queue' || text === 'kill-old') return text;
  return bad('schedule_overlap', `'${text.slice(0, 60)}' is not known; allowed: skip, queue, kill-old`);
}

function blackoutsOf(schedule: ScheduleKeys, zone: string): readonly Blackout[] {
  const list = schedule['schedule_blackout'] ?? [];
  if (!Array.isArray(list)) return bad('schedule_blackout', 'is no list');
  return list.map((text: unknown) => {
    const blackout = typeof text === 'string' ? readBlackout(text, zone) : 'holds something that is no text';
    return typeof blackout === 'string' ? bad('schedule_blackout', blackout) : blackout;
  });
}
