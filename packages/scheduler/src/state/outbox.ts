import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';

const item = z.object({
  /** Of this write, for ever: a server that knows it does it once. */
  id: z.string(),
  kind: z.string(),
  /** Writes of one lane arrive in their order; lanes do not wait for each other. */
  lane: z.string(),
  /** How often it was sent without a clear answer. */
  attempts: z.int(),
  /** Epoch milliseconds. */
  at: z.number(),
  body: z.record(z.string(), z.unknown()),
});

/** A write that is to reach the API. */
export type OutboxItem = z.infer<typeof item>;

/** Sends one write. Rejects with `invalid`, `not_found` and the like when it never can arrive; after anything else it is sent again. */
export type Deliver = (write: OutboxItem) => Promise<void>;

interface Held {
  readonly path: string;
  value: OutboxItem;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Lanes that are sent at the same time. */
const WIDTH = 4;

/**
 * Writes for the API that outlive outages and the process. Each is a file, named by its number; it goes when the API has it, or has refused
 * it for good.
 */
export class Outbox {
  readonly #folder: string;
  readonly #deliver: Deliver;
  readonly #logger: Logger;
  readonly #lanes = new Map<string, Held[]>();
  readonly #waits = new Map<string, { until: number; ms: number }>();
  #number = 0;
  #flushing: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #adding: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, deliver: Deliver, logger: Logger) {
    this.#folder = folder;
    this.#deliver = deliver;
    this.#logger = logger;
  }

  /** Reads what an earlier process left. */
  static async open(folder: string, deliver: Deliver, logger: Logger): Promise<Outbox> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const outbox = new Outbox(folder, deliver, logger);
    const names = (await readdir(folder)).filter((name) => /^\d{12}\.json$/.test(name)).toSorted();
    for (const name of names) await outbox.#take(name);
    return outbox;
  }

  /** How many writes wait. */
  get size(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.length, 0);
  }

  /** Whether writes of a lane wait: what the API says of that thing may be older than what we know. */
  has(lane: string): boolean {
    return (this.#lanes.get(lane)?.length ?? 0) > 0;
  }

  /** Resolves when the write is safe on the disk. It is sent soon. */
  async add(kind: string, lane: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    this.#number += 1;
    const path = join(this.#folder, `${String(this.#number).padStart(12, '0')}.json`);
    const value: OutboxItem = { id: randomUUID().replaceAll('-', ''), kind, lane, attempts: 0, at: Date.now(), body: { ...body } };
    // In the order of the calls, so that no number is on the disk before a lower one.
    const written = this.#adding.then(() => writeJson(path, value));
    this.#adding = written.catch(() => undefined);
    this.#push({ path, value });
    await written;
    this.flush();
  }

  /** Drops what waits for a lane: what it is about is gone. */
  async drop(lane: string): Promise<void> {
    const held = this.#lanes.get(lane) ?? [];
    this.#lanes.delete(lane);
    await Promise.all(held.map(({ path }) => rm(path, { force: true })));
  }

  /** Begins to send what waits; `now`: also what would wait for another try. */
  flush(now = false): void {
    if (now) this.#waits.clear();
    this.#again = true;
    if (this.#closed) return;
    this.#flushing ??= this.#run().finally(() => {
      this.#flushing = undefined;
    });
  }

  /** Resolves when nothing waits, or after `milliseconds`. */
  async drain(milliseconds: number): Promise<void> {
    const until = Date.now() + milliseconds;
    this.flush(true);
    while (this.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #push(held: Held): void {
    const { lane } = held.value;
    const list = this.#lanes.get(lane);
    if (list) list.push(held);
    else this.#lanes.set(lane, [held]);
  }

  async #take(name: string): Promise<void> {
    const path = join(this.#folder, name);
    const read = item.safeParse(await readJson(path));
    this.#number = Math.max(this.#number, Number(name.slice(0, 12)));
    if (read.success) this.#push({ path, value: read.data });
    else await rename(path, `${path}.unreadable`);
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      const due = [...this.#lanes.keys()].filter((lane) => (this.#waits.get(lane)?.until ?? 0) <= Date.now());
      const work = due.values();
      await Promise.all(Array.from({ length: WIDTH }, () => this.#worker(work)));
    }
    this.#plan();
  }

  async #worker(lanes: Iterator<string>): Promise<void> {
    for (let next = lanes.next(); !next.done; next = lanes.next()) await this.#sendLane(next.value);
  }

  async #sendLane(lane: string): Promise<void> {
    for (let first = this.#lanes.get(lane)?.[0]; first && !this.#closed; first = this.#lanes.get(lane)?.[0]) {
      try {
        // Nothing is sent that a crash could make us forget.
        await this.#adding;
        await this.#deliver(first.value);
        this.#waits.delete(lane);
      } catch (error) {
        if (!isFinal(error, Date.now() - first.value.at)) return this.#wait(lane, first, error);
        this.#logger.error({ kind: first.value.kind, lane, error: messageOf(error) }, 'the API refuses a write for good; it is dropped');
      }
      await this.#remove(lane, first);
    }
  }

  async #remove(lane: string, held: Held): Promise<void> {
    // It may have been dropped meanwhile, and others may have come.
    const rest = this.#lanes.get(lane)?.filter((one) => one !== held) ?? [];
    if (rest.length === 0) this.#lanes.delete(lane);
    else this.#lanes.set(lane, rest);
    await rm(held.path, { force: true });
  }

  async #wait(lane: string, held: Held, error: unknown): Promise<void> {
    const ms = Math.min(LONGEST_WAIT_MS, (this.#waits.get(lane)?.ms ?? FIRST_WAIT_MS / 2) * 2);
    this.#waits.set(lane, { until: Date.now() + ms * (0.5 + Math.random() / 2), ms });
    if (held.value.attempts === 0) this.#logger.warn({ kind: held.value.kind, lane, error: messageOf(error) }, 'a write for the API waits');
    held.value = { ...held.value, attempts: held.value.attempts + 1 };
    await writeJson(held.path, held.value).catch((failure: unknown) => this.#logger.error({ error: messageOf(failure) }, 'the state folder cannot be written'));
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const next = Math.min(...[...this.#waits.values()].map(({ until }) => until));
    if (this.#closed || this.size === 0 || !Number.isFinite(next)) return;
    this.#timer = setTimeout(() => this.flush(), Math.max(50, next - Date.now()));
    this.#timer.unref();
  }
}

const FINAL: ReadonlySet<string> = new Set(['already_exists', 'invalid', 'not_found', 'too_large', 'unsupported']);
/** What an administrator may put right: roles, trusts, credentials. */
const IN_TIME: ReadonlySet<string> = new Set(['conflict', 'permission_denied', 'unauthenticated']);
const PATIENCE_MS = 24 * 3600 * 1000;

const isFinal = (error: unknown, age: number): boolean => FreezerError.is(error) && (FINAL.has(error.code) || (IN_TIME.has(error.code) && age > PATIENCE_MS));
