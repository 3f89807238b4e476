import { type ErrorCode, FreezerError, systemCodeOf } from '@freezer/core';
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { ConnectionAddress } from '../connection-url.ts';
import type { Dialect } from '../dialect.ts';
import { NETWORK_CODES } from '../failures.ts';
import type { Place } from '../place.ts';
import type { Tables } from '../tables.ts';
import { type ServerOptions, serverPlace } from './server-place.ts';
import { tlsOf } from './tls.ts';

type Address = Exclude<ConnectionAddress, { kind: 'sqlite' }>;

/** Any number that nobody else uses as a lock in this database. */
const MIGRATION_LOCK = 7_377_337;

/** Classes and codes of SQLSTATE. */
const STATES: Readonly<Record<string, ErrorCode>> = {
  '08': 'unavailable',
  '28': 'permission_denied',
  '3D': 'unavailable',
  '42501': 'permission_denied',
  '53': 'unavailable',
  '54': 'too_large',
  '57014': 'timeout',
  '57': 'unavailable',
  '58': 'unavailable',
  XX001: 'corrupt',
  XX002: 'corrupt',
};

function codeOf(error: unknown): ErrorCode | undefined {
  const state = systemCodeOf(error);
  if (state === undefined) return isGone(error) ? 'unavailable' : undefined;
  return STATES[state] ?? (/^[0-9A-Z]{5}$/.test(state) ? STATES[state.slice(0, 2)] : undefined) ?? NETWORK_CODES[state];
}

/** The driver gives no code to a connection that ended under it. */
const isGone = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'message' in error &&
  /connection terminated|not queryable|timeout exceeded when trying to connect|cannot use a pool/i.test(String(error.message));

const POSTGRESQL: Dialect = {
  kind: 'postgresql',
  totalSlots: 8,
  codeOf,
  isTransient: (error) => ['40001', '40P01', '55P03'].includes(systemCodeOf(error) ?? ''),
  isDuplicate: (error) => systemCodeOf(error) === '23505',
  isUnmigrated: (error) => systemCodeOf(error) === '42P01',
};

export async function openPostgresql(address: Address, { poolSize, timeoutMs, logger }: ServerOptions): Promise<Place> {
  const { host, port, user, password, database: name, options } = address;
  const tls = await tlsOf(options);
  const pool = new pg.Pool({
    host,
    port,
    database: name,
    max: poolSize,
    connectionTimeoutMillis: Math.min(timeoutMs, 10_000),
    statement_timeout: timeoutMs,
    application_name: 'freezer',
    keepAlive: true,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { ssl: tls }),
  });
  // A connection may end while nobody waits for an answer of it, also between two statements of a transaction: without a listener that ends the process.
  const ended = (error: Error): void => logger.debug({ reason: error.message }, 'a connection to PostgreSQL ended');
  pool.on('error', ended);
  pool.on('connect', (client) => client.on('error', ended));
  const database = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool,
      // Whatever the server's default is: told means on disk.
      onCreateConnection: async (connection) => void (await connection.executeQuery(CompiledQuery.raw('set synchronous_commit = on'))),
    }),
  });
  return serverPlace(
    database,
    POSTGRESQL,
    async (work) =>
      await database.transaction().execute(async (transaction) => {
        await sql`set local statement_timeout = 0`.execute(transaction);
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
        const encoding = (await sql<{ server_encoding: string }>`show server_encoding`.execute(transaction)).rows[0]?.server_encoding;
        if (encoding !== 'UTF8') throw new FreezerError('unsupported', `PostgreSQL: the database '${name}' is encoded in ${encoding}; it must be UTF8`);
        return await work(transaction);
      }),
  );
}
