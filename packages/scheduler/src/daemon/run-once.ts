import { randomUUID } from 'node:crypto';
import type { JobReading } from '../documents/job-reading.ts';
import type { RunEnd } from '../machine/state.ts';
import { type RunDeps, RunDriver } from './run-driver.ts';

export interface OnceRun {
  /** Never rejects for what an agent did. */
  readonly end: Promise<RunEnd>;
  /** Ends it. */
  stop(): void;
}

/** Runs a job now, whatever its schedule says. */
export function runOnce(deps: RunDeps, reading: JobReading): OnceRun {
  const run = {
    job_id: reading.jobId,
    run_id: `once-${randomUUID().replaceAll('-', '')}`,
    planned_at: Date.now(),
    started_at: Date.now(),
    document: { ...reading.document },
    session_tag: reading.sessionTag,
    session: reading.sessionId === undefined ? ('none' as const) : ('waiting' as const),
    progress: null,
    backups: [],
    log: '',
  };
  const driver = new RunDriver(deps, run, reading, () => undefined);
  return { end: driver.toEnd(), stop: () => driver.close('abort', 'now') };
}
