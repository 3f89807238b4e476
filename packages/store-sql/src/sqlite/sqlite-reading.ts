import { setImmediate } from 'node:timers/promises';
import { type CallBounds, lateAnswer } from '../bounded-call.ts';
import type { Database, Reading } from '../place.ts';
import type { ShapedQueries } from '../search/shaped-queries.ts';

/**
 * SQLite answers before anything else can happen: a call can only end early between two pieces of it. So most need neither a timer nor a listener,
 * which take longer than a short query.
 */
export class SqliteReading implements Reading {
  readonly reader: Database;
  readonly shaped: ShapedQueries;
  readonly frequent: number;
  readonly #bounds: CallBounds;
  readonly #begun = performance.now();

  constructor({ reader, shaped, frequent }: Omit<Reading, 'breathe'>, bounds: CallBounds) {
    bounds.signal?.throwIfAborted();
    this.reader = reader;
    this.shaped = shaped;
    this.frequent = frequent;
    this.#bounds = bounds;
  }

  async breathe(): Promise<void> {
    await setImmediate();
    const { signal, timeoutMs } = this.#bounds;
    signal?.throwIfAborted();
    if (performance.now() - this.#begun > timeoutMs) throw lateAnswer(timeoutMs);
  }
}
