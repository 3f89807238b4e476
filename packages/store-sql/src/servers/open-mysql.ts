import { type ErrorCode, FreezerError, systemCodeOf } from '@freezer/core';
import { CompiledQuery, Kysely, MysqlDialect, sql } from 'kysely';
import { createPool } from 'mysql2';
import type { ConnectionAddress } from '../connection-url.ts';
import type { Dialect } from '../dialect.ts';
import { NETWORK_CODES } from '../failures.ts';
import type { Database, Place } from '../place.ts';
import type { Tables } from '../tables.ts';
import { type ServerOptions, serverPlace } from './server-place.ts';
import { tlsOf } from './tls.ts';

type Address = Exclude<ConnectionAddress, { kind: 'sqlite' }>;

const CODES: Readonly<Record<string, ErrorCode>> = {
  ER_ACCESS_DENIED_ERROR: 'permission_denied',
  ER_DBACCESS_DENIED_ERROR: 'permission_denied',
  ER_TABLEACCESS_DENIED_ERROR: 'permission_denied',
  ER_OPTION_PREVENTS_STATEMENT: 'permission_denied',
  ER_BAD_DB_ERROR: 'unavailable',
  ER_CON_COUNT_ERROR: 'unavailable',
  ER_DISK_FULL: 'unavailable',
  ER_LOCK_DEADLOCK: 'unavailable',
  ER_LOCK_WAIT_TIMEOUT: 'timeout',
  ER_NET_PACKET_TOO_LARGE: 'too_large',
  ER_RECORD_FILE_FULL: 'unavailable',
  ER_SERVER_SHUTDOWN: 'unavailable',
  PROTOCOL_CONNECTION_LOST: 'unavailable',
  POOL_CLOSED: 'unavailable',
};

const MYSQL: Dialect = {
  kind: 'mysql',
  totalSlots: 8,
  codeOf: (error) => CODES[systemCodeOf(error) ?? ''] ?? NETWORK_CODES[systemCodeOf(error) ?? ''] ?? (isGone(error) ? 'unavailable' : undefined),
  isTransient: (error) => ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'].includes(systemCodeOf(error) ?? ''),
  isDuplicate: (error) => systemCodeOf(error) === 'ER_DUP_ENTRY',
  isUnmigrated: (error) => systemCodeOf(error) === 'ER_NO_SUCH_TABLE',
};

const isGone = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'message' in error && /closed state|connection lost|pool is closed/i.test(String(error.message));

/** Values are escaped with backslashes, so the server must read them so; texts that do not fit are refused instead of cut. */
const SESSION = [
  "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
  'set session transaction isolation level read committed',
  'set session innodb_lock_wait_timeout = 10',
];

export async function openMysql(address: Address, { poolSize, timeoutMs, logger }: ServerOptions): Promise<Place> {
  const { host, port, user, password, database: name, options } = address;
  const socketPath = options.get('unix_socket');
  const tls = await tlsOf(options);
  const pool = createPool({
    host,
    port,
    database: name,
    connectionLimit: poolSize,
    connectTimeout: Math.min(timeoutMs, 10_000),
    charset: 'utf8mb4_bin',
    enableKeepAlive: true,
    supportBigNumbers: true,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(socketPath !== undefined && { socketPath }),
    ...(tls !== undefined && { ssl: tls }),
  });
  const database = new Kysely<Tables>({
    dialect: new MysqlDialect({
      pool,
      onCreateConnection: async (connection) => {
        for (const statement of SESSION) await connection.executeQuery(CompiledQuery.raw(statement));
      },
    }),
  });
  return serverPlace(
    database,
    MYSQL,
    async (work) =>
      await database.connection().execute(async (connection) => {
        await warnOfLostWrites(connection, logger);
        return await locked(connection, work);
      }),
  );
}

/** Tables are made outside of transactions here, so the lock is one of names. */
async function locked<T>(connection: Database, work: (database: Database) => Promise<T>): Promise<T> {
  const got = await sql<{ got: number | null }>`select get_lock(concat('freezer.', left(database(), 50)), 600) as got`.execute(connection);
  if (Number(got.rows[0]?.got) !== 1) throw new FreezerError('unavailable', 'MySQL: another process has been changing the tables for ten minutes');
  try {
    return await work(connection);
  } finally {
    await sql`select release_lock(concat('freezer.', left(database(), 50)))`.execute(connection);
  }
}

/** Only the server's own settings say whether a commit is on disk. */
async function warnOfLostWrites(connection: Database, logger: ServerOptions['logger']): Promise<void> {
  const { rows } = await sql<{ flush: number | string }>`select @@global.innodb_flush_log_at_trx_commit as flush`.execute(connection);
  if (Number(rows[0]?.flush) !== 1) logger.warn({}, 'innodb_flush_log_at_trx_commit of the server is not 1: what was written last is lost when its host fails');
}
