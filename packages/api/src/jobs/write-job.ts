import { FreezerError, messageOf, type Stored } from '@freezer/core';
import { JobChange, JobRequest } from '@freezer/models';
import { isDocumentId } from '../actions/action-item.ts';
import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { isObject, isSameDocument, mergedSchedule, without } from '../documents/merge.ts';
import { removeDocument } from '../documents/remove-document.ts';
import { replaceOrCreate } from '../documents/replace-or-create.ts';
import { written } from '../documents/shown.ts';
import type { Answer } from '../http/answer.ts';
import { demandMatch } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import { alreadyExists, badRequest, noDocument, notFound } from '../http/problem.ts';
import { validated } from '../http/validate.ts';
import { recordRun } from '../runs/record-run.ts';
import { type LinkedActions, linkActions, makeActions, takeBackActions, withDefaults } from './job-actions.ts';
import { clientOfJob } from './job-client.ts';
import { entriesOf, SERVER_KEYS } from './job-item.ts';
import { CLIENT_PROJECT, centralKeys } from './job-trust.ts';
import { settled } from './settled.ts';

const taken = (id: string) => alreadyExists(`Job already registered with ID ${id}`);

function defaultsOf(body: Item): Item {
  const { action_defaults: defaults } = body;
  if (defaults === undefined || defaults === null) return {};
  if (!isObject(defaults)) throw badRequest('action_defaults shouldbe a dictionary');
  return defaults;
}

interface NewJob {
  readonly item: Item;
  readonly actions: LinkedActions;
}

/** A whole job of a request, its actions linked, for a client that can do it. */
async function newJob(exchange: Exchange, id: string, body: Item, before: readonly Item[]): Promise<NewJob> {
  const entries = withDefaults(entriesOf(body['job_actions']), defaultsOf(body));
  const client = await clientOfJob(exchange, String(body['client_id']), entries);
  const central = await centralKeys(exchange, client);
  const actions = await linkActions(exchange, id, entries, before);
  const { owner } = exchange;
  const item: Item = {
    job_id: id,
    project_id: owner.projectId,
    user_id: owner.userId,
    job_schedule: isObject(body['job_schedule']) ? settled(body['job_schedule']) : {},
    client_id: body['client_id'],
    session_id: body['session_id'] ?? '',
    session_tag: body['session_tag'] ?? 0,
    description: body['description'] ?? null,
    job_actions: actions.entries,
    ...central,
  };
  return { item, actions };
}

async function readRequest(exchange: Exchange): Promise<Item> {
  const body = await exchange.object();
  defaultsOf(body);
  return validated(JobRequest, body);
}

async function insert({ api, owner }: Exchange, id: string, item: Item): Promise<void> {
  try {
    await api.jobs.create(id, item, owner);
  } catch (error) {
    throw FreezerError.is(error, 'already_exists') ? taken(id) : error;
  }
}

/** Writes the job after its actions; when one cannot be written they are taken back. */
async function insertInTurn(exchange: Exchange, id: string, { item, actions }: NewJob): Promise<void> {
  try {
    await makeActions(exchange, actions);
    await insert(exchange, id, item);
  } catch (error) {
    await takeBackActions(exchange, id, actions.made);
    throw error;
  }
}

/**
 * Writes the actions of a job, and then the job: it must not be seen, and run, when its request fails. A store that gathers writes gets them at the same time,
 * and syncs once for all; should it refuse an action then, the job is taken back.
 */
async function insertWithActions(exchange: Exchange, id: string, job: NewJob): Promise<void> {
  if (exchange.api.store.gathersWrites !== true) return insertInTurn(exchange, id, job);
  const { item, actions } = job;
  const [made, stored] = await Promise.allSettled([makeActions(exchange, actions), insert(exchange, id, item)]);
  if (stored.status === 'rejected') {
    await takeBackActions(exchange, id, actions.made);
    throw stored.reason;
  }
  if (made.status === 'rejected') {
    await removeDocument(exchange, { documents: exchange.api.jobs, id, kind: 'job' }).catch((error: unknown) => {
      exchange.api.logger.error({ job: id, reason: messageOf(error) }, 'a job whose request has failed could not be taken back');
    });
    await takeBackActions(exchange, id, actions.made);
    throw made.reason;
  }
}

/** POST of a job. */
export async function createJob(exchange: Exchange): Promise<Answer> {
  const body = await readRequest(exchange);
  const wanted = exchange.isV1 ? '' : body['job_id'];
  const id = typeof wanted === 'string' && wanted !== '' ? wanted : exchange.api.newId();
  if (wanted && (await exchange.api.jobs.get(id, exchange.scope))) throw taken(id);
  const { item, actions } = await newJob(exchange, id, body, []);
  const schedule = isObject(item['job_schedule']) ? item['job_schedule'] : {};
  const times = { time_created: exchange.api.seconds(), time_started: -1, time_ended: -1 };
  await insertWithActions(exchange, id, { item: { ...item, job_schedule: { ...schedule, ...times } }, actions });
  return { status: 201, body: { job_id: id } };
}

/** POST of a job under an id: created, or replaced as a whole. */
export async function replaceJob(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('job_id');
  const body = await readRequest(exchange);
  if (!isDocumentId(id)) throw noDocument(id);
  const { api, scope } = exchange;
  const before = await api.jobs.get(id, scope);
  demandMatch(exchange, before);
  const job = await newJob(exchange, id, body, entriesOf(before?.document['job_actions']));
  try {
    await makeActions(exchange, job.actions);
    const replace = () =>
      changeDocument(api.jobs, id, scope, (_document, current) => {
        demandMatch(exchange, current);
        const owner = { ...current.owner, userId: exchange.owner.userId };
        return { document: { ...job.item, project_id: owner.projectId }, owner };
      });
    const stored = await replaceOrCreate(exchange, replace, () => api.jobs.create(id, job.item, exchange.owner), taken(id));
    return written(201, 'job_id', id, stored);
  } catch (error) {
    await takeBackActions(exchange, id, job.actions.made);
    throw error;
  }
}

/** PATCH of a job: what is named is changed. A result that is written makes a run. */
export async function changeJob(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('job_id');
  const body = await exchange.object();
  const defaults = defaultsOf(body);
  const change: Item = validated(JobChange, body);
  const actions = change['job_actions'] === undefined ? undefined : new OnceLinked(exchange, id, withDefaults(entriesOf(change['job_actions']), defaults));
  let before: Item | undefined;
  let stored: Stored<Item> | undefined;
  try {
    stored = await changeDocument(exchange.api.jobs, id, exchange.scope, async (document, current) => {
      demandMatch(exchange, current);
      before = document;
      const owner = { ...current.owner, userId: exchange.owner.userId };
      return { document: { ...(await changedJob(exchange, document, change, actions)), user_id: owner.userId }, owner };
    });
  } catch (error) {
    await actions?.takeBack();
    throw error;
  }
  if (!stored) await actions?.takeBack();
  if (!stored) throw notFound(`Job not registered with ID ${id}`);
  if (before) await recordRun(exchange.api, before, stored);
  if (isReport(change)) exchange.api.sightings.saw(stored.owner.projectId, String(stored.document['client_id']));
  return written(200, 'job_id', id, stored);
}

/** Only schedulers write how a job stands. */
const isReport = ({ job_schedule: schedule }: Item): boolean =>
  isObject(schedule) && ['status', 'result', 'current_pid'].some((key) => schedule[key] !== undefined);

/** Links actions once, however often the job itself has to be written again because others write it, too. */
class OnceLinked {
  readonly entries: readonly Item[];
  readonly #exchange: Exchange;
  readonly #jobId: string;
  #linked: LinkedActions | undefined;

  constructor(exchange: Exchange, jobId: string, entries: readonly Item[]) {
    this.#exchange = exchange;
    this.#jobId = jobId;
    this.entries = entries;
  }

  async link(before: readonly Item[]): Promise<readonly Item[]> {
    if (!this.#linked) {
      this.#linked = await linkActions(this.#exchange, this.#jobId, this.entries, before);
      await makeActions(this.#exchange, this.#linked);
    }
    return this.#linked.entries;
  }

  async takeBack(): Promise<void> {
    await takeBackActions(this.#exchange, this.#jobId, this.#linked?.made ?? []);
  }
}

async function changedJob(exchange: Exchange, document: Item, change: Item, actions: OnceLinked | undefined): Promise<Item> {
  const { job_schedule: schedule, job_actions: _, ...rest } = without(change, ...SERVER_KEYS);
  const next: Item = { ...document, ...rest };
  if (isObject(schedule)) next['job_schedule'] = settled(mergedSchedule(document['job_schedule'], schedule));
  const before = entriesOf(document['job_actions']);
  const hasOtherClient = next['client_id'] !== document['client_id'];
  // A scheduler sends the whole job with each state: what is as it was needs no second look, and works when the client has been removed meanwhile.
  const hasOtherActions = actions !== undefined && !areSame(actions.entries, before);
  if (!hasOtherClient && !hasOtherActions) return next;
  const client = await clientOfJob(exchange, String(next['client_id']), actions?.entries ?? before);
  if (actions && hasOtherActions) next['job_actions'] = await actions.link(before);
  return hasOtherClient ? { ...without(next, 'user_credentials', CLIENT_PROJECT), ...(await centralKeys(exchange, client)) } : next;
}

/** Version 1 shows no project, so it does not come back either. */
function areSame(entries: readonly Item[], before: readonly Item[]): boolean {
  const bare = (entry: Item): Item => without(entry, 'project_id', 'user_id');
  return entries.length === before.length && entries.every((entry, index) => isSameDocument(bare(entry), bare(before[index] ?? {})));
}
