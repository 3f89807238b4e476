import { chmod, open } from 'node:fs/promises';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import { Kysely, SqliteDialect } from 'kysely';
import { failureOf } from '../failures.ts';
import { type Database, FREQUENT, type Place } from '../place.ts';
import { shapedQueries } from '../search/shaped-queries.ts';
import type { Tables } from '../tables.ts';
import { GroupedWrites } from '../write/grouped-writes.ts';
import { isBusy, SQLITE } from './sqlite-dialect.ts';
import { openConnection, type SqliteConnection } from './sqlite-driver.ts';
import { SqliteReading } from './sqlite-reading.ts';

export interface SqliteOptions {
  /** The file; its folder must be there. */
  readonly path: string;
  /** How long a write waits for those of other processes. */
  readonly timeoutMs: number;
  /** See `Reading`. */
  readonly frequent?: number;
}

/** A new file is for its owner alone: documents name hosts, paths and trusts. SQLite gives what it adds to the file the same rights. */
async function makeFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return;
    const code = systemCodeOf(error) === 'EACCES' || systemCodeOf(error) === 'EROFS' ? 'permission_denied' : 'unavailable';
    throw new FreezerError(code, `database file '${path}' cannot be made: ${messageOf(error)}`, { cause: error });
  }
  await chmod(path, 0o600);
}

/** Two connections: readers do not wait for a write that is being synced. A commit is on disk before it is told. */
async function connect(path: string): Promise<readonly [SqliteConnection, SqliteConnection]> {
  const connections = [await openConnection(path), await openConnection(path)] as const;
  const [writer, reader] = connections;
  try {
    for (const connection of connections) connection.exec('pragma busy_timeout = 5000');
    for (const connection of connections) {
      // The journal is a property of the file; each connection asks anyway, because the answer tells whether it can have it.
      connection.rows('pragma journal_mode = wal');
      connection.exec('pragma synchronous = full');
      // The system keeps the file in memory as well; this is for the pages that every search looks at.
      connection.exec('pragma cache_size = -8000');
      connection.exec('pragma temp_store = memory');
    }
    // Who waits for another process sleeps in JavaScript: SQLite's own waiting holds up everything else of this one.
    writer.exec('pragma busy_timeout = 0');
    reader.exec('pragma query_only = on');
  } catch (error) {
    for (const connection of connections) connection.close();
    throw failureOf(SQLITE, error);
  }
  return connections;
}

const kyselyOn = (database: SqliteConnection): Database => new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });

export async function openSqlite({ path, timeoutMs, frequent = FREQUENT }: SqliteOptions): Promise<Place> {
  await makeFile(path);
  const [writing, reading] = await connect(path).catch((error: unknown) => {
    const code = FreezerError.is(error) ? error.code : 'unexpected';
    throw new FreezerError(code, `database file '${path}' cannot be opened: ${messageOf(error)}`, { cause: error });
  });
  const [writer, reader] = [kyselyOn(writing), kyselyOn(reading)];
  const writes = new GroupedWrites(writer, { isBusy, patienceMs: timeoutMs });
  const write = async <T>(work: (database: Database) => Promise<T>): Promise<T> => await writes.write(work);
  // Not through kysely: its ways of waiting for a connection cost more than the answer, and nobody else has this one.
  const shaped = shapedQueries({
    rows: (text, parameters) => reading.prepare(text).all(parameters),
    row: (text, parameters) => reading.prepare(text).one(parameters),
  });
  return {
    dialect: SQLITE,
    reader,
    read: async (work, bounds) => await work(new SqliteReading({ reader, shaped, frequent }, bounds)),
    write,
    alone: write,
    failure: (error) => failureOf(SQLITE, error),
    close: async () => {
      await writes.idle();
      await reader.destroy();
      await writer.destroy();
    },
  };
}
