import { SessionAction, SessionChange, SessionDocument, SessionRequest } from '@freezer/models';
import * as z from 'zod';
import { isDocumentId } from '../actions/action-item.ts';
import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { isObject, merged, mergedSchedule } from '../documents/merge.ts';
import { removeDocument } from '../documents/remove-document.ts';
import { replaceOrCreate } from '../documents/replace-or-create.ts';
import { answerOne, written } from '../documents/shown.ts';
import type { Answer } from '../http/answer.ts';
import { demandMatch } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import { alreadyExists, badRequest, noDocument, notFound } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { validated } from '../http/validate.ts';
import { answerList } from '../lists/answer-list.ts';
import { SESSIONS } from '../lists/list-kind.ts';
import { closeRound, closeRounds } from './close-round.ts';
import { postSessionAction } from './session-action.ts';
import { membersOf, sessionItem, shownSession, withoutServerKeys } from './session-item.ts';
import { addMember, removeMember } from './session-members.ts';

async function listSessions(exchange: Exchange): Promise<Answer> {
  const { api, scope } = exchange;
  await closeRounds(api, scope);
  return answerList(exchange, { kind: SESSIONS, documents: api.sessions, scope, shown: (stored) => shownSession(exchange, stored) });
}

async function createSession(exchange: Exchange): Promise<Answer> {
  const request = validated(SessionRequest, await exchange.filledObject());
  const { api, owner } = exchange;
  const id = api.newId();
  await api.sessions.create(id, sessionItem(id, request, owner), owner);
  return { status: 201, body: { session_id: id } };
}

async function getSession(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('session_id');
  const found = await exchange.api.sessions.get(id, exchange.scope);
  if (!found) throw noDocument(id);
  const stored = await closeRound(exchange.api, exchange.scope, found);
  return answerOne(exchange, stored, { ...shownSession(exchange, stored), _version: stored.revision });
}

async function replaceSession(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('session_id');
  const body = await exchange.object();
  const request: Item = validated(SessionRequest, body);
  if (request['session_tag'] === undefined) throw badRequest("'session_tag' is a required property");
  if (!isDocumentId(id)) throw noDocument(id);
  const { api, owner } = exchange;
  const replace = () =>
    changeDocument(api.sessions, id, exchange.scope, (document, current) => {
      demandMatch(exchange, current);
      const { status = 'active', result = null, time_start: start, time_end: end } = document;
      const { missing, planned_time: planned } = document;
      const round = { ...(missing !== undefined && { missing }), ...(planned !== undefined && { planned_time: planned }) };
      const kept = { status, result, time_start: start ?? -1, time_end: end ?? -1, jobs: membersOf(document), ...round };
      const next = { ...current.owner, userId: owner.userId };
      return { document: { ...sessionItem(id, request, next), ...kept }, owner: next };
    });
  const create = () => api.sessions.create(id, sessionItem(id, request, owner), owner);
  return written(201, 'session_id', id, await replaceOrCreate(exchange, replace, create, alreadyExists(`Session already registered with ID ${id}`)));
}

async function changeSession(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('session_id');
  const change = withoutServerKeys(validated(SessionChange, await exchange.object()));
  const stored = await changeDocument(exchange.api.sessions, id, exchange.scope, (document, current) => {
    demandMatch(exchange, current);
    const owner = { ...current.owner, userId: exchange.owner.userId };
    return { document: { ...changedSession(document, change), user_id: owner.userId }, owner };
  });
  if (!stored) throw notFound(`Session not register with ID ${id}`);
  return written(200, 'session_id', id, stored);
}

function changedSession(document: Item, { schedule, jobs, ...rest }: Item): Item {
  const next: Item = { ...document, ...rest };
  if (isObject(schedule)) next['schedule'] = mergedSchedule(document['schedule'], schedule);
  if (isObject(jobs)) {
    const members = membersOf(document);
    next['jobs'] = { ...members, ...Object.fromEntries(Object.entries(jobs).map(([id, member]) => [id, merged(members[id], member)])) };
  }
  return next;
}

async function deleteSession(exchange: Exchange): Promise<Answer> {
  return (await removeDocument(exchange, { documents: exchange.api.sessions, id: exchange.param('session_id'), kind: 'session' })).answer;
}

const id = z.object({ session_id: z.string() });
const writtenId = id.extend({ version: z.int() });

export const SESSION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/sessions',
    rule: 'sessions:get_all',
    summary: 'Lists sessions',
    status: 200,
    answer: SessionDocument,
    list: SESSIONS,
    handle: listSessions,
  },
  {
    method: 'POST',
    path: '/sessions',
    rule: 'sessions:create',
    summary: 'Creates a session',
    status: 201,
    request: SessionRequest,
    answer: id,
    handle: createSession,
  },
  { method: 'GET', path: '/sessions/:session_id', rule: 'sessions:get', summary: 'Shows a session', status: 200, answer: SessionDocument, handle: getSession },
  {
    method: 'POST',
    path: '/sessions/:session_id',
    rule: 'sessions:replace',
    summary: 'Creates or replaces a session; its members stay',
    status: 201,
    request: SessionRequest,
    answer: writtenId,
    handle: replaceSession,
  },
  {
    method: 'PATCH',
    path: '/sessions/:session_id',
    rule: 'sessions:update',
    summary: 'Changes a session',
    status: 200,
    request: SessionChange,
    answer: writtenId,
    handle: changeSession,
  },
  { method: 'DELETE', path: '/sessions/:session_id', rule: 'sessions:delete', summary: 'Removes a session', status: 204, handle: deleteSession },
  {
    method: 'POST',
    path: '/sessions/:session_id/action',
    rule: 'sessions:action:create',
    summary: 'A member begins or ends its part of a round',
    status: 202,
    request: SessionAction,
    answer: z.object({ result: z.string(), session_tag: z.int(), time: z.int().optional() }),
    handle: postSessionAction,
  },
  { method: 'PUT', path: '/sessions/:session_id/jobs/:job_id', rule: 'sessions:job:add', summary: 'Adds a job', status: 204, handle: addMember },
  { method: 'DELETE', path: '/sessions/:session_id/jobs/:job_id', rule: 'sessions:job:remove', summary: 'Takes a job out', status: 204, handle: removeMember },
];
