/** An instant, in milliseconds since the Unix epoch. */
export type Instant = number;

/** Numbers that one cron field takes, ascending. */
export type CronValues = readonly number[];

/** A day that is counted within its month. */
export type CronDay =
  | { readonly kind: 'last' }
  /** Monday is 0. `position` 0 to 4: first to fifth; 5: last. */
  | { readonly kind: 'weekday'; readonly position: number; readonly weekday: number };

/** Calendar fields; a time has to fit all of them. `undefined`: any. */
export interface CronFields {
  readonly year: CronValues | undefined;
  readonly month: CronValues | undefined;
  readonly day: { readonly days: CronValues; readonly counted: readonly CronDay[] } | undefined;
  /** ISO weeks, 1 to 53. */
  readonly week: CronValues | undefined;
  /** Monday is 0. */
  readonly dayOfWeek: CronValues | undefined;
  /** `day` or `dayOfWeek` is enough, as in a crontab line that names both. */
  readonly anyDay: boolean;
  readonly hour: CronValues;
  readonly minute: CronValues;
  readonly second: CronValues;
}

/** When a recurring trigger may fire: from `start`, and up to `end`, both included. */
interface Bounds {
  readonly start?: Instant;
  readonly end?: Instant;
}

/** What a schedule means. */
export type Trigger =
  /** No schedule: once, a moment after the job was seen. */
  | { readonly kind: 'at-once' }
  | { readonly kind: 'once'; readonly at: Instant }
  /** Again as soon as the run before has ended. */
  | ({ readonly kind: 'continuous' } & Bounds)
  /** Always the same time apart. */
  | ({ readonly kind: 'every'; readonly milliseconds: number } & Bounds)
  /** Keeps the time of day. */
  | ({ readonly kind: 'calendar-step'; readonly days: number; readonly months: number } & Bounds)
  | ({ readonly kind: 'cron'; readonly fields: CronFields } & Bounds);

/** Times in which no run begins. */
export type Blackout =
  /** Minutes of the day on some weekdays (Monday is 0); `to` may be lower than `from`: it then ends on the next day. */
  | { readonly kind: 'weekly'; readonly weekdays: readonly number[]; readonly from: number; readonly to: number }
  | { readonly kind: 'dates'; readonly from: Instant; readonly to: Instant };

/** A schedule that has been read: what fires, and what is made of a time that came too late or at a bad moment. */
export interface Plan {
  readonly trigger: Trigger;
  /** IANA name. */
  readonly zone: string;
  /** A run begins up to this much later, by a time that is fixed for the job. Milliseconds. */
  readonly jitter: number;
  /** How late a run may begin. Milliseconds. */
  readonly misfireGrace: number;
  readonly catchUp: boolean;
  readonly overlap: 'skip' | 'queue' | 'kill-old';
  readonly blackouts: readonly Blackout[];
}

/** What a schedule that says nothing else is given. */
export interface PlanDefaults {
  /** IANA name. */
  readonly zone: string;
  /** Seconds. */
  readonly jitter: number;
  /** Seconds. */
  readonly misfireGrace: number;
}

/** Whether a trigger can fire more than once. */
export const isRecurring = (trigger: Trigger): boolean => trigger.kind !== 'at-once' && trigger.kind !== 'once';
