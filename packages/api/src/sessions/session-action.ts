import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';
import type { Answer } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { badRequest, notFound, Problem } from '../http/problem.ts';
import { membersOf, stateOf } from './session-item.ts';
import { type SessionEvent, type SessionOutcome, sessionStep } from './session-rules.ts';

/** POST of what a member begins or ends: read and written in one step, so that of several that start a round at once one raises the tag. */
export async function postSessionAction(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('session_id');
  const event = eventOf(await exchange.object());
  let outcome: SessionOutcome | undefined;
  const stored = await changeDocument(exchange.api.sessions, id, exchange.scope, async (read, { owner }) => {
    const document = await withMember(exchange, read, event.jobId);
    const gone = event.kind === 'end' ? await goneMembers(exchange, document, event.jobId) : undefined;
    outcome = sessionStep(stateOf(document), event, exchange.api.seconds(), gone);
    if ('refused' in outcome) throw refusal(outcome.refused, document, event);
    const { userId } = exchange.owner;
    return outcome.changes && { document: { ...document, ...outcome.changes, user_id: userId }, owner: { ...owner, userId } };
  });
  if (!stored || !outcome || 'refused' in outcome) throw notFound();
  // Schedulers of Python know two keys; ours compares the clocks.
  const time = event.kind === 'start' && event.planned !== undefined ? { time: exchange.api.seconds() } : {};
  return { status: 202, body: { result: outcome.answer, session_tag: outcome.tag, ...time } };
}

function eventOf(body: Item): SessionEvent {
  const [kind] = Object.keys(body);
  if (kind === undefined) throw badRequest('Bad action request format');
  if (kind !== 'start' && kind !== 'end')
    throw new Problem(405, 'Bad Method', { description: 'Bad Action Method', headers: { allow: 'GET, POST, HEAD, PATCH, DELETE' } });
  const parameters = body[kind];
  if (!isObject(parameters)) throw badRequest('Bad action request format');
  const { job_id: jobId, current_tag: tag, planned_time: planned, result } = parameters;
  if (typeof jobId !== 'string') throw badRequest('job_id must be a text');
  if (kind === 'end') {
    if (typeof result !== 'string') throw badRequest('result must be a text');
    // Nobody had to say it here: what is no number is not looked at.
    return { kind, jobId, result, tag: integerOf(tag) };
  }
  const number = integerOf(tag);
  if (number === undefined) throw badRequest('current_tag must be an integer');
  if (planned !== undefined && !Number.isSafeInteger(planned)) throw badRequest('planned_time must be a number of seconds');
  return { kind, jobId, tag: number, planned: integerOf(planned) };
}

function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

function refusal(reason: 'tag_too_high' | 'no_member', document: Item, event: SessionEvent): Problem {
  if (reason === 'no_member' || event.kind === 'end') return badRequest('job_id not found in session');
  return badRequest(`requested tag value too high. Session Tag: ${stateOf(document).session_tag} Job Tag: ${event.tag}`);
}

/**
 * The session with a job that says it is a member, and that the session does not have yet: its scheduler was faster than the second write of `addMember`, or
 * that write never came.
 */
async function withMember(exchange: Exchange, document: Item, jobId: string): Promise<Item> {
  const { api, scope } = exchange;
  const members = membersOf(document);
  if (Object.hasOwn(members, jobId) || !exchange.allows('sessions:job:add')) return document;
  const job = await api.jobs.get(jobId, scope);
  if (!job || job.document['session_id'] !== document['session_id']) return document;
  // Whatever the job was doing, of this session it has not begun anything.
  const member = { client_id: job.document['client_id'], status: '', result: '', time_started: '', time_ended: '' };
  return { ...document, jobs: { [jobId]: member, ...members } };
}

/**
 * Members that have not ended, and whose jobs were deleted, up to the first one that is there: all wait for that one. This is done again at each try to write,
 * and members end at the same time: looked for one and all, 150 of them kept the service busy for 20 s, and half were told 409.
 */
async function goneMembers({ api, scope }: Exchange, document: Item, endingId: string): Promise<ReadonlySet<string>> {
  const gone = new Set<string>();
  for (const [id, { status }] of Object.entries(membersOf(document))) {
    if (id === endingId || status === 'completed') continue;
    if (await api.jobs.get(id, scope)) break;
    gone.add(id);
  }
  return gone;
}
