import { type FileHandle, open } from 'node:fs/promises';
import type { CallOptions } from '@freezer/core';
import { readLineBatches } from '../byte-lines.ts';

const FLUSH_CHARS = 256 * 1024;

/** Values of JSON in a private file, a line each, to be read when all are there. Strings are bytes; a bigint becomes `{"ns":"…"}`. */
export class SpooledEntries<Entry> {
  readonly #path: string;
  #file: FileHandle | undefined;
  #waiting = '';
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
  }

  async add(entry: Entry): Promise<void> {
    this.#waiting += `${JSON.stringify(entry, (_key, value: unknown) => (typeof value === 'bigint' ? { ns: String(value) } : value))}\n`;
    if (this.#waiting.length >= FLUSH_CHARS) await this.#flush();
  }

  async #flush(): Promise<void> {
    this.#file ??= await open(this.#path, 'w', 0o600);
    await this.#file.writeFile(this.#waiting, 'latin1');
    this.#waiting = '';
  }

  /** Idempotent. Nothing can be added after it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Also where there is nothing to write: the file is read later.
    await this.#flush();
    await this.#file?.close();
  }

  /** The entries in the order in which they were added; to be called after `close`. */
  async *batches(options: CallOptions = {}): AsyncGenerator<readonly Entry[], void, undefined> {
    for await (const lines of readLineBatches(this.#path, options)) yield lines.map((line): Entry => JSON.parse(line, reviveTime));
  }

  /** As `batches`, one by one. */
  async *entries(options: CallOptions = {}): AsyncGenerator<Entry, void, undefined> {
    for await (const batch of this.batches(options)) yield* batch;
  }
}

function reviveTime(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'ns' in value && typeof value.ns === 'string' ? BigInt(value.ns) : value;
}
