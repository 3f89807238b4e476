import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { isObject, without } from '../documents/merge.ts';
import type { Answer } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { notFound } from '../http/problem.ts';
import { settled } from '../jobs/settled.ts';
import { membersOf } from './session-item.ts';

const scheduleOf = (job: Item): Item => (isObject(job['job_schedule']) ? job['job_schedule'] : {});

function memberOf(job: Item): Item {
  const { status = '', result = '', time_started: started = '', time_ended: ended = '' } = scheduleOf(job);
  return { client_id: job['client_id'], status, result, time_started: started, time_ended: ended };
}

/** The session's schedule; the key `event` stays one, because schedulers of Python stop polling at a job that had it and lost it. */
function scheduleIn(session: Item, job: Item): Item {
  const schedule = isObject(session['schedule']) ? session['schedule'] : {};
  return scheduleOf(job)['event'] === undefined || schedule['event'] !== undefined ? schedule : { ...schedule, event: '' };
}

/** Another request may have taken the job out between the two writes; no session waits for such a job. */
async function leaveUnlessTold({ api, scope }: Exchange, sessionId: string, jobId: string): Promise<void> {
  const job = await api.jobs.get(jobId, scope);
  if (job && job.document['session_id'] !== '') return;
  await changeDocument(api.sessions, sessionId, scope, (document) => ({ document: { ...document, jobs: without(membersOf(document), jobId) } }));
}

/** PUT of a job into a session: it takes the session's schedule and tag. The job is written first, so that no session waits for a job that was not told. */
export async function addMember(exchange: Exchange): Promise<Answer> {
  const { api, scope, owner: writer } = exchange;
  const sessionId = exchange.param('session_id');
  const session = await api.sessions.get(sessionId, scope);
  if (!session) throw notFound(`Session not register with ID ${sessionId}`);
  let member: Item = {};
  const jobId = exchange.param('job_id');
  const job = await changeDocument(api.jobs, jobId, scope, (document, { owner }) => {
    member = memberOf(document);
    const taken = { session_id: sessionId, session_tag: session.document['session_tag'], job_schedule: scheduleIn(session.document, document) };
    return { document: { ...document, ...taken, user_id: writer.userId }, owner: { ...owner, userId: writer.userId } };
  });
  if (!job) throw notFound(`Job not registered with ID ${jobId}`);
  const stored = await changeDocument(api.sessions, sessionId, scope, (document, { owner }) => {
    const { [jobId]: known, ...others } = membersOf(document);
    // It has begun between the two writes.
    const hasJoined = known !== undefined && !Object.hasOwn(membersOf(session.document), jobId);
    // The newest first: in this order results are looked at.
    const jobs = { [jobId]: hasJoined ? known : member, ...others };
    return { document: { ...document, jobs, user_id: writer.userId }, owner: { ...owner, userId: writer.userId } };
  });
  if (!stored) throw notFound(`Session not register with ID ${sessionId}`);
  await leaveUnlessTold(exchange, sessionId, jobId);
  return { status: 204 };
}

/** DELETE of a job from a session: it is asked to stop. A member whose job is gone is taken out, too. */
export async function removeMember(exchange: Exchange): Promise<Answer> {
  const { api, scope, owner: writer } = exchange;
  const sessionId = exchange.param('session_id');
  const session = await api.sessions.get(sessionId, scope);
  if (!session) throw notFound(`Session not register with ID ${sessionId}`);
  const jobId = exchange.param('job_id');
  const job = await changeDocument(api.jobs, jobId, scope, (document, { owner }) => {
    const left = { session_id: '', session_tag: 0, job_schedule: settled({ ...scheduleOf(document), event: 'stop' }) };
    return { document: { ...document, ...left, user_id: writer.userId }, owner: { ...owner, userId: writer.userId } };
  });
  if (!job && !Object.hasOwn(membersOf(session.document), jobId)) throw notFound(`Job not registered with ID ${jobId}`);
  await changeDocument(api.sessions, sessionId, scope, (document, { owner }) => {
    if (!Object.hasOwn(membersOf(document), jobId)) return undefined;
    const jobs = without(membersOf(document), jobId);
    return { document: { ...document, jobs, user_id: writer.userId }, owner: { ...owner, userId: writer.userId } };
  });
  return { status: 204 };
}
