import { access } from 'node:fs/promises';
import { FreezerError, type Logger } from '@freezer/core';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { parseConnectionUrl } from '../connection-url.ts';
import { failureOf } from '../failures.ts';
import { SQLITE } from '../sqlite/sqlite-dialect.ts';
import { openConnection } from '../sqlite/sqlite-driver.ts';
import { type OldRow, truthOf } from './old-rows.ts';

/** Freezer's own tables, by name; they are only read. */
export interface OldDatabase extends AsyncDisposable {
  hasTable(table: string): Promise<boolean>;
  /** The rows that are not marked as deleted, in the order in which they were made; none when there is no such table. */
  rows(table: string): AsyncGenerator<OldRow>;
  /** Those that hold one of the values in a column. */
  rowsOf(table: string, column: string, values: readonly string[]): Promise<OldRow[]>;
}

interface Reading {
  readonly query: <T>(query: ReturnType<typeof sql<T>>) => Promise<readonly T[]>;
  readonly failure: (error: unknown) => FreezerError;
  readonly close: () => Promise<void>;
}

/** A file is opened as it is: nothing is made, and its journal stays what Python chose. */
async function readFile(path: string): Promise<Reading> {
  try {
    await access(path);
  } catch (error) {
    throw new FreezerError('not_found', `there is no database file '${path}'`, { cause: error });
  }
  const connection = await openConnection(path);
  const database = new Kysely<unknown>({ dialect: new SqliteDialect({ database: connection }) });
  const failure = (error: unknown): FreezerError => failureOf(SQLITE, error);
  try {
    connection.exec('pragma query_only = on');
    connection.rows('select count(*) from sqlite_master');
  } catch (error) {
    connection.close();
    throw failure(error);
  }
  return { query: async (query) => (await query.execute(database)).rows, failure, close: async () => await database.destroy() };
}

async function readServer(address: Exclude<ReturnType<typeof parseConnectionUrl>, { kind: 'sqlite' }>, logger: Logger): Promise<Reading> {
  const options = { poolSize: 2, timeoutMs: 300_000, logger };
  const place =
    address.kind === 'postgresql'
      ? await (await import('../servers/open-postgresql.ts')).openPostgresql(address, options)
      : await (await import('../servers/open-mysql.ts')).openMysql(address, options);
  return { query: async (query) => (await query.execute(place.reader)).rows, failure: place.failure, close: place.close };
}

const CHUNK = 200;

const TABLES = {
  sqlite: sql<{ name: string }>`select name from sqlite_master where type = 'table'`,
  postgresql: sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = current_schema()`,
  mysql: sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = database()`,
} as const;

/** Opens a database of Freezer's SQLAlchemy driver. Fails with `invalid`, `not_found`, `unavailable`, `permission_denied`. */
export async function openOldDatabase(url: string, logger: Logger): Promise<OldDatabase> {
  const address = parseConnectionUrl(url);
  const reading = address.kind === 'sqlite' ? await readFile(address.path) : await readServer(address, logger);
  const query = async <T>(text: ReturnType<typeof sql<T>>): Promise<readonly T[]> => {
    try {
      return await reading.query(text);
    } catch (error) {
      throw reading.failure(error);
    }
  };
  let known: ReadonlySet<string> | undefined;
  const hasTable = async (table: string): Promise<boolean> => {
    known ??= new Set((await query(TABLES[address.kind])).map(({ name }) => String(name)));
    return known.has(table);
  };
  const rowsOf = async (table: string, column: string, values: readonly string[]): Promise<OldRow[]> => {
    if (values.length === 0 || !(await hasTable(table))) return [];
    const found = await query(sql<OldRow>`select * from ${sql.table(table)} where ${sql.ref(column)} in (${sql.join(values)})`);
    return found.filter((row) => !truthOf(row['deleted']));
  };
  return {
    hasTable,
    rowsOf,
    async *rows(table) {
      if (!(await hasTable(table))) return;
      const ids = (await query(sql<{ id: string }>`select id from ${sql.table(table)} order by created_at, id`)).map(({ id }) => String(id));
      for (let start = 0; start < ids.length; start += CHUNK) {
        const chunk = ids.slice(start, start + CHUNK);
        const byId = new Map((await rowsOf(table, 'id', chunk)).map((row) => [String(row['id']), row]));
        for (const id of chunk) {
          const row = byId.get(id);
          if (row) yield row;
        }
      }
    },
    [Symbol.asyncDispose]: reading.close,
  };
}
