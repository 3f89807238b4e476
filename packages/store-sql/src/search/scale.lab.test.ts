import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DocumentStore, SILENT, type Store } from '@freezer/core';
import { freePort, LabScript } from '@freezer/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { parseConnectionUrl } from '../connection-url.ts';
import type { Place } from '../place.ts';
import { openMysql } from '../servers/open-mysql.ts';
import { openPostgresql } from '../servers/open-postgresql.ts';
import { SqlStore } from '../sql-store.ts';
import { openSqlite } from '../sqlite/open-sqlite.ts';
import { indexEntries } from '../terms/index-entries.ts';
import { countWrite } from '../write/index-writes.ts';

const script = (name: string): string => fileURLToPath(new URL(`../../../../tools/lab/${name}.sh`, import.meta.url));
const TIMEOUT_MS = 120_000;

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
const ownerOf = (n: number) => ({ projectId: projectOf(n), userId: 'u' });

const EACH = 1000;
/** As many as there are connections. */
const WRITERS = 4;

interface Rows {
  readonly terms: string;
  readonly numbers: string;
}
const prepared = new Map<number, Rows>();

/** What stands beside a thousand documents; in a new database they are numbered from 1. The same in each, and so made once. */
function rowsFrom(start: number): Rows {
  const known = prepared.get(start);
  if (known) return known;
  const terms: string[] = [];
  const numbers: string[] = [];
  for (let n = start; n < start + EACH; n += 1) {
    const entries = indexEntries('jobs', jobOf(n), ownerOf(n));
    for (const term of entries.terms) terms.push(`(${term},${n + 1})`);
    for (const [slot, value] of entries.numbers) numbers.push(`(${slot},${value},${n + 1})`);
  }
  const rows = { terms: terms.join(','), numbers: numbers.join(',') };
  prepared.set(start, rows);
  return rows;
}

/** Writes the same rows as so many calls of `create`, a thousand documents in a transaction. */
async function fill(place: Place, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += EACH) {
    const { terms, numbers } = rowsFrom(start);
    const documents = Array.from({ length: EACH }, (_, index) => {
      const id = `job-${start + index}`;
      return { kind: 'jobs', id, project_id: projectOf(start), user_id: 'u', revision: 1, document: JSON.stringify(jobOf(start + index)) };
    });
    await place.write(async (database) => {
      await database.insertInto('freezer_documents').values(documents).execute();
      await sql.raw(`insert into freezer_terms (term, seq) values ${terms}`).execute(database);
      await sql.raw(`insert into freezer_numbers (slot, value, seq) values ${numbers}`).execute(database);
      await countWrite({ database, dialect: place.dialect }, 'jobs', projectOf(start), EACH);
    });
  }
}

const poll = (n: number) => ({
  scope: { projectId: 'project-0' },
  match: [{ key: 'client_id', value: `client-${n}` }],
  matchNot: [{ key: 'status', value: 'completed' }],
  limit: 10,
  offset: 0,
});

const ASKED = 101;

/** The middle of the times of a search, in milliseconds. */
async function timeOf(jobs: DocumentStore<Job>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < ASKED; n += 1) {
    const start = performance.now();
    await jobs.search(poll(n));
    times.push(performance.now() - start);
  }
  return times.toSorted((one, two) => one - two)[(ASKED - 1) / 2] ?? 0;
}

async function openPlace(url: string): Promise<Place> {
  const address = parseConnectionUrl(url);
  const options = { poolSize: WRITERS, timeoutMs: TIMEOUT_MS, logger: SILENT };
  if (address.kind === 'sqlite') return await openSqlite({ path: address.path, timeoutMs: TIMEOUT_MS });
  return address.kind === 'mysql' ? await openMysql(address, options) : await openPostgresql(address, options);
}

describe.each([
  ['SQLite', undefined, ''],
  ['PostgreSQL', 'postgresql', 'PGPORT'],
  ['MariaDB', 'mariadb', 'MYSQL_TCP_PORT'],
] as const)('100 000 documents in %s', (_name, file, portName) => {
  const folder = mkdtempSync(join(tmpdir(), 'freezer-scale-'));
  let server: LabScript | undefined;
  let place: Place;
  let store: Store;
  beforeAll(async () => {
    server = file && new LabScript(script(file), folder, { [portName]: String(await freePort()) });
    place = await openPlace(server?.start()[0] ?? `sqlite:///${join(folder, 'freezer.db')}`);
    store = new SqlStore(place, TIMEOUT_MS);
    await store.migrate();
  }, 120_000);
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('are searched as quickly as 10 000, counted, sorted and paged', async () => {
    const jobs = store.documents<Job>('jobs');
    await fill(place, 0, 10_000);
    const few = await timeOf(jobs);
    await fill(place, 10_000, 99_000);
    // The rest as everybody writes: what was there is taken for its own.
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        for (let n = 99_000 + writer; n < 100_000; n += WRITERS) await jobs.create(`job-${n}`, jobOf(n), ownerOf(n));
      }),
    );
    const many = await timeOf(jobs);
    // Ten times as many documents: a search that read them would take ten times as long.
    expect(many).toBeLessThan(4 * few + 2);
    expect((await jobs.search(poll(7))).map(({ id }) => id)).toEqual([0, 1500, 3000, 4500, 6000, 7500, 9000].map((n) => `job-${n + 7}`));
    expect(await jobs.count({ scope: {} })).toBe(100_000);
    expect(await jobs.count({ scope: { projectId: 'project-9' } })).toBe(10_000);
    expect(await jobs.count({ scope: {}, match: [{ key: 'client_id', value: 'client-7' }] })).toBe(200);
    const newest = await jobs.search({ scope: { projectId: 'project-3' }, limit: 3, offset: 2, sort: { path: 'job_schedule.time_created', descending: true } });
    expect(newest.map(({ id }) => id)).toEqual(['job-39997', 'job-39996', 'job-39995']);
    const next = await jobs.search({ scope: {}, limit: 2, offset: 0, marker: 'job-98997' });
    expect(next.map(({ id }) => id)).toEqual(['job-98998', 'job-98999']);
    expect((await jobs.search({ scope: { projectId: 'project-5' }, text: 'job 59999', limit: 5, offset: 0 })).map(({ id }) => id)).toEqual(['job-59999']);
    const found = await jobs.get('job-54321', { projectId: 'project-5' });
    if (found === undefined) throw new TypeError('job-54321 is missing');
    await jobs.replace('job-54321', { ...found.document, client_id: 'other' }, found.owner, found);
    expect(await jobs.count({ scope: { projectId: 'project-5' }, match: [{ key: 'client_id', value: 'other' }] })).toBe(1);
    expect(await jobs.remove('job-54321')).toBe(true);
    expect(await jobs.count({ scope: { projectId: 'project-5' } })).toBe(9999);
  }, 600_000);
});
