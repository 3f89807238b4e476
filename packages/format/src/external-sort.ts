import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '@freezer/core';
import { RunReader, type SortRecord, writeRun } from './sort-run.ts';

export interface ExternalSortOptions extends CallOptions {
  /** A private folder (0700). The sort removes what it puts there. */
  readonly workDir: string;
  /** Chars of keys and lines held before a run goes to a file. Default 8 MiB. */
  readonly maxHeldChars?: number;
  /** Records held before a run goes to a file. Default 25 000. */
  readonly maxHeldRecords?: number;
}

// Index writing of 100 000 entries alone: 108 MB at the peak, 115 with four times as much.
const MAX_HELD_CHARS = 8 * 1024 * 1024;
const MAX_HELD_RECORDS = 25_000;
/** So many runs of one generation become one of the next: descriptors and read buffers stay few, whatever the size. */
const FAN_IN = 16;
const BATCH_RECORDS = 1000;

let sorts = 0;

const byKey = (left: SortRecord, right: SortRecord): number => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0);

/** A min-heap by key; of equal keys the earlier run comes first, which keeps the sort stable. */
class RunHeap {
  readonly #runs: RunReader[] = [];

  get top(): RunReader | undefined {
    return this.#runs[0];
  }

  push(run: RunReader): void {
    const runs = this.#runs;
    let at = runs.length;
    runs.push(run);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = runs[parent];
      if (!above || !run.before(above)) break;
      runs[at] = above;
      at = parent;
    }
    runs[at] = run;
  }

  /** Puts the top where it belongs after it moved on to its next record. */
  sink(): void {
    const runs = this.#runs;
    const run = runs[0];
    if (!run) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = runs[child];
      if (!left) break;
      const right = runs[child + 1];
      const least = right?.before(left) ? right : left;
      if (least === right) child += 1;
      if (!least.before(run)) break;
      runs[at] = least;
      at = child;
    }
    runs[at] = run;
  }

  dropTop(): void {
    const last = this.#runs.pop();
    if (!last || this.#runs.length === 0) return;
    this.#runs[0] = last;
    this.sink();
  }
}

async function* mergeRuns(handles: readonly FileHandle[], { signal }: CallOptions): AsyncGenerator<SortRecord[]> {
  const heap = new RunHeap();
  for (const [index, handle] of handles.entries()) {
    const run = new RunReader(handle, index);
    if (await run.refill()) heap.push(run);
  }
  let batch: SortRecord[] = [];
  for (let run = heap.top; run; run = heap.top) {
    batch.push(run.record);
    if (run.advance() || (await run.refill())) heap.sink();
    else heap.dropTop();
    if (batch.length < BATCH_RECORDS) continue;
    signal?.throwIfAborted();
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* oneBatch(records: SortRecord[]): AsyncGenerator<SortRecord[]> {
  yield records;
}

/** The files of one sort. `generations[0]` are the newest runs; a higher generation holds earlier records. */
class RunFiles {
  readonly #options: ExternalSortOptions;
  readonly #generations: FileHandle[][] = [];
  readonly #open = new Set<FileHandle>();
  readonly #prefix = `sort-${process.pid}-${(sorts += 1)}`;
  #made = 0;

  constructor(options: ExternalSortOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#generations.length === 0;
  }

  async add(batches: AsyncIterable<readonly SortRecord[]>, generation = 0): Promise<void> {
    const path = join(this.#options.workDir, `${this.#prefix}-${(this.#made += 1)}`);
    const handle = await open(path, 'wx+', 0o600);
    this.#open.add(handle);
    // Without a name it needs no cleaning up, not even after a kill.
    await rm(path);
    await writeRun(handle, batches);
    const runs = (this.#generations[generation] ??= []);
    runs.push(handle);
    if (runs.length < FAN_IN) return;
    this.#generations[generation] = [];
    await this.add(mergeRuns(runs, this.#options), generation + 1);
    for (const merged of runs) await this.#close(merged);
  }

  merged(): AsyncIterable<SortRecord[]> {
    return mergeRuns(this.#generations.toReversed().flat(), this.#options);
  }

  async close(): Promise<void> {
    for (const handle of this.#open) await this.#close(handle);
  }

  async #close(handle: FileHandle): Promise<void> {
    this.#open.delete(handle);
    await handle.close();
  }
}

/**
 * Sorts batches of any number of records by the bytes of their keys with bounded memory: what does not fit goes to private files (0600) in
 * `workDir`. Stable: records of one key come in the order in which they were given. Every char of a key or line must be one byte.
 * Fails with what `batches` failed with, with Node's own error of a file, or with the signal's reason.
 */
export async function* sortBatches(batches: AsyncIterable<readonly SortRecord[]>, options: ExternalSortOptions): AsyncGenerator<readonly SortRecord[]> {
  const maxChars = options.maxHeldChars ?? MAX_HELD_CHARS;
  const maxRecords = options.maxHeldRecords ?? MAX_HELD_RECORDS;
  const files = new RunFiles(options);
  let held: SortRecord[] = [];
  let chars = 0;
  try {
    for await (const batch of batches) {
      for (const record of batch) {
        held.push(record);
        chars += record.key.length + record.line.length;
        if (held.length < maxRecords && chars < maxChars) continue;
        options.signal?.throwIfAborted();
        await files.add(oneBatch(held.sort(byKey)));
        held = [];
        chars = 0;
      }
    }
    held.sort(byKey);
    if (files.isEmpty) {
      if (held.length > 0) yield held;
      return;
    }
    if (held.length > 0) await files.add(oneBatch(held));
    held = [];
    yield* files.merged();
  } finally {
    await files.close();
  }
}

async function* gathered(records: AsyncIterable<SortRecord>): AsyncGenerator<readonly SortRecord[]> {
  let batch: SortRecord[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < BATCH_RECORDS) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** As `sortBatches`, of records that come one by one. */
export const externalSort = (records: AsyncIterable<SortRecord>, options: ExternalSortOptions): AsyncGenerator<readonly SortRecord[]> =>
  sortBatches(gathered(records), options);
