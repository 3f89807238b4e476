import { setImmediate } from 'node:timers/promises';
import type { CallOptions, DocumentFilter, DocumentScope, DocumentStore } from '@freezer/core';
import type { AlertDocument } from '@freezer/models';
import type { ApiContext } from '../api-context.ts';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';
import { type AlertFacts, alertsOf, backupSetOf, clientName, isActive, jobName, type SetAge, setAgesOf } from './alerts-of.ts';
import { periodOf } from './period.ts';

/** Documents that are looked at before others have their turn: a few milliseconds. */
const PAGE = 100;
const LOOK_UPS = 10;

/** Everything that a filter finds, page by page. An embedded database answers without waiting, so others are let in between. */
async function* pagesOf(documents: DocumentStore<Item>, filter: DocumentFilter, options: CallOptions): AsyncGenerator<Item[]> {
  let marker: string | undefined;
  for (;;) {
    const page = await documents.search({ ...filter, limit: PAGE, offset: 0, ...(marker !== undefined && { marker }) }, options);
    yield page.map(({ document }) => document);
    marker = page.at(-1)?.id;
    if (page.length < PAGE || marker === undefined) return;
    await setImmediate();
  }
}

/** What alerts are worked out from, of one project or of all: a page of jobs at a time, because memory need not hold all. */
async function* factsByPage(api: ApiContext, scope: DocumentScope, options: CallOptions): AsyncGenerator<AlertFacts> {
  const heard = new Map<string, number>();
  for await (const page of pagesOf(api.leases, { scope, match: [{ key: 'kind', value: 'heard' }] }, options)) {
    for (const document of page) heard.set(clientName(document['project_id'], document['client_id']), Number(document['heard']));
  }
  for await (const jobs of pagesOf(api.jobs, { scope, matchNot: [{ key: 'job_schedule.status', value: 'removed' }] }, options)) {
    yield { jobs, heard, lastGood: await lastGoodRuns(api, jobs, options), now: api.seconds(), limits: api.alertLimits };
  }
}

/** All alerts of one project or of all, each once, and the ages of the sets that are saved regularly. */
export async function gatherAlerts(
  api: ApiContext,
  scope: DocumentScope,
  options: CallOptions = {},
): Promise<{ readonly alerts: readonly AlertDocument[]; readonly sets: readonly SetAge[] }> {
  const alerts = new Map<string, AlertDocument>();
  const sets: SetAge[] = [];
  for await (const facts of factsByPage(api, scope, options)) {
    for (const alert of alertsOf(facts)) alerts.set(`${alert.project_id}/${alert.alert_id}`, alert);
    sets.push(...setAgesOf(facts));
  }
  return { alerts: [...alerts.values()], sets };
}

/** Of jobs that save regularly, and whose own document does not tell of a success: their last good run. */
async function lastGoodRuns({ runs }: ApiContext, jobs: readonly Item[], options: CallOptions): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const counts = new Map<string, number>();
  let lookUps = 0;
  for (const job of jobs) {
    const schedule = isObject(job['job_schedule']) ? job['job_schedule'] : {};
    if (schedule['result'] === 'success' || !isActive(job) || periodOf(schedule) === undefined || backupSetOf(job) === undefined) continue;
    const projectId = String(job['project_id']);
    // A project whose jobs never ran has nothing to look for, job by job.
    const count = counts.get(projectId) ?? (await runs.count({ scope: { projectId } }, options));
    counts.set(projectId, count);
    if (count === 0) continue;
    const match = [
      { key: 'job_id', value: String(job['job_id']) },
      { key: 'result', value: 'success' },
    ];
    const sort = { path: 'time_ended', descending: true };
    const [run] = await runs.search({ scope: { projectId }, match, sort, limit: 1, offset: 0 }, options);
    if (run) found.set(jobName(job), Number(run.document['time_ended']));
    lookUps += 1;
    if (lookUps % LOOK_UPS === 0) await setImmediate();
  }
  return found;
}
