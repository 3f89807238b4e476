import { nextRuns } from '../triggers/next-run.ts';
import type { Instant, PlanDefaults } from '../triggers/trigger.ts';
import { readJob } from './read-job.ts';

export interface UpcomingOptions {
  readonly after: Instant;
  readonly count: number;
  readonly plan: PlanDefaults;
  /** Of the host that runs the job, where it is known: jitter differs from host to host. */
  readonly salt?: string;
}

/**
 * When a job would begin next, as the scheduler reckons it: jitter, blackouts and changes of the clock included. None for a job without
 * schedule, one whose times are over, and one that cannot run.
 */
export function upcomingRuns(document: unknown, { after, count, plan, salt }: UpcomingOptions): readonly Instant[] {
  const reading = readJob(document, { plan, jobId: 'job' });
  if (typeof reading === 'string' || reading.content.kind === 'problem') return [];
  const created = reading.told.timeCreated;
  const since = created > 0 ? created * 1000 : after;
  const anchor = reading.sessionId === undefined ? since : 0;
  return nextRuns(reading.content.plan, after, { anchor, count, jobId: reading.jobId, ...(salt !== undefined && { salt }) });
}
