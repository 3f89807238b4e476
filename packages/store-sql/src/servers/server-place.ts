import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@freezer/core';
import { CompiledQuery, type Kysely } from 'kysely';
import { boundedCall } from '../bounded-call.ts';
import type { Dialect } from '../dialect.ts';
import { failureOf } from '../failures.ts';
import { type Database, FREQUENT, type Place, type Reading } from '../place.ts';
import { shapedQueries } from '../search/shaped-queries.ts';
import type { Tables } from '../tables.ts';

export interface ServerOptions {
  readonly poolSize: number;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** The servers name two transactions that wait for each other; one of them is begun again, at most so often. */
const ATTEMPTS = 8;

/** What PostgreSQL and MySQL have in common: a pool, and transactions that may have to be done again. */
export function serverPlace(database: Kysely<Tables>, dialect: Dialect, alone: Place['alone']): Place {
  const write = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await database.transaction().execute(work);
      } catch (error) {
        if (attempt >= ATTEMPTS || !dialect.isTransient(error)) throw error;
        await sleep(Math.random() * 10 * 2 ** attempt);
      }
    }
  };
  const query = async (text: string, parameters: readonly unknown[]) => (await database.executeQuery(CompiledQuery.raw(text, [...parameters]))).rows;
  const reading: Reading = {
    reader: database,
    shaped: shapedQueries({ rows: query, row: async (text, parameters) => (await query(text, parameters))[0] }),
    frequent: FREQUENT,
    breathe: async () => undefined,
  };
  return {
    dialect,
    reader: database,
    read: async (work, bounds) => await boundedCall(() => work(reading), bounds),
    write,
    alone,
    failure: (error) => failureOf(dialect, error),
    close: async () => await database.destroy(),
  };
}
