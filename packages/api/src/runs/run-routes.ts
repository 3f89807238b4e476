import { FreezerError, type Stored } from '@freezer/core';
import { RunDocument, RunRequest } from '@freezer/models';
import * as z from 'zod';
import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { without } from '../documents/merge.ts';
import { answerOne } from '../documents/shown.ts';
import type { Answer } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { noDocument } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { validated } from '../http/validate.ts';
import { answerList } from '../lists/answer-list.ts';
import { RUNS } from '../lists/list-kind.ts';
import { BY_SERVER, removeOldest } from './record-run.ts';
import { aboutJob, runIdOf, tailOf } from './run-item.ts';

const shown = ({ document }: Stored<Item>): Item => without(document, BY_SERVER);

async function listRuns(exchange: Exchange): Promise<Answer> {
  const { api, scope } = exchange;
  return answerList(exchange, { kind: RUNS, documents: api.runs, scope, shown });
}

async function getRun(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('run_id');
  const stored = await exchange.api.runs.get(id, exchange.scope);
  if (!stored) throw noDocument(id);
  return answerOne(exchange, stored, shown(stored));
}

async function createRun(exchange: Exchange): Promise<Answer> {
  const request = validated(RunRequest, await exchange.filledObject());
  const { api, owner, scope } = exchange;
  const job = await api.jobs.get(request.job_id, scope);
  if (!job) throw noDocument(request.job_id);
  const id = runIdOf(owner.projectId, request.job_id, request.time_started > 0 ? request.time_started : request.time_ended);
  const run: Item = {
    run_id: id,
    project_id: owner.projectId,
    user_id: owner.userId,
    client_id: job.document['client_id'],
    ...aboutJob(job.document),
    reasons: [],
    ...without(request, 'run_id', 'project_id', 'user_id', 'client_id', BY_SERVER),
    ...(request.log !== undefined && { log: tailOf(request.log) }),
  };
  await addRun(exchange, id, run);
  await removeOldest(api, job);
  return { status: 201, body: { run_id: id } };
}

/** Runs are not changed; but one that the server made of the job's result takes what its scheduler knows of it. */
async function addRun({ api, owner, scope }: Exchange, id: string, run: Item): Promise<void> {
  try {
    await api.runs.create(id, run, owner);
  } catch (error) {
    if (!FreezerError.is(error, 'already_exists')) throw error;
    await changeDocument(api.runs, id, scope, (document) =>
      document[BY_SERVER] === true ? { document: { ...without(document, BY_SERVER), ...run } } : undefined,
    );
  }
}

export const RUN_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/runs',
    versions: ['v2'],
    rule: 'runs:get_all',
    summary: 'Lists runs',
    status: 200,
    answer: RunDocument,
    list: RUNS,
    handle: listRuns,
  },
  {
    method: 'POST',
    path: '/runs',
    versions: ['v2'],
    rule: 'runs:create',
    summary: 'A scheduler tells of a run that ended',
    status: 201,
    request: RunRequest,
    answer: z.object({ run_id: z.string() }),
    handle: createRun,
  },
  { method: 'GET', path: '/runs/:run_id', versions: ['v2'], rule: 'runs:get', summary: 'Shows a run', status: 200, answer: RunDocument, handle: getRun },
];
