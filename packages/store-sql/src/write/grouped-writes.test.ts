import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { openSqlStore } from '../open-sql-store.ts';
import { SqlStore } from '../sql-store.ts';
import { openSqlite } from '../sqlite/open-sqlite.ts';
import { isBusy } from '../sqlite/sqlite-dialect.ts';
import { openConnection } from '../sqlite/sqlite-driver.ts';
import type { Tables } from '../tables.ts';
import { GroupedWrites } from './grouped-writes.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-writes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OWNER = { projectId: 'p', userId: 'u' };

describe('writes that share a transaction', () => {
  it('fail each for itself', async () => {
    await using store = await openSqlStore({ path: join(folder, 'each.db') });
    await store.migrate();
    const jobs = store.documents<object>('jobs');
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, index) => await jobs.create(`j${index % 150}`, { job_id: `${index}` }, OWNER)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(150);
    for (const result of results) if (result.status === 'rejected') expect(FreezerError.is(result.reason, 'already_exists')).toBe(true);
    expect(await jobs.count({ scope: { projectId: 'p' } })).toBe(150);
    expect(await jobs.count({ scope: { projectId: 'p' }, match: [{ key: 'job_id', value: '160' }] })).toBe(0);
  });

  it('fail with unavailable when the disk is full, and go on when it no longer is', async () => {
    const place = await openSqlite({ path: join(folder, 'full.db'), timeoutMs: 30_000 });
    await using store = new SqlStore(place, 30_000);
    await store.migrate();
    const jobs = store.documents<object>('jobs');
    await jobs.create('before', {}, OWNER);
    const limit = async (pages: number): Promise<void> =>
      void (await place.write(async (database) => await sql.raw(`pragma max_page_count = ${pages}`).execute(database)));
    await limit(60);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, index) => await jobs.create(`j${index}`, { padding: 'x'.repeat(100_000) }, OWNER)),
    );
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(failed.length).toBeGreaterThan(0);
    for (const error of failed) expect(FreezerError.is(error, 'unavailable')).toBe(true);
    await limit(1_000_000);
    await jobs.create('after', {}, OWNER);
    const told = results.flatMap((result, index) => (result.status === 'fulfilled' ? [`j${index}`] : []));
    expect((await jobs.search({ scope: { projectId: 'p' }, limit: 100, offset: 0 })).map(({ id }) => id)).toEqual(['before', ...told, 'after']);
    expect(await jobs.count({ scope: { projectId: 'p' } })).toBe(told.length + 2);
  });

  it('wait for another process without holding up the rest of this one: SQLite itself does not wait', async () => {
    const place = await openSqlite({ path: join(folder, 'waits.db'), timeoutMs: 30_000 });
    const { rows } = await place.write(async (database) => await sql<{ timeout: number }>`pragma busy_timeout`.execute(database));
    await place.close();
    expect(rows).toEqual([{ timeout: 0 }]);
  });

  it('leave the database to another process for 3 ms after each group, once it was met', async () => {
    const path = join(folder, 'turns.db');
    const [database, other] = [await openConnection(path), await openConnection(path)];
    // Without a disk a group takes less than that.
    database.exec('pragma synchronous = off');
    const writer = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
    const writes = new GroupedWrites(writer, { isBusy, patienceMs: 30_000 });
    const met = performance.now();
    other.exec('begin immediate');
    const first = writes.write(async () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    other.exec('commit');
    other.close();
    await first;
    const took: number[] = [];
    // It is remembered for a second.
    while (took.length < 20 && performance.now() - met < 900) {
      const begun = performance.now();
      await writes.write(async () => undefined);
      took.push(performance.now() - begun);
    }
    // A timer may be a fraction of a millisecond early.
    expect(Math.min(...took)).toBeGreaterThan(2);
    await writes.idle();
    await writer.destroy();
  });

  it('wait for another process, and give up with unavailable', async () => {
    const path = join(folder, 'busy.db');
    await using store = await openSqlStore({ path });
    await store.migrate();
    const other = await openConnection(path);
    const jobs = store.documents<object>('jobs');
    other.exec('begin immediate');
    const patient = jobs.create('patient', {}, OWNER);
    // Reads go on meanwhile.
    expect(await jobs.get('patient', {})).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 150));
    other.exec('commit');
    expect((await patient).id).toBe('patient');
    await using hasty = await openSqlStore({ path, timeoutMs: 300 });
    other.exec('begin immediate');
    const error = await hasty
      .documents<object>('jobs')
      .create('impatient', {}, OWNER)
      .catch((reason: unknown) => reason);
    other.exec('commit');
    other.close();
    expect(FreezerError.is(error) && ['unavailable', 'timeout'].includes(error.code)).toBe(true);
  });
});
