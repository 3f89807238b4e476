import type { CallOptions, DocumentKind, DocumentStore, Store } from '@freezer/core';
import { sql } from 'kysely';
import { boundedCall } from './bounded-call.ts';
import type { Place } from './place.ts';
import { dropTables, listTables, migrate } from './schema/migrate.ts';
import { SqlDocuments } from './sql-documents.ts';

/** Documents in the tables of a database. */
export class SqlStore implements Store {
  readonly kind: string;
  readonly gathersWrites: boolean;
  readonly #place: Place;
  readonly #timeoutMs: number;
  #closed: Promise<void> | undefined;

  constructor(place: Place, timeoutMs: number) {
    this.kind = place.dialect.kind;
    this.gathersWrites = place.dialect.kind === 'sqlite';
    this.#place = place;
    this.#timeoutMs = timeoutMs;
  }

  documents<T extends object>(kind: DocumentKind): DocumentStore<T> {
    return new SqlDocuments<T>(this.#place, kind, this.#timeoutMs);
  }

  async migrate(): Promise<void> {
    await this.#named(async () => await migrate(this.#place));
  }

  async describe(): Promise<readonly string[]> {
    return await this.#named(async () => await listTables(this.#place));
  }

  async drop(): Promise<void> {
    await this.#named(async () => await dropTables(this.#place));
  }

  async ping({ signal }: CallOptions = {}): Promise<void> {
    const work = async (): Promise<void> => {
      await sql`select 1`.execute(this.#place.reader);
    };
    try {
      await boundedCall(work, { signal, timeoutMs: this.#timeoutMs });
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      throw this.#place.failure(error);
    }
  }

  async #named<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      throw this.#place.failure(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#place.close();
    await this.#closed;
  }
}
