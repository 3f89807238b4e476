import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import * as z from 'zod';
import { Journal } from './journal.ts';

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
export type Deliver = (write: OutboxItem, signal: AbortSignal) => Promise<void>;

type Held = { value: OutboxItem };

const record = z.union([z.object({ add: item }), z.object({ done: z.string() })]);

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Records of an empty journal. */
const WORTH_EMPTYING = 200;
/** Lanes that are sent at the same time. */
const WIDTH = 4;

/**
 * Writes for the API that outlive outages and the process, in a journal. One goes when the API has it, or has refused it for good.
 */
export class Outbox {
  readonly #journal: Journal;
  readonly #deliver: Deliver;
  readonly #logger: Logger;
  readonly #lanes = new Map<string, Held[]>();
  readonly #waits = new Map<string, { until: number; ms: number }>();
  #flushing: Promise<void> | undefined;
  #again = false;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #unsafe = new Set<Held>();
  readonly #closing = new AbortController();
  #emptying: Promise<void> | undefined;
  #onDelivered: ((write: OutboxItem, arrived: boolean) => void) | undefined;

  private constructor(journal: Journal, deliver: Deliver, logger: Logger) {
    this.#journal = journal;
    this.#deliver = deliver;
    this.#logger = logger;
  }

  /** Reads what an earlier process left. */
  static async open(folder: string, deliver: Deliver, logger: Logger): Promise<Outbox> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { journal, records } = await Journal.open(join(folder, 'outbox.log'));
    const outbox = new Outbox(journal, deliver, logger);
    const waiting = new Map<string, OutboxItem>();
    for (const each of records) {
      const read = record.safeParse(each);
      if (!read.success) continue;
      if ('add' in read.data) waiting.set(read.data.add.id, read.data.add);
      else waiting.delete(read.data.done);
    }
    for (const value of waiting.values()) outbox.#push({ value: { ...value, attempts: value.attempts + 1 } });
    if (journal.count > 0) await journal.rewrite([...waiting.values()].map((add) => ({ add })));
    return outbox;
  }

  /** Calls for each write that has left: it arrived, or was refused for good. */
  onDelivered(call: (write: OutboxItem, arrived: boolean) => void): void {
    this.#onDelivered = call;
  }

  /** How many writes wait. */
  get size(): number {
    return this.#size;
  }

  /** Whether writes of a lane wait: what the API says of that thing may be older than what we know. */
  has(lane: string): boolean {
    return (this.#lanes.get(lane)?.length ?? 0) > 0;
  }

  /** Resolves when the write is safe on the disk. It is sent soon. `id`: of this write, where it has one; of one id only the first is taken. */
  async add(kind: string, lane: string, body: Readonly<Record<string, unknown>>, id = randomUUID().replaceAll('-', '')): Promise<void> {
    if (this.#lanes.get(lane)?.some(({ value }) => value.id === id)) return;
    const value: OutboxItem = { id, kind, lane, attempts: 0, at: Date.now(), body: { ...body } };
    // Not sent before it is safe; its place in the lane is that of the call.
    const held: Held = { value };
    this.#push(held);
    this.#unsafe.add(held);
    try {
      await this.#journal.append({ add: value });
    } finally {
      this.#unsafe.delete(held);
      this.flush();
    }
  }

  /** Drops what waits for a lane: what it is about is gone. */
  async drop(lane: string): Promise<void> {
    const held = this.#lanes.get(lane) ?? [];
    this.#lanes.delete(lane);
    this.#size -= held.length;
    await Promise.all(held.map(({ value }) => this.#journal.append({ done: value.id })));
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

  /** What waits is sent by the next process; so is what is on its way to somebody who does not answer. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#flushing;
    await this.#journal.close();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #push(held: Held): void {
    const { lane } = held.value;
    const list = this.#lanes.get(lane);
    this.#size += 1;
    if (list) list.push(held);
    else this.#lanes.set(lane, [held]);
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
      let arrived = true;
      try {
        // Nothing is sent that a crash could make us forget.
        if (this.#unsafe.has(first)) return;
        await this.#deliver(first.value, this.#closing.signal);
        this.#waits.delete(lane);
      } catch (error) {
        if (!isFinal(error, Date.now() - first.value.at)) return this.#wait(lane, first, error);
        this.#logger.error({ kind: first.value.kind, lane, error: messageOf(error) }, 'the API refuses a write for good; it is dropped');
        arrived = false;
      }
      // Not waited for: a record of it that is lost makes it be sent once more, and the records of a lane keep their order.
      void this.#remove(lane, first, arrived);
    }
  }

  async #remove(lane: string, held: Held, arrived: boolean): Promise<void> {
    // It may have been dropped meanwhile, and others may have come.
    const before = this.#lanes.get(lane) ?? [];
    const rest = before.filter((one) => one !== held);
    this.#size -= before.length - rest.length;
    if (rest.length === 0) this.#lanes.delete(lane);
    else this.#lanes.set(lane, rest);
    this.#onDelivered?.(held.value, arrived);
    try {
      await this.#journal.append({ done: held.value.id });
      if (this.size === 0 && this.#journal.count > WORTH_EMPTYING) await this.#empty();
    } catch (error) {
      // The next process sends it once more: a backup is known by its id, and the state of a job is put right by the poll that follows.
      this.#logger.error({ kind: held.value.kind, lane, error: messageOf(error) }, 'what was delivered cannot be noted down');
    }
  }

  /** Once for all deliveries whose records were synced together. */
  async #empty(): Promise<void> {
    this.#emptying ??= this.#journal.rewrite([]).finally(() => {
      this.#emptying = undefined;
    });
    await this.#emptying;
  }

  #wait(lane: string, held: Held, error: unknown): void {
    const ms = Math.min(LONGEST_WAIT_MS, (this.#waits.get(lane)?.ms ?? FIRST_WAIT_MS / 2) * 2);
    this.#waits.set(lane, { until: Date.now() + ms * (0.5 + Math.random() / 2), ms });
    if (held.value.attempts === 0) this.#logger.warn({ kind: held.value.kind, lane, error: messageOf(error) }, 'a write for the API waits');
    held.value = { ...held.value, attempts: held.value.attempts + 1 };
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const next = Math.min(...[...this.#waits.values()].map(({ until }) => until));
    if (this.#closed || this.size === 0 || !Number.isFinite(next)) return;
    this.#timer = setTimeout(() => this.flush(), Math.max(50, next - Date.now()));
    this.#timer.unref();
  }
}

const FINAL: ReadonlySet<string> = new Set(['already_exists', 'invalid', 'not_found', 'too_large']);
/** What an administrator may put right: roles, trusts, credentials, a proxy that answers in place of the API. */
const IN_TIME: ReadonlySet<string> = new Set(['conflict', 'permission_denied', 'unauthenticated', 'unsupported']);
const PATIENCE_MS = 24 * 3600 * 1000;

const isFinal = (error: unknown, age: number): boolean => FreezerError.is(error) && (FINAL.has(error.code) || (IN_TIME.has(error.code) && age > PATIENCE_MS));
