import type { JobReading } from '../documents/job-reading.ts';
import type { JobMemory } from './state.ts';

/** Stands for the document of a job that was deleted while nobody looked. */
export function goneReading({ jobId, status, result, timeCreated, timeStarted, timeEnded, scheduleKey, contentKey, sessionTag }: JobMemory): JobReading {
  return {
    jobId,
    description: '',
    clientId: '',
    projectId: undefined,
    trustId: undefined,
    sessionId: undefined,
    sessionTag,
    told: { event: '', status, result, timeCreated, timeStarted, timeEnded, nextRunAt: -1 },
    content: { kind: 'problem', message: 'the job was deleted' },
    scheduleKey,
    contentKey,
    priority: 0,
    resources: [],
    document: {},
  };
}
