import type { JobReading } from '../documents/job-reading.ts';
import { readJob } from '../documents/read-job.ts';
import type { SourceJob } from '../sources/job-source.ts';
import type { PlanDefaults } from '../triggers/trigger.ts';

/** Reads a job of a source. What cannot be read stands for a job that cannot run, and says why. */
export function readSourceJob(job: SourceJob, plan: PlanDefaults): JobReading {
  if (job.problem !== undefined) return problemReading(job.jobId, job.description, job.problem, plan);
  const read = readJob(job.document, { plan, ...(job.jobId !== undefined && { jobId: job.jobId }) });
  if (typeof read !== 'string') return read;
  return problemReading(job.jobId ?? 'unknown', job.name ?? '', job.name === undefined ? read : `${job.name}: ${read}`, plan);
}

function problemReading(jobId: string, description: string, message: string, plan: PlanDefaults): JobReading {
  const document = { job_id: jobId, description, job_actions: [] };
  const read = readJob(document, { plan });
  if (typeof read === 'string') throw new TypeError(read);
  return { ...read, content: { kind: 'problem', message }, contentKey: message, scheduleKey: message };
}
