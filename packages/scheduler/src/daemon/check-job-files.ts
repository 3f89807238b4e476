import type { Logger } from '@freezer/core';
import { findInJob } from '../documents/read-job.ts';
import { validateJob } from '../documents/validate-job.ts';
import { FileSource } from '../sources/file-source.ts';
import { nextRuns } from '../triggers/next-run.ts';
import type { PlanDefaults } from '../triggers/trigger.ts';

export interface JobFileCheck {
  readonly file: string;
  readonly job_id: string;
  /** With these it does not run. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Its next runs, ISO 8601 in UTC; none for a job without schedule, which runs once when it is started. */
  readonly next: readonly string[];
}

const SHOWN = 3;

/** Looks at one job file, or at all of a directory. Fails with `unavailable` when it cannot be read. */
export async function checkJobFiles(
  path: string,
  { plan, now, logger }: { readonly plan: PlanDefaults; readonly now: number; readonly logger: Logger },
): Promise<readonly JobFileCheck[]> {
  const answer = await new FileSource(path, logger).ask();
  if (answer.kind !== 'jobs') return [];
  const seen = new Map<string, string>();
  return answer.jobs.map((job) => {
    if (job.problem !== undefined) return { file: job.description, job_id: job.jobId, problems: [job.problem], warnings: [], next: [] };
    const { document, jobId, name = '' } = job;
    const options = { plan, ...(jobId !== undefined && { jobId }) };
    const { problems, warnings } = validateJob(document, options);
    const found = findInJob(document, options);
    const id = typeof found === 'string' ? '' : found.reading.jobId;
    const twin = id === '' ? undefined : seen.get(id);
    seen.set(id, name);
    const content = typeof found === 'string' ? undefined : found.reading.content;
    const runs = content?.kind === 'job' ? nextRuns(content.plan, now, { jobId: id, salt: '', anchor: now, count: SHOWN }) : [];
    return {
      file: name,
      job_id: id,
      problems: twin === undefined ? problems : [...problems, `job_id: ${id} is that of ${twin}, too; the first file counts`],
      warnings,
      next: runs.map((at) => new Date(at).toISOString()),
    };
  });
}
