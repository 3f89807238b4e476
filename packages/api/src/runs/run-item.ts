import { createHash } from 'node:crypto';
import { RESULTS, RUN_LOG_MAX_BYTES } from '@freezer/models';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';

/** The id of the run of a job that began at a time: who tells of it twice tells of one run. */
export const runIdOf = (projectId: string, jobId: string, started: number): string =>
  createHash('sha256')
    .update(JSON.stringify([projectId, jobId, started]))
    .digest('hex')
    .slice(0, 32);

/** The end of a text, at most so many bytes, beginning with a whole character. */
export function tailOf(text: string, maxBytes = RUN_LOG_MAX_BYTES): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let at = bytes.length - maxBytes;
  while (((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return bytes.subarray(at).toString();
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : -1);
const scheduleOf = (job: Item): Item => (isObject(job['job_schedule']) ? job['job_schedule'] : {});

/** What a write of a job says of a run that ended; undefined when it says nothing new. */
export function runOfWrite(before: Item, after: Item): Item | undefined {
  const old = scheduleOf(before);
  const schedule = scheduleOf(after);
  const { result, status, message } = schedule;
  if (!RESULTS.some((known) => known === result) || status === 'running') return undefined;
  const isSame = ['result', 'time_started', 'time_ended'].every((key) => schedule[key] === old[key]);
  if (isSame) return undefined;
  const started = numberOf(schedule['time_started']);
  const ended = numberOf(schedule['time_ended']);
  const projectId = String(after['project_id']);
  const jobId = String(after['job_id']);
  return {
    run_id: runIdOf(projectId, jobId, started > 0 ? started : ended),
    project_id: projectId,
    user_id: after['user_id'],
    job_id: jobId,
    client_id: after['client_id'],
    ...aboutJob(after),
    time_started: started,
    time_ended: ended,
    result,
    reasons: typeof message === 'string' && message !== '' ? [message] : [],
    ...(Array.isArray(schedule['job_actions_status']) && { job_actions_status: schedule['job_actions_status'] }),
  };
}

/** What a run takes from its job. */
export function aboutJob(job: Item): Item {
  const [first] = Array.isArray(job['job_actions']) ? job['job_actions'] : [];
  const action = isObject(first) && isObject(first['freezer_action']) ? first['freezer_action']['action'] : undefined;
  const { session_id: sessionId, session_tag: tag } = job;
  return {
    ...(typeof action === 'string' && { action }),
    ...(typeof sessionId === 'string' && sessionId !== '' && { session_id: sessionId, session_tag: tag }),
  };
}
