import * as z from 'zod';
import { DocumentId, textOrNull, Version } from './field.ts';
import { JobSchedule } from './job-schedule.ts';

/** How a member stands in the round; times are epoch seconds, '' where the job never ran. */
export const SessionJob = z
  .looseObject({
    client_id: z.string(),
    status: z.string(),
    result: z.string(),
    time_started: z.union([z.int(), z.string()]),
    time_ended: z.union([z.int(), z.string()]),
    /** How often it began again in the round. */
    attempt: z.int().optional(),
  })
  .meta({ id: 'SessionJob' });
export type SessionJob = z.infer<typeof SessionJob>;

/** Jobs that run at the same time, so that what they save belongs together. */
export const SessionDocument = z
  .looseObject({
    project_id: textOrNull,
    session_id: DocumentId,
    user_id: z.string(),
    description: textOrNull,
    /** The number of the round; one more with each start. */
    session_tag: z.int(),
    /** `success`, `partial`, `fail`; '' while it runs, null before the first round. */
    result: textOrNull,
    /** Seconds in which starts belong to one round. */
    hold_off: z.int(),
    /** Seconds that the others wait for a member to begin; default: `hold_off`. */
    join_timeout: z.int().optional(),
    /** When the round was to begin by the schedule, epoch seconds; null where no member has said so. */
    planned_time: z.union([z.int(), z.null()]).optional(),
    /** Ids of the jobs that did not begin in time. */
    missing: z.array(z.string()).optional(),
    /** `active`, `running`, `completed`. */
    status: textOrNull,
    /** Of the last round, epoch seconds; -1: never. */
    time_start: z.int(),
    time_end: z.int(),
    /** Kept for clients that read them; nobody sets them. */
    time_started: z.int(),
    time_ended: z.int(),
    schedule: JobSchedule,
    jobs: z.record(z.string(), SessionJob),
    _version: Version.optional(),
  })
  .meta({ id: 'Session', description: 'Jobs that run at the same time' });
export type SessionDocument = z.infer<typeof SessionDocument>;

const settable = {
  session_id: z.string().optional(),
  session_tag: z.int().optional(),
  description: textOrNull.optional(),
  hold_off: z.int().optional(),
  join_timeout: z.int().nonnegative().optional(),
  user_id: textOrNull.optional(),
  project_id: textOrNull.optional(),
  status: textOrNull.optional(),
  result: textOrNull.optional(),
  time_start: z.int().optional(),
  time_end: z.int().optional(),
  time_started: z.int().optional(),
  time_ended: z.int().optional(),
};

/** Other keys are kept. `jobs` of a new session is dropped: members come by PUT. */
export const SessionRequest = z.looseObject({ schedule: JobSchedule, ...settable, jobs: z.unknown().optional() }).meta({ id: 'SessionRequest' });
export type SessionRequest = z.infer<typeof SessionRequest>;

/** What is named is changed; `jobs` member by member, `schedule` as that of a job. */
export const SessionChange = z
  .looseObject({ schedule: JobSchedule.optional(), ...settable, jobs: z.record(z.string(), z.looseObject({})).optional() })
  .meta({ id: 'SessionChange' });
export type SessionChange = z.infer<typeof SessionChange>;

/** One pair: what a member begins or ends. Tags are numbers or their text. */
export const SessionAction = z
  .looseObject({
    start: z
      .looseObject({
        job_id: z.string(),
        current_tag: z.union([z.int(), z.string()]),
        /** When the run was to begin by the schedule, epoch seconds: by it a member finds its round, however late it is and whatever its clock says. */
        planned_time: z.int().optional(),
      })
      .optional(),
    end: z.looseObject({ job_id: z.string(), current_tag: z.union([z.int(), z.string()]).optional(), result: z.string() }).optional(),
  })
  .meta({ id: 'SessionAction', example: { start: { job_id: '4822e482fcbb439189a1ad616ac0a72f', current_tag: 22 } } });
export type SessionAction = z.infer<typeof SessionAction>;
