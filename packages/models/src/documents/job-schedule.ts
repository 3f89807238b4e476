import * as z from 'zod';
import { JOB_EVENTS, JOB_RESULTS, JOB_STATUSES } from './words.ts';

/** ISO 8601 with seconds, with or without zone. */
const scheduleDate = z
  .string()
  .regex(
    /^(-?(?:[1-9][0-9]*)?[0-9]{4})-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12][0-9])T(2[0-3]|[01][0-9]):([0-5][0-9]):([0-5][0-9])(\.[0-9]+)?(Z|[+-](?:2[0-3]|[01][0-9]):[0-5][0-9])?$/,
  );

/** How one action of a job went in the last run; written by our scheduler. */
export const JobActionStatus = z.looseObject({
  index: z.int(),
  action: z.string().optional(),
  result: z.string().optional(),
  exit_code: z.int().nullable().optional(),
  started: z.int().optional(),
  ended: z.int().optional(),
  tries: z.int().optional(),
  message: z.string().optional(),
});
export type JobActionStatus = z.infer<typeof JobActionStatus>;

/** What the user decides: when the job runs. A write that names any of these keys replaces all of them. */
export const SCHEDULE_KEYS = {
  schedule_date: scheduleDate.optional(),
  schedule_start_date: scheduleDate.optional(),
  schedule_end_date: scheduleDate.optional(),
  schedule_interval: z
    .string()
    .regex(/^(continuous|(\d+ +(weeks|days|hours|minutes|seconds)))$/)
    .optional(),
  schedule_year: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  schedule_month: z.string().optional(),
  schedule_day: z.string().optional(),
  schedule_week: z.string().optional(),
  schedule_day_of_week: z.string().optional(),
  schedule_hour: z.string().optional(),
  schedule_minute: z.string().optional(),
  schedule_second: z.string().optional(),
  /** Ours. An IANA zone for times without one. */
  schedule_timezone: z.string().optional(),
  /** Ours. Five fields, in which 0 and 7 are Sunday. */
  schedule_cron: z.string().optional(),
  /** Ours. Seconds: each run begins up to so much later. */
  schedule_jitter: z.int().nonnegative().optional(),
  /** Ours. Seconds that a run may be late and still begins. */
  schedule_misfire_grace: z.int().nonnegative().optional(),
  /** Ours: `skip`, `queue`, `kill-old`: when the run before has not ended. */
  schedule_overlap: z.string().optional(),
  /** Ours. Whether runs that were missed are made up for. */
  schedule_catch_up: z.boolean().optional(),
  /** Ours. Times in which no run begins. */
  schedule_blackout: z.array(z.string()).optional(),
};

/** What is told of the last run and asked of the next. A write touches the keys that it names. Times are epoch seconds, -1: never. */
export const STATE_KEYS = {
  time_created: z.int().optional(),
  time_started: z.int().optional(),
  time_ended: z.int().optional(),
  event: z.enum(JOB_EVENTS).optional(),
  status: z.enum(JOB_STATUSES).optional(),
  result: z.enum(JOB_RESULTS).optional(),
  /** Process of the agent, of use on its host alone. */
  current_pid: z.int().optional(),
  /** Ours, one line for people: why the result is what it is. */
  message: z.string().max(4096).optional(),
  /** Ours. Epoch seconds of the next run. */
  next_run_at: z.int().optional(),
  /** Ours. Since when a due run waits for others to end. */
  queued_at: z.int().optional(),
  /** Ours. When the scheduler last looked at the job. */
  last_seen: z.int().optional(),
  job_actions_status: z.array(JobActionStatus).optional(),
};

/** Other keys are refused. */
export const JobSchedule = z.strictObject({ ...STATE_KEYS, ...SCHEDULE_KEYS }).meta({ id: 'JobSchedule', description: 'When a job runs, and how it stands' });
export type JobSchedule = z.infer<typeof JobSchedule>;
