import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../place.ts';
import type { Tables } from '../tables.ts';

/** Writes of one transaction at most: more would make the first of them wait. */
const LARGEST_GROUP = 128;
/** Turns of the event loop in which nothing came after which a group is written: a connection is read one or two after it was taken. */
const QUIET_TURNS = 3;
/** Longest pause between two looks at a database that another process writes to. */
const LOOK_EVERY_MS = 2;
/** So long after a group the database is left to the other process, which looks in between: whoever wrote last would always be first again. */
const GIVE_WAY_MS = LOOK_EVERY_MS + 1;
/** So long it is remembered that there is another one. */
const RIVAL_MS = 1000;

interface Waiting {
  /** Does the write and says how to tell of it, once it is on disk. */
  readonly run: (database: Database) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
}

/**
 * Writes that arrive while another transaction is being synced go into the next one together: one sync for all of them. Each keeps to itself: one that
 * fails leaves the others.
 */
export class GroupedWrites {
  readonly #writer: Kysely<Tables>;
  readonly #isBusy: (error: unknown) => boolean;
  readonly #patienceMs: number;
  readonly #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  /** When another process was last met, by `performance.now()`. */
  #metRival = Number.NEGATIVE_INFINITY;

  constructor(writer: Kysely<Tables>, options: { readonly isBusy: (error: unknown) => boolean; readonly patienceMs: number }) {
    this.#writer = writer;
    this.#isBusy = options.isBusy;
    this.#patienceMs = options.patienceMs;
  }

  async write<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const run = async (database: Database): Promise<() => void> => {
        const value = await work(database);
        return () => resolve(value);
      };
      this.#waiting.push({ run, fail: reject });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
      await this.#commit(this.#waiting.splice(0, LARGEST_GROUP));
      if (performance.now() - this.#metRival < RIVAL_MS) await sleep(GIVE_WAY_MS);
    }
    this.#working = undefined;
  }

  /**
   * Lets those come that arrived while the last group was synced, and nothing was read. A turn of the event loop takes one new connection: with a sync
   * in each turn a slow disk (20 ms) let in fifty callers a second.
   */
  async #gather(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS && this.#waiting.length < LARGEST_GROUP; ) {
      const before = this.#waiting.length;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#waiting.length > before ? 0 : quiet + 1;
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const told = await this.#writer.connection().execute(async (database) => {
        await this.#begin(database);
        try {
          const done = await doAll(database, group);
          await sql`commit`.execute(database);
          return done;
        } catch (error) {
          // There may be none left; what is told is why the commit failed.
          await sql`rollback`.execute(database).catch(() => undefined);
          throw error;
        }
      });
      for (const tell of told) tell();
    } catch (error) {
      for (const { fail } of group) fail(error);
    }
  }

  /** Another process may be writing. Waiting for it is done here, because SQLite's own waiting holds up everything else of this process. */
  async #begin(database: Database): Promise<void> {
    const until = performance.now() + this.#patienceMs;
    for (;;) {
      try {
        await sql`begin immediate`.execute(database);
        return;
      } catch (error) {
        if (!this.#isBusy(error) || performance.now() > until) throw error;
        this.#metRival = performance.now();
        await sleep(1 + Math.random() * (LOOK_EVERY_MS - 1));
      }
    }
  }
}

async function doAll(database: Database, group: readonly Waiting[]): Promise<(() => void)[]> {
  const told: (() => void)[] = [];
  for (const { run, fail } of group) {
    await sql`savepoint one`.execute(database);
    try {
      told.push(await run(database));
    } catch (error) {
      // A full disk has ended the whole transaction already: then this error is everybody's.
      await sql`rollback to one`.execute(database).catch(() => Promise.reject(error));
      told.push(() => fail(error));
    }
    await sql`release one`.execute(database);
  }
  return told;
}
