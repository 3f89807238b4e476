import { JobChange, JobDocument, JobEvent, JobRequest } from '@freezer/models';
import * as z from 'zod';
import { noteSignOfLife } from '../clients/note-sign-of-life.ts';
import { removeDocument } from '../documents/remove-document.ts';
import { answerOne } from '../documents/shown.ts';
import type { Answer } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { badParameter, noDocument } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { answerList, type SeenSearch } from '../lists/answer-list.ts';
import { JOBS } from '../lists/list-kind.ts';
import { postEvent } from './job-events.ts';
import { jobText, readScope } from './job-item.ts';
import { dropTrust } from './job-trust.ts';
import { changeJob, createJob, replaceJob } from './write-job.ts';

const TRUE = ['1', 't', 'true', 'on', 'y', 'yes'];
const FALSE = ['0', 'f', 'false', 'off', 'n', 'no'];

function wantsAllProjects({ query }: Exchange): boolean {
  const text = query.getAll('all_projects').at(-1)?.trim().toLowerCase();
  if (text === undefined || text === '' || FALSE.includes(text)) return false;
  if (TRUE.includes(text)) return true;
  throw badParameter('all_projects', 'The value of the parameter must be "true" or "false".');
}

async function listJobs(exchange: Exchange): Promise<Answer> {
  const { api } = exchange;
  const scope = !exchange.isV1 && wantsAllProjects(exchange) ? readScope(exchange) : exchange.scope;
  return answerList(exchange, {
    kind: JOBS,
    documents: api.jobs,
    scope,
    shown: (stored) => jobText(exchange, stored),
    seen: (search) => noticePoll(exchange, search),
  });
}

/** A scheduler asks for the jobs of its client that are not completed, and nobody else does. */
function noticePoll(exchange: Exchange, { match = [], matchNot = [] }: SeenSearch): void {
  const client = match.find(({ key }) => key === 'client_id')?.value;
  const isPoll = matchNot.some(({ key, value }) => (key === 'status' || key === 'job_schedule.status') && value === 'completed');
  if (!isPoll || typeof client !== 'string') return;
  exchange.api.sightings.saw(exchange.projectId, client);
  noteSignOfLife(exchange, client);
}

async function getJob(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('job_id');
  const { api, scope } = exchange;
  const stored = (await api.jobs.get(id, scope)) ?? (await getForeignJob(exchange, id));
  if (!stored) throw noDocument(id);
  return answerOne(exchange, stored, jobText(exchange, stored, stored.revision));
}

async function getForeignJob(exchange: Exchange, id: string) {
  const wide = readScope(exchange);
  return wide === exchange.scope ? undefined : exchange.api.jobs.get(id, wide);
}

async function deleteJob(exchange: Exchange): Promise<Answer> {
  const { answer, removed } = await removeDocument(exchange, { documents: exchange.api.jobs, id: exchange.param('job_id'), kind: 'Job' });
  if (removed) await dropTrust(exchange, removed.document);
  return answer;
}

const id = z.object({ job_id: z.string() });
const writtenId = id.extend({ version: z.int() });

export const JOB_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/jobs', rule: 'jobs:get_all', summary: 'Lists jobs', status: 200, answer: JobDocument, list: JOBS, handle: listJobs },
  {
    method: 'POST',
    path: '/jobs',
    rule: 'jobs:create',
    summary: 'Creates a job and its actions',
    status: 201,
    request: JobRequest,
    answer: id,
    handle: createJob,
  },
  { method: 'GET', path: '/jobs/:job_id', rule: 'jobs:get', summary: 'Shows a job', status: 200, answer: JobDocument, handle: getJob },
  {
    method: 'POST',
    path: '/jobs/:job_id',
    rule: 'jobs:create',
    summary: 'Creates or replaces a job',
    status: 201,
    request: JobRequest,
    answer: writtenId,
    handle: replaceJob,
  },
  {
    method: 'PATCH',
    path: '/jobs/:job_id',
    rule: 'jobs:update',
    summary: 'Changes a job',
    status: 200,
    request: JobChange,
    answer: writtenId,
    handle: changeJob,
  },
  { method: 'DELETE', path: '/jobs/:job_id', rule: 'jobs:delete', summary: 'Removes a job', status: 204, handle: deleteJob },
  {
    method: 'POST',
    path: '/jobs/:job_id/event',
    rule: 'jobs:event:create',
    summary: 'Asks the scheduler to start, stop or abort a job',
    status: 202,
    request: JobEvent,
    answer: z.object({ result: z.string() }),
    handle: postEvent,
  },
];
