import { FreezerError, type Logger, SILENT, type Store } from '@freezer/core';
import { parseConnectionUrl } from './connection-url.ts';
import type { Place } from './place.ts';
import { SqlStore } from './sql-store.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';

export interface SqlStoreOptions {
  /** As oslo.db has it: `sqlite:////file`, `postgresql://...`, `mysql+pymysql://...`. Either this or `path`. */
  readonly url?: string | undefined;
  /** The file of an embedded SQLite. */
  readonly path?: string | undefined;
  /** Connections to a server at most. Default: 10. */
  readonly poolSize?: number | undefined;
  /** How long one call may take, waiting for others included. Default: 30 000. */
  readonly timeoutMs?: number | undefined;
  readonly logger?: Logger | undefined;
}

const positive = (name: string, value: number): number => {
  if (!Number.isInteger(value) || value < 1) throw new FreezerError('invalid', `${name} of the database is a whole number from 1 on, not '${value}'`);
  return value;
};

async function openPlace(options: SqlStoreOptions, timeoutMs: number): Promise<Place> {
  const { url, path, logger = SILENT } = options;
  if ((url === undefined) === (path === undefined)) throw new FreezerError('invalid', 'a database is named by a URL or by a path, and not by both');
  if (path === '') throw new FreezerError('invalid', 'the path of the database is empty');
  const address = url === undefined ? { kind: 'sqlite' as const, path: path ?? '' } : parseConnectionUrl(url);
  const poolSize = positive('the pool size', options.poolSize ?? 10);
  switch (address.kind) {
    case 'sqlite':
      return await openSqlite({ path: address.path, timeoutMs });
    case 'postgresql':
      return (await import('./servers/open-postgresql.ts')).openPostgresql(address, { poolSize, timeoutMs, logger });
    case 'mysql':
      return (await import('./servers/open-mysql.ts')).openMysql(address, { poolSize, timeoutMs, logger });
  }
}

/** Opens a store. A server is asked for the first time by the first call. Fails with `invalid`, and for SQLite as the contract says. */
export async function openSqlStore(options: SqlStoreOptions): Promise<Store> {
  const timeoutMs = positive('the timeout', options.timeoutMs ?? 30_000);
  return new SqlStore(await openPlace(options, timeoutMs), timeoutMs);
}
