import { afterBlackouts } from './blackout.ts';
import { nextCron } from './cron-next.ts';
import { nextCalendarStep, nextEvery } from './interval.ts';
import { jitterOf } from './jitter.ts';
import type { Instant, Plan, Trigger } from './trigger.ts';

const SECOND = 1000;
/** Past times are counted one by one; nobody needs to know more of them than this. */
const MOST_COUNTED = 10_000;

/** Times of a schedule that have come. */
export interface PastTimes {
  readonly latest: Instant;
  readonly count: number;
}

/**
 * The first time of a trigger that is after `after`, without jitter and blackouts; undefined: there is none. Intervals without a start date
 * are counted from `anchor`, which is no time of its own.
 */
export function nextTime(trigger: Trigger, after: Instant, { zone, anchor }: { readonly zone: string; readonly anchor: Instant }): Instant | undefined {
  if (trigger.kind === 'at-once') return undefined;
  if (trigger.kind === 'once') return trigger.at > after ? trigger.at : undefined;
  const { start, end } = trigger;
  const from = start === undefined ? after : Math.max(after, start - 1);
  const grid = { anchor: start ?? anchor, least: start === undefined ? 1 : 0 };
  const time = recurring(trigger, from, { zone, ...grid });
  return time === undefined || (end !== undefined && time > end) ? undefined : time;
}

function recurring(
  trigger: Exclude<Trigger, { readonly kind: 'at-once' | 'once' }>,
  after: Instant,
  { zone, anchor, least }: { readonly zone: string; readonly anchor: Instant; readonly least: number },
): Instant | undefined {
  switch (trigger.kind) {
    case 'continuous':
      return after === (trigger.start ?? Number.NaN) - 1 ? trigger.start : after + SECOND;
    case 'every':
      return nextEvery(trigger.milliseconds, anchor, least, after);
    case 'calendar-step':
      return nextCalendarStep(trigger, { anchor, least, after, zone });
    case 'cron':
      return nextCron(trigger.fields, after, zone);
  }
}

/** The times from `first` (which is one) up to `now`. */
export function pastTimes(plan: Plan, first: Instant, { now, anchor }: { readonly now: Instant; readonly anchor: Instant }): PastTimes {
  const { trigger, zone } = plan;
  // The clock may have been put back since it was planned.
  if (trigger.kind === 'continuous' || now <= first) return { latest: first, count: 1 };
  if (trigger.kind === 'every') {
    const count = Math.floor((Math.min(now, trigger.end ?? now) - first) / trigger.milliseconds);
    return { latest: first + count * trigger.milliseconds, count: count + 1 };
  }
  let [latest, count] = [first, 1];
  for (;;) {
    const next = nextTime(trigger, latest, { zone, anchor });
    if (next === undefined || next > now) return { latest, count };
    latest = next;
    count += 1;
    // So many came by that only the last of them matters: near `now` it is looked for again.
    if (count === MOST_COUNTED) latest = Math.max(latest, lastBefore(plan, now, { anchor, from: latest }));
  }
}

/** A time of the trigger that is near `now`, looked for backwards in growing steps. */
function lastBefore({ trigger, zone }: Plan, now: Instant, { anchor, from }: { readonly anchor: Instant; readonly from: Instant }): Instant {
  for (let back = SECOND; now - back > from; back *= 2) {
    const time = nextTime(trigger, now - back, { zone, anchor });
    if (time !== undefined && time <= now) return time;
  }
  return from;
}

/** When the run of a planned time begins: later by the job's jitter, and not in a blackout. Undefined: its blackouts never end. */
export function dueTime(plan: Plan, planned: Instant, { jobId, salt }: { readonly jobId: string; readonly salt: string }): Instant | undefined {
  return afterBlackouts(plan.blackouts, planned + jitterOf(plan.jitter, `${salt}/${jobId}`), plan.zone);
}

export interface NextRunOptions {
  /** From where intervals without a start date are counted: when the job was made. */
  readonly anchor: Instant;
  readonly jobId?: string;
  readonly salt?: string;
}

/** When the next run after `after` begins; undefined: never again. A job without schedule has no time of its own. */
export function nextRun(plan: Plan, after: Instant, options: NextRunOptions): Instant | undefined {
  return nextRuns(plan, after, { ...options, count: 1 })[0];
}

/** When the next `count` runs begin, for people. Times that a blackout moves to the same moment are one run. */
export function nextRuns(
  plan: Plan,
  after: Instant,
  { anchor, jobId = '', salt = '', count }: NextRunOptions & { readonly count: number },
): readonly Instant[] {
  const runs: Instant[] = [];
  // A time before `after` may begin after it.
  let time = nextTime(plan.trigger, after - longestDelay(plan), { zone: plan.zone, anchor });
  for (let tries = 0; time !== undefined && runs.length < count && tries < MOST_COUNTED; tries += 1) {
    const due = dueTime(plan, time, { jobId, salt });
    if (due === undefined) break;
    if (due > after && due !== runs.at(-1)) runs.push(due);
    time = nextTime(plan.trigger, plan.blackouts.length > 0 && due > time + plan.jitter ? Math.max(time, due - plan.jitter - 1) : time, {
      zone: plan.zone,
      anchor,
    });
  }
  return runs;
}

/** How much later than planned a run may begin, at most: jitter, and here not blackouts of dates. */
function longestDelay({ jitter, blackouts }: Plan): number {
  return jitter + (blackouts.length > 0 ? 86_400_000 : 0);
}
