import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentStore, Store } from '@freezer/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openSqlStore } from '../open-sql-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-scale-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Job {
  readonly job_id: string;
  readonly client_id: string;
  readonly job_schedule: { readonly status: string; readonly time_created: number };
}

/** Ten thousand jobs of five hundred clients in each project; of three jobs of a client two are done. */
const jobOf = (n: number): Job => ({
  job_id: `job-${n}`,
  client_id: `client-${n % 500}`,
  job_schedule: { status: Math.floor(n / 500) % 3 === 0 ? 'scheduled' : 'completed', time_created: n },
});
const projectOf = (n: number): string => `project-${Math.floor(n / 10_000)}`;

async function fill(store: Store, from: number, to: number): Promise<DocumentStore<Job>> {
  const jobs = store.documents<Job>('jobs');
  for (let start = from; start < to; start += 500) {
    await Promise.all(
      Array.from({ length: 500 }, async (_, n) => await jobs.create(`job-${start + n}`, jobOf(start + n), { projectId: projectOf(start + n), userId: 'u' })),
    );
  }
  return jobs;
}

const poll = (n: number) => ({
  scope: { projectId: 'project-0' },
  match: [{ key: 'client_id', value: `client-${n}` }],
  matchNot: [{ key: 'status', value: 'completed' }],
  limit: 10,
  offset: 0,
});

/** The middle of the times of a search, in milliseconds. */
async function timeOf(jobs: DocumentStore<Job>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 300; n += 1) {
    const start = performance.now();
    await jobs.search(poll(n));
    times.push(performance.now() - start);
  }
  return times.toSorted((one, two) => one - two)[150] ?? 0;
}

describe('100 000 documents in SQLite', () => {
  it('are searched as quickly as 10 000', async () => {
    await using store = await openSqlStore({ path: join(folder, 'freezer.db') });
    await store.migrate();
    const few = await timeOf(await fill(store, 0, 10_000));
    const jobs = await fill(store, 10_000, 100_000);
    const many = await timeOf(jobs);
    // Ten times as many documents: a search that read them would take ten times as long.
    expect(many).toBeLessThan(4 * few + 1);
    expect((await jobs.search(poll(7))).map(({ id }) => id)).toEqual([0, 1500, 3000, 4500, 6000, 7500, 9000].map((n) => `job-${n + 7}`));
    expect(await jobs.count({ scope: {} })).toBe(100_000);
    expect(await jobs.count({ scope: { projectId: 'project-9' } })).toBe(10_000);
    expect(await jobs.count({ scope: {}, match: [{ key: 'client_id', value: 'client-7' }] })).toBe(200);
    const newest = await jobs.search({ scope: { projectId: 'project-3' }, limit: 3, offset: 2, sort: { path: 'job_schedule.time_created', descending: true } });
    expect(newest.map(({ id }) => id)).toEqual(['job-39997', 'job-39996', 'job-39995']);
    expect((await jobs.search({ scope: {}, limit: 2, offset: 0, marker: 'job-99997' })).map(({ id }) => id)).toEqual(['job-99998', 'job-99999']);
    expect((await jobs.search({ scope: { projectId: 'project-5' }, text: 'job 59999', limit: 5, offset: 0 })).map(({ id }) => id)).toEqual(['job-59999']);
  }, 600_000);
});
