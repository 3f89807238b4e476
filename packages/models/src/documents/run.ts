import * as z from 'zod';
import { JobActionStatus } from './job-schedule.ts';
import { JOB_RESULTS } from './words.ts';

/** The log of a run is kept from its end; more is cut off at its beginning. */
export const RUN_LOG_MAX_BYTES = 65_536;

const told = {
  /** Of the first action. */
  action: z.string().optional(),
  session_id: z.string().optional(),
  session_tag: z.int().optional(),
  /** Epoch seconds; -1: not known. */
  time_started: z.int(),
  time_ended: z.int(),
  result: z.enum(JOB_RESULTS).exclude(['']),
  reasons: z.array(z.string().max(1024)).max(100).optional(),
  /** Bytes, exact. */
  bytes_uncompressed: z.int().nonnegative().optional(),
  bytes_compressed: z.int().nonnegative().optional(),
  /** The backups that it made. */
  backup_ids: z.array(z.string()).max(100).optional(),
  job_actions_status: z.array(JobActionStatus).max(100).optional(),
  /** The last progress that was told, as the agent tells it. */
  progress: z.looseObject({}).optional(),
  /** The end of the log. */
  log: z.string().optional(),
};

/** One run of a job. Runs are only ever added. */
export const RunDocument = z
  .looseObject({
    run_id: z.string(),
    project_id: z.string(),
    user_id: z.string(),
    job_id: z.string(),
    client_id: z.string(),
    ...told,
    reasons: z.array(z.string()),
  })
  .meta({ id: 'Run', description: 'One run of a job' });
export type RunDocument = z.infer<typeof RunDocument>;

/** What a scheduler tells of a run. A result that is written into the job makes one by itself; of the same start it is one run. */
export const RunRequest = z.looseObject({ job_id: z.string().regex(/^[\w-]+$/), ...told }).meta({ id: 'RunRequest' });
export type RunRequest = z.infer<typeof RunRequest>;
