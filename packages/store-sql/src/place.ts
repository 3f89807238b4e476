import type { FreezerError } from '@freezer/core';
import type { Kysely } from 'kysely';
import type { CallBounds } from './bounded-call.ts';
import type { Dialect } from './dialect.ts';
import type { ShapedQueries } from './search/shaped-queries.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

/** What `Reading.frequent` is outside of tests. */
export const FREQUENT = 1000;

/** How one call reads. */
export interface Reading {
  /** Each statement sees all that was committed before it. */
  readonly reader: Database;
  /** The same for queries that are asked again and again. */
  readonly shaped: ShapedQueries;
  /** From how many documents on a term counts as frequent: lists of it are read in their order, others are sorted here. */
  readonly frequent: number;
  /** Gives way to others between two pieces of a long read; fails when the call has ended meanwhile. */
  breathe(): Promise<void>;
}

/** A database that is open: how to read from it, and how to write to it. */
export interface Place {
  readonly dialect: Dialect;
  /** For what is no call of its own. */
  readonly reader: Database;
  /** Runs `work`; ends early as `boundedCall` does. */
  read<T>(work: (reading: Reading) => Promise<T>, bounds: CallBounds): Promise<T>;
  /** Runs `work` in a transaction of its own, again when the database asks for that; on disk when it resolves. */
  write<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Runs `work` with nobody else migrating, in a transaction where the database has that for tables. */
  alone<T>(work: (database: Database) => Promise<T>): Promise<T>;
  failure(error: unknown): FreezerError;
  close(): Promise<void>;
}
