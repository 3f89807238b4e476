import { ApiError, type CallOptions, type FreezerClient } from '@freezer/client-sdk';
import { FreezerError, messageOf } from '@freezer/core';
import { BackupRequest, RunRequest } from '@freezer/models';
import * as z from 'zod';
import type { Deliver, OutboxItem } from '../state/outbox.ts';
import type { ApiAccess } from './api-access.ts';

const owner = { trust_id: z.string().optional(), project_id: z.string().optional() };

/** A change of a job: its state keys, and what session it is in. */
const jobWrite = z.object({
  ...owner,
  job_id: z.string(),
  change: z.record(z.string(), z.unknown()),
  /** The event that `change` clears: another one, which came meanwhile, stays. */
  acknowledged: z.string().optional(),
});
/** A backup that was made. */
const backupWrite = z.object({ ...owner, metadata: z.record(z.string(), z.unknown()) });
/** A member of a session has ended its part. */
const sessionEndWrite = z.object({ ...owner, session_id: z.string(), job_id: z.string(), tag: z.int(), result: z.string() });
/** What is told of a run beyond its result. */
const runWrite = z.object({ ...owner, run: z.record(z.string(), z.unknown()) });

export type JobWrite = z.infer<typeof jobWrite>;

/** Words of ours that servers of Python refuse. */
const PYTHON_RESULT = 'fail';
const PYTHON_KEYS: ReadonlySet<string> = new Set([
  'time_created',
  'time_started',
  'time_ended',
  'event',
  'status',
  'result',
  'current_pid',
  'schedule_date',
  'schedule_start_date',
  'schedule_end_date',
  'schedule_interval',
  'schedule_year',
  'schedule_month',
  'schedule_day',
  'schedule_week',
  'schedule_day_of_week',
  'schedule_hour',
  'schedule_minute',
  'schedule_second',
]);

/** What the server of an API can beyond Freezer's; nothing, of a server of Python. */
export interface ServerFeatures {
  /** It keeps our keys of `job_schedule`, and merges what is written into it. */
  readonly ours: boolean;
}

/** So long a server counts as one of Python: meanwhile ours may have taken its place. */
const PYTHON_MS = 60_000;
const REFUSALS: ReadonlySet<string> = new Set(['unauthenticated', 'permission_denied']);

/** Finds out once whether it is ours; of one that is not, now and then again. */
export class FeatureProbe {
  readonly #access: () => ApiAccess;
  #known: ServerFeatures | undefined;
  #knownAt = 0;

  constructor(access: () => ApiAccess) {
    this.#access = access;
  }

  /** Rejects while nobody answers as an API of Freezer does; with `unavailable` when somebody else does. */
  async features(call?: CallOptions): Promise<ServerFeatures> {
    if (this.#known?.ours || (this.#known && performance.now() - this.#knownAt < PYTHON_MS)) return this.#known;
    const known = { ours: (await this.#saysSo(call)) || (await this.#listsLikeOurs(call)) };
    this.#known = known;
    this.#knownAt = performance.now();
    return known;
  }

  async #saysSo(call?: CallOptions): Promise<boolean> {
    try {
      const versions = await this.#access().client.service.versions(call);
      return versions.some(({ features }) => features.includes('partial'));
    } catch (error) {
      // Servers of Python announce the document and send nothing; or a proxy has answered, as while the API is updated.
      if (ApiError.is(error)) return false;
      throw error;
    }
  }

  /** A list is what only an API of Freezer gives; ours counts what is in it (not in version 1). */
  async #listsLikeOurs(call?: CallOptions): Promise<boolean> {
    try {
      return (await this.#access().client.jobs.page({ ...call, limit: 1 })).total !== undefined;
    } catch (error) {
      // Whatever a proxy says here, it says nothing about what is to be written.
      if (!ApiError.is(error) || error.status === undefined || REFUSALS.has(error.code)) throw error;
      throw new FreezerError('unavailable', `it is not known which API this is: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** The writes of the outbox as calls of the API. */
export function delivery(access: () => ApiAccess, probe: FeatureProbe): Deliver {
  const byTrust: ClientOf = ({ trust_id: trustId, project_id: projectId }) => access().behalfOf({ trustId, projectId });
  const bySelf: ClientOf = ({ project_id: projectId }) => access().behalfOf({ projectId });
  const send = async (write: OutboxItem, clientOf: ClientOf, call: CallOptions): Promise<void> => {
    switch (write.kind) {
      case 'job': {
        const body = parsed(jobWrite, write);
        await writeJob(clientOf(body), body, { features: await probe.features(call), call });
        return;
      }
      case 'backup': {
        const body = parsed(backupWrite, write);
        await writeBackup(clientOf(body), body.metadata, { write, features: await probe.features(call), call });
        return;
      }
      case 'session-end': {
        const { session_id: sessionId, job_id: jobId, tag, result, ...rest } = parsed(sessionEndWrite, write);
        const { ours } = await probe.features(call);
        await clientOf(rest).sessions.end(sessionId, { jobId, tag, result: ours ? result : pythonResult(result) }, call);
        return;
      }
      case 'run': {
        const { run, ...rest } = parsed(runWrite, write);
        if (!(await probe.features(call)).ours) return;
        const request = RunRequest.safeParse(run);
        if (request.success) await clientOf(rest).runs.create(request.data, call);
        return;
      }
      default:
        throw new FreezerError('invalid', `a write of kind ${write.kind} is not known`);
    }
  };
  /** A trust that is gone lets nobody tell what its job does: then we tell it ourselves, as far as our role goes. */
  const sendSomehow: Deliver = async (write, signal) => {
    try {
      await send(write, byTrust, { signal });
    } catch (error) {
      if (write.body['trust_id'] === undefined || !isRefused(error)) throw error;
      await send(write, bySelf, { signal }).catch((own: unknown) => {
        if (!isRefused(own) && !ApiError.is(own, 'not_found')) throw own;
        throw new FreezerError('permission_denied', `the trust of the job is refused (${messageOf(error)}), and without it: ${messageOf(own)}`, { cause: own });
      });
    }
  };
  return async (write, signal) => {
    try {
      await sendSomehow(write, signal);
    } catch (error) {
      const code = codeOf404(error, write.kind);
      if (code !== undefined) throw new FreezerError(code, messageOf(error), { cause: error });
      if (isAboutTheWrite(error)) throw error;
      throw new FreezerError('unavailable', messageOf(error), { cause: error });
    }
  };
}

interface Owned {
  readonly trust_id?: string | undefined;
  readonly project_id?: string | undefined;
}

type ClientOf = (owner: Owned) => FreezerClient;

/** By the API, or by Keystone, for which a trust that was revoked is one that it does not find. */
function isRefused(error: unknown): boolean {
  if (!FreezerError.is(error)) return false;
  return REFUSALS.has(error.code) || (!isAboutTheWrite(error) && error.code === 'not_found');
}

/** What Keystone says, a certificate or a connection is about the way, not about what is sent: nothing is dropped for it. */
function isAboutTheWrite(error: unknown): boolean {
  return ApiError.is(error) ? error.status !== undefined : FreezerError.is(error) && error.name === 'FreezerError';
}

/** What a 404 means for a write: a backup needs neither a job nor a session that could be gone. */
function codeOf404(error: unknown, kind: string): 'not_found' | 'unsupported' | undefined {
  if (!ApiError.is(error) || error.status !== 404) return undefined;
  if (kind === 'backup') return 'unsupported';
  // Version 1 of the API has no history of runs, and says so in the words of any path that is not there.
  return kind === 'run' && error.title === '404 Not Found' ? 'not_found' : undefined;
}

function parsed<Shape extends z.ZodType>(shape: Shape, write: OutboxItem): z.infer<Shape> {
  const read = shape.safeParse(write.body);
  if (!read.success) throw new FreezerError('invalid', `a write of kind ${write.kind} is damaged`);
  return read.data;
}

interface WriteContext {
  readonly features: ServerFeatures;
  readonly call: CallOptions;
}

/** One record, however often it is sent: our server knows the key, of a server of Python it is looked for. */
async function writeBackup(client: FreezerClient, metadata: object, { write, features, call }: WriteContext & { readonly write: OutboxItem }): Promise<void> {
  const record = BackupRequest.safeParse(features.ours ? metadata : { ...metadata, delivery_id: write.id });
  if (!record.success) throw new FreezerError('invalid', `the agent's document is no record of a backup: ${z.prettifyError(record.error)}`);
  if (features.ours) await client.backups.create(record.data, { ...call, idempotencyKey: write.id });
  else if (write.attempts === 0 || !(await isThere(client, write.id, call))) await client.backups.create(record.data, call);
}

/** Whether an earlier try arrived although its answer did not. */
async function isThere(client: FreezerClient, deliveryId: string, call: CallOptions): Promise<boolean> {
  const found = await client.backups.list({ ...call, limit: 1, search: { match: [{ delivery_id: deliveryId }] } });
  return found.length > 0;
}

const pythonResult = (result: string): string => (result === 'partial' ? PYTHON_RESULT : result);

type JobState = Readonly<Record<string, unknown>>;

const CONFLICT_TRIES = 5;

async function writeJob(client: FreezerClient, write: JobWrite, { features, call }: WriteContext): Promise<void> {
  if (features.ours && write.acknowledged === undefined && !isCompletion(write)) {
    await client.jobs.update(write.job_id, write.change, call);
    return;
  }
  for (let tries = 1; ; tries += 1) {
    const found = await client.jobs.getIfChanged(write.job_id, undefined, call);
    if (found.state !== 'changed') throw new FreezerError('not_found', `update job ${write.job_id}: there is no such job any more`);
    // What a proxy makes of an answer is no job: with it a server of Python would be told to forget the schedule.
    if (found.document.job_id !== write.job_id) throw new FreezerError('unavailable', `update job ${write.job_id}: the API answered with something else`);
    const current = found.document.job_schedule ?? {};
    const change = features.ours ? keptEvent(write, current) : forPython(write, current);
    try {
      await client.jobs.update(write.job_id, change, { ...call, ...(features.ours && found.etag !== undefined && { ifMatch: found.etag }) });
      return;
    } catch (error) {
      if (!ApiError.is(error, 'conflict') || tries >= CONFLICT_TRIES) throw error;
    }
  }
}

const isCompletion = ({ change }: JobWrite): boolean => (change['job_schedule'] as JobState | undefined)?.['status'] === 'completed';

/** Without the event, when another one stands there than the one that was seen. */
function keptEvent({ change, acknowledged }: JobWrite, current: JobState): Record<string, unknown> {
  const { job_schedule: own, ...rest } = change as { readonly job_schedule?: JobState };
  if (own === undefined) return rest;
  const { event, ...told } = own;
  const asked = current['event'] ?? '';
  const other = acknowledged !== undefined && asked !== acknowledged;
  // A completed job is in no list: what was asked of it meanwhile nobody would ever see.
  const others = told['status'] === 'completed' && asked !== '' && asked !== acknowledged ? { ...told, status: 'stop' } : told;
  return { ...rest, job_schedule: other || event === undefined ? others : { ...others, event } };
}

/**
 * A server of Python replaces `job_schedule` as a whole and refuses what it does not know, so what the user decides is read anew and sent
 * along: an edit of the last moment is not undone.
 */
function forPython(write: JobWrite, current: JobState): Record<string, unknown> {
  const { job_schedule: own = {}, ...rest } = keptEvent(write, current) as { readonly job_schedule?: JobState };
  const known = (values: object): [string, unknown][] =>
    Object.entries(values).filter(([key, value]) => PYTHON_KEYS.has(key) && value !== null && value !== undefined);
  const mine = known(own).map(([key, value]) => [key, key === 'result' ? pythonResult(String(value)) : value] as const);
  return { ...rest, job_schedule: { ...Object.fromEntries(known(current)), ...Object.fromEntries(mine) } };
}
