import type { CallOptions, DocumentFilter, DocumentScope, DocumentStore, Stored } from '@freezer/core';
import type { ApiContext } from '../api-context.ts';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';
import { type AlertFacts, backupSetOf, clientName, isActive } from './alerts-of.ts';
import { periodOf } from './period.ts';

const PAGE = 500;

/** Everything that a filter finds, page by page. */
async function* allOfKind(documents: DocumentStore<Item>, filter: DocumentFilter, options: CallOptions = {}): AsyncGenerator<Stored<Item>> {
  let marker: string | undefined;
  for (;;) {
    const page = await documents.search({ ...filter, limit: PAGE, offset: 0, ...(marker !== undefined && { marker }) }, options);
    yield* page;
    marker = page.at(-1)?.id;
    if (page.length < PAGE || marker === undefined) return;
  }
}

/** What alerts are worked out from, of one project or of all. */
export async function gatherFacts(api: ApiContext, scope: DocumentScope, options: CallOptions = {}): Promise<AlertFacts> {
  const jobs: Item[] = [];
  for await (const { document } of allOfKind(api.jobs, { scope, matchNot: [{ key: 'job_schedule.status', value: 'removed' }] }, options)) jobs.push(document);
  const heard = new Map<string, number>();
  for await (const { document } of allOfKind(api.leases, { scope, match: [{ key: 'kind', value: 'heard' }] }, options)) {
    heard.set(clientName(document['project_id'], document['client_id']), Number(document['heard']));
  }
  return { jobs, heard, lastGood: await lastGoodRuns(api, jobs, options), now: api.seconds(), limits: api.alertLimits };
}

/** Of jobs that save regularly, and whose own document does not tell of a success: their last good run. */
async function lastGoodRuns({ runs }: ApiContext, jobs: readonly Item[], options: CallOptions): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const job of jobs) {
    const schedule = isObject(job['job_schedule']) ? job['job_schedule'] : {};
    if (schedule['result'] === 'success' || !isActive(job) || periodOf(schedule) === undefined || backupSetOf(job) === undefined) continue;
    const id = String(job['job_id']);
    const match = [
      { key: 'job_id', value: id },
      { key: 'result', value: 'success' },
    ];
    const sort = { path: 'time_ended', descending: true };
    const [run] = await runs.search({ scope: { projectId: String(job['project_id']) }, match, sort, limit: 1, offset: 0 }, options);
    if (run) found.set(id, Number(run.document['time_ended']));
  }
  return found;
}
