import { FreezerError, messageOf, type Stored } from '@freezer/core';
import type { ApiContext } from '../api-context.ts';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';
import { runOfWrite } from './run-item.ts';

/** In a run that the server made of a job's result: a scheduler may still tell more of it. */
export const BY_SERVER = '_by_server';
const LATER = 120;
const MOST_BACKUPS = 100;

/** Makes a run of a result that was written into a job. What fails is logged: the job's own write is done. */
export async function recordRun(api: ApiContext, before: Item, job: Stored<Item>): Promise<void> {
  const run = runOfWrite(before, job.document);
  if (!run) return;
  const id = String(run['run_id']);
  try {
    await api.runs.create(id, { ...run, ...(await savedBy(api, job, run)), [BY_SERVER]: true }, job.owner);
    await removeOldest(api, job);
  } catch (error) {
    // Told before, with more in it.
    if (FreezerError.is(error, 'already_exists')) return;
    api.logger.warn({ job: job.id, reason: messageOf(error) }, 'the run of a job was not recorded');
  }
}

/** The backups that were entered for the job while it ran, and their bytes. */
async function savedBy(api: ApiContext, job: Stored<Item>, run: Item): Promise<Item> {
  const from = Number(run['time_started']);
  if (from <= 0) return {};
  const to = Math.max(Number(run['time_ended']), from) + LATER;
  const found = await api.backups.search({
    scope: { projectId: job.owner.projectId },
    match: [{ key: 'job_id', value: job.id }],
    ranges: [{ path: 'backup_metadata.time_stamp', from, to }],
    limit: MOST_BACKUPS,
    offset: 0,
  });
  if (found.length === 0) return {};
  return { backup_ids: found.map(({ id }) => id), ...sumOf(found, 'bytes_uncompressed'), ...sumOf(found, 'bytes_compressed') };
}

function sumOf(found: readonly Stored<Item>[], key: string): Item {
  const numbers = found.map(({ document }) => (isObject(document['backup_metadata']) ? document['backup_metadata'][key] : undefined));
  return numbers.every((each) => typeof each === 'number') ? { [key]: numbers.reduce((sum, each) => sum + each, 0) } : {};
}

const runsOf = (jobId: string, projectId: string) => ({ scope: { projectId }, match: [{ key: 'job_id', value: jobId }] });

/** Of each job so many runs are kept. */
export async function removeOldest(api: ApiContext, { id, owner }: Pick<Stored<Item>, 'id' | 'owner'>): Promise<void> {
  const filter = runsOf(id, owner.projectId);
  const excess = (await api.runs.count(filter)) - api.runLimits.keepCount;
  if (excess <= 0) return;
  for (const old of await api.runs.search({ ...filter, limit: excess, offset: 0 })) await api.runs.remove(old.id);
}

/** Removes runs that ended too long ago; resolves to how many. */
export async function removeAged(api: ApiContext): Promise<number> {
  const before = api.seconds() - api.runLimits.keepDays * 86_400;
  let removed = 0;
  for (;;) {
    const old = await api.runs.search({ scope: {}, ranges: [{ path: 'time_ended', from: 0, to: before }], limit: 200, offset: 0 });
    for (const { id } of old) if (await api.runs.remove(id)) removed += 1;
    if (old.length < 200) return removed;
  }
}
