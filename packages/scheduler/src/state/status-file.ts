import { join } from 'node:path';
import * as z from 'zod';
import { processMark } from '../run/process-mark.ts';
import { readJson, writeJson } from './json-file.ts';

const seconds = z.number();

/** One job of a running scheduler, for `list`. */
const jobLine = z.object({
  job_id: z.string(),
  description: z.string(),
  /** `scheduled`, `running`, `stop`, ... */
  status: z.string(),
  result: z.string(),
  message: z.string(),
  /** Epoch seconds; null: none is planned. */
  next_run_at: seconds.nullable(),
});

export const schedulerStatus = z.object({
  process: processMark,
  version: z.string(),
  client_id: z.string(),
  mode: z.enum(['api', 'files', 'central']),
  /** Where jobs come from. */
  source: z.string(),
  interval: z.number(),
  started_at: seconds,
  /** When this was written. */
  at: seconds,
  /** `starting`, `running`, `standby` (another scheduler has the client id), `stopping`. */
  state: z.enum(['starting', 'running', 'standby', 'stopping']),
  last_poll_at: seconds.nullable(),
  /** When one last went well. */
  last_good_poll_at: seconds.nullable(),
  last_poll_error: z.string(),
  jobs: z.number(),
  running: z.number(),
  queued: z.number(),
  undelivered: z.number(),
  next_run_at: seconds.nullable(),
});

/** How a running scheduler is. It writes it down; `status` reads it and asks nobody. */
export type SchedulerStatus = z.infer<typeof schedulerStatus>;
export type JobLine = z.infer<typeof jobLine>;

const statusPath = (instance: string): string => join(instance, 'status.json');
const jobsPath = (instance: string): string => join(instance, 'jobs.json');

export async function readStatus(instance: string): Promise<SchedulerStatus | undefined> {
  const read = schedulerStatus.safeParse(await readJson(statusPath(instance)));
  return read.success ? read.data : undefined;
}

export const writeStatus = (instance: string, status: SchedulerStatus): Promise<void> => writeJson(statusPath(instance), status);

export async function readJobLines(instance: string): Promise<readonly JobLine[]> {
  const read = z.array(jobLine).safeParse(await readJson(jobsPath(instance)));
  return read.success ? read.data : [];
}

export const writeJobLines = (instance: string, lines: readonly JobLine[]): Promise<void> => writeJson(jobsPath(instance), lines);

/** Whether it works: its last good poll is younger than three intervals. While it starts it is given the same time. */
export function isHealthy({ last_good_poll_at: last, started_at: started, interval, mode }: SchedulerStatus, now: number): boolean {
  return mode === 'files' || now - (last ?? started) <= 3 * Math.max(interval, 10);
}
