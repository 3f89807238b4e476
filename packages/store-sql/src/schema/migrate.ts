import { type DocumentKind, FreezerError } from '@freezer/core';
import { sql } from 'kysely';
import type { Database, Place } from '../place.ts';
import { type FoundRow, ownerOf } from '../rows.ts';
import { TABLE_NAMES } from '../tables.ts';
import { indexEntries } from '../terms/index-entries.ts';
import { type Writing, writeEntries } from '../write/index-writes.ts';
import { DDL } from './ddl.ts';

/** What a step fills from the documents that are there, after its statements. It may be done twice. */
const FILLS: readonly (((writing: Writing) => Promise<void>) | undefined)[] = [undefined, fillTerms, fillNumbersAndTotals];

/** The version that this program makes and understands. */
export const NEWEST_SCHEMA = FILLS.length;

/** Steps from what is there to `target`, one after another; nobody else migrates meanwhile. */
export async function migrate(place: Place, target = NEWEST_SCHEMA): Promise<void> {
  await place.alone(async (database) => {
    await sql`create table if not exists freezer_schema (version integer not null primary key)`.execute(database);
    const row = await database
      .selectFrom('freezer_schema')
      .select(({ fn }) => fn.max('version').as('version'))
      .executeTakeFirst();
    const current = Number(row?.version ?? 0);
    if (current > NEWEST_SCHEMA) {
      throw new FreezerError('unsupported', `the tables are of version ${current}, and this program knows up to ${NEWEST_SCHEMA}: a newer one made them`);
    }
    for (let version = current + 1; version <= target; version += 1) {
      for (const statement of DDL[place.dialect.kind][version - 1] ?? []) await sql.raw(statement).execute(database);
      await FILLS[version - 1]?.({ database, dialect: place.dialect });
      await database.insertInto('freezer_schema').values({ version }).execute();
    }
  });
}

const FILL_ROWS = 200;

/** Every document, in pieces. */
async function forEachDocument(database: Database, visit: (kind: DocumentKind, row: FoundRow) => Promise<void>): Promise<void> {
  for (let last = 0; ; ) {
    const rows = await database.selectFrom('freezer_documents').selectAll().where('seq', '>', last).orderBy('seq').limit(FILL_ROWS).execute();
    for (const row of rows) await visit(String(row.kind) as DocumentKind, row);
    const end = rows.at(-1);
    if (!end) return;
    last = Number(end.seq);
  }
}

async function fillTerms(writing: Writing): Promise<void> {
  const { database } = writing;
  await database.deleteFrom('freezer_terms').execute();
  await forEachDocument(database, async (kind, row) => {
    const { terms } = indexEntries(kind, JSON.parse(row.document) as object, ownerOf(row));
    await writeEntries(writing, Number(row.seq), { terms, numbers: new Map() });
  });
}

async function fillNumbersAndTotals(writing: Writing): Promise<void> {
  const { database } = writing;
  await database.deleteFrom('freezer_numbers').execute();
  await forEachDocument(database, async (kind, row) => {
    const { numbers } = indexEntries(kind, JSON.parse(row.document) as object, ownerOf(row));
    await writeEntries(writing, Number(row.seq), { terms: new Set(), numbers });
  });
  await database.deleteFrom('freezer_totals').execute();
  await sql`insert into freezer_totals (kind, project_id, slot, documents, changes)
    select kind, project_id, 0, count(*), count(*) from freezer_documents group by kind, project_id`.execute(database);
}

const LISTS = {
  sqlite: sql<{ name: string }>`select name from sqlite_master where type = 'table'`,
  // information_schema hides tables of which one has no right.
  postgresql: sql<{ name: string }>`select tablename as name from pg_catalog.pg_tables where schemaname = current_schema()`,
  mysql: sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = database()`,
} as const;

/** Names of the tables of ours that are there, sorted. */
export async function listTables({ reader, dialect }: Place): Promise<string[]> {
  const { rows } = await LISTS[dialect.kind].execute(reader);
  const there = new Set(rows.map(({ name }) => String(name)));
  return TABLE_NAMES.filter((name) => there.has(name));
}

/** MySQL commits after each: without the version, which goes first, a removal that was cut off leaves nothing that counts as made. */
export async function dropTables(place: Place): Promise<void> {
  const versionFirst = TABLE_NAMES.toSorted((a, b) => Number(b === 'freezer_schema') - Number(a === 'freezer_schema'));
  await place.alone(async (database) => {
    for (const name of versionFirst) await database.schema.dropTable(name).ifExists().execute();
  });
}
