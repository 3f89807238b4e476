import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, type Store } from '@freezer/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Place } from '../place.ts';
import { SqlStore } from '../sql-store.ts';
import { openSqlite } from '../sqlite/open-sqlite.ts';
import { indexEntries } from '../terms/index-entries.ts';
import { writeEntries } from '../write/index-writes.ts';
import { DDL } from './ddl.ts';
import { migrate, NEWEST_SCHEMA } from './migrate.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-schema-'));
let place = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const openPlace = async (): Promise<Place> => await openSqlite({ path: join(folder, `${(place += 1)}.db`), timeoutMs: 30_000, frequent: 1 });

/** Rows as a program of an older version has written them. */
async function writeOld({ write, dialect }: Place, version: number, count: number): Promise<void> {
  await write(async (database) => {
    for (let index = 0; index < count; index += 1) {
      const document = { job_id: `j${index}`, client_id: `c${index % 3}`, job_schedule: { status: 'scheduled', time_created: count - index } };
      const owner = { projectId: `p${index % 2}`, userId: 'u' };
      const { seq } = await database
        .insertInto('freezer_documents')
        .values({ kind: 'jobs', id: `j${index}`, project_id: owner.projectId, user_id: owner.userId, revision: 7, document: JSON.stringify(document) })
        .returning('seq')
        .executeTakeFirstOrThrow();
      const { terms } = indexEntries('jobs', document, owner);
      if (version > 1) await writeEntries({ database, dialect }, seq, { terms, numbers: new Map() });
    }
  });
}

async function expectWhole(store: Store, count: number): Promise<void> {
  const jobs = store.documents<object>('jobs');
  const scope = { projectId: 'p0' };
  expect(await jobs.count({ scope })).toBe(count / 2);
  expect(await jobs.count({ scope, match: [{ key: 'client_id', value: 'c1' }], matchNot: [{ key: 'status', value: 'completed' }] })).toBe(
    Array.from({ length: count }, (_, index) => index).filter((index) => index % 2 === 0 && index % 3 === 1).length,
  );
  const newest = await jobs.search({ scope, limit: 2, offset: 0, sort: { path: 'job_schedule.time_created', descending: false } });
  expect(newest.map(({ id, revision }) => [id, revision])).toEqual([
    [`j${count - 2}`, 7],
    [`j${count - 4}`, 7],
  ]);
  const [first] = newest;
  if (!first) throw new TypeError('there is one');
  expect((await jobs.replace(first.id, { client_id: 'other' }, first.owner, first)).revision).toBe(8);
  expect(await jobs.count({ scope, match: [{ key: 'client_id', value: 'c1' }] })).toBeLessThan(count);
  expect(await jobs.remove(first.id)).toBe(true);
  expect(await jobs.count({ scope })).toBe(count / 2 - 1);
}

describe('migrate', () => {
  it('has as many steps in each database', () => {
    expect(Object.values(DDL).map((steps) => steps.length)).toEqual([NEWEST_SCHEMA, NEWEST_SCHEMA, NEWEST_SCHEMA]);
  });

  it.each([1, 2])('brings documents of version %d to the newest', async (version) => {
    const opened = await openPlace();
    await migrate(opened, version);
    await writeOld(opened, version, 600);
    await using store = new SqlStore(opened, 30_000);
    await store.migrate();
    await expectWhole(store, 600);
  });

  it('fills again what was cut off before it was noted', async () => {
    const opened = await openPlace();
    await migrate(opened, 1);
    await writeOld(opened, 1, 60);
    await using store = new SqlStore(opened, 30_000);
    await store.migrate();
    await opened.write(async (database) => await database.deleteFrom('freezer_schema').where('version', '>', 1).execute());
    await store.migrate();
    await expectWhole(store, 60);
  });

  it('leaves tables of a newer program alone', async () => {
    const opened = await openPlace();
    await using store = new SqlStore(opened, 30_000);
    await store.migrate();
    await opened.write(
      async (database) =>
        await database
          .insertInto('freezer_schema')
          .values({ version: NEWEST_SCHEMA + 1 })
          .execute(),
    );
    await expect(store.migrate()).rejects.toThrow(/version 4, and this program knows up to 3/);
  });

  it('says what to do when the tables are not there', async () => {
    await using store = new SqlStore(await openPlace(), 30_000);
    const error = await store
      .documents('jobs')
      .get('j', {})
      .catch((reason: unknown) => reason);
    expect(FreezerError.is(error, 'unavailable')).toBe(true);
    expect(String(error)).toMatch(/freezer-manage db sync/);
    await store.ping();
    expect(await store.describe()).toEqual([]);
  });
});

describe('the file', () => {
  it('is for its owner alone, has a write-ahead log, and is synced at each commit', async () => {
    const opened = await openPlace();
    const { rows: journal } = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(opened.reader);
    expect(journal).toEqual([{ journal_mode: 'wal' }]);
    await opened.write(async (database) => {
      expect((await sql<{ synchronous: number }>`pragma synchronous`.execute(database)).rows).toEqual([{ synchronous: 2 }]);
    });
    await opened.close();
    const { statSync } = await import('node:fs');
    expect(statSync(join(folder, `${place}.db`)).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['in a folder that is not there', join('nowhere', 'x.db'), 'unavailable'],
    ['that is no database', 'text.db', 'corrupt'],
  ])('%s is refused', async (_, name, code) => {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder, 'text.db'), 'this is a text, and a long one, so that it cannot be taken for an empty database '.repeat(20));
    const error = await openSqlite({ path: join(folder, name), timeoutMs: 1000 }).catch((reason: unknown) => reason);
    expect({ code: FreezerError.is(error) && error.code, lines: String(error).split('\n').length }).toEqual({ code, lines: 1 });
  });
});
