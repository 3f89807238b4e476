import type { JobState } from './state.ts';

/** How much may be at work at the same time. */
export interface RunLimits {
  readonly concurrentJobs: number;
  /** Of one project, where a central scheduler works for many; undefined: no limit of its own. */
  readonly perProject?: number;
}

const projectOf = ({ reading }: JobState): string => reading.projectId ?? '';

/**
 * Which queued jobs begin now: by priority, of the same priority those of the project that has the least at work, then the one that is due
 * the longest. Two that share a resource are never at work together.
 */
export function admissible(queued: readonly JobState[], running: readonly JobState[], { concurrentJobs, perProject }: RunLimits): readonly JobState[] {
  const atWork = new Map<string, number>();
  const taken = new Set<string>();
  const count = (job: JobState): void => {
    const project = projectOf(job);
    atWork.set(project, (atWork.get(project) ?? 0) + 1);
    for (const resource of job.reading.resources) taken.add(resource);
  };
  for (const job of running) count(job);
  const load = (job: JobState): number => atWork.get(projectOf(job)) ?? 0;
  const isFree = (job: JobState): boolean => load(job) < (perProject ?? Number.POSITIVE_INFINITY) && !job.reading.resources.some((one) => taken.has(one));
  const rest = new Set(queued);
  const admitted: JobState[] = [];
  while (running.length + admitted.length < concurrentJobs) {
    let best: JobState | undefined;
    for (const job of rest) if (isFree(job) && (!best || isBefore(job, best, load))) best = job;
    if (!best) break;
    rest.delete(best);
    admitted.push(best);
    count(best);
  }
  return admitted;
}

function isBefore(one: JobState, other: JobState, load: (job: JobState) => number): boolean {
  if (one.reading.priority !== other.reading.priority) return one.reading.priority > other.reading.priority;
  const difference = load(one) - load(other);
  if (difference !== 0) return difference < 0;
  const [first, second] = [one.memory.next ?? 0, other.memory.next ?? 0];
  return first === second ? (one.queuedAt ?? 0) < (other.queuedAt ?? 0) : first < second;
}
