import { gcmDecryptStage } from '@freezer/codec';
import { type BytePath, type ByteStream, type CallOptions, FreezerError, type IndexEntry } from '@freezer/core';
import { linesOfFrames } from './index-frames.ts';
import { parseFields, parseIndexLine } from './index-line.ts';
import { INDEX_FORMAT, type IndexKey } from './write-index.ts';

/** What the first line says. */
export interface IndexHeader {
  /** True when nothing of an older level counts any more. */
  readonly replacesAll: boolean;
}

export interface ReadIndexOptions extends CallOptions {
  /** Must be given when the index was written with one. */
  readonly key?: IndexKey | undefined;
}

/** An index that is being read. Nothing is pulled before one of these is called. */
export interface IndexReader {
  /** May be called at any time, also again. Fails with `corrupt`. */
  header(): Promise<IndexHeader>;
  /** In the order of the bytes of the paths. Single-use. Fails with `corrupt`, at the end also when the index is cut off. */
  readonly entries: AsyncIterable<IndexEntry>;
  /** Lets go of the stream. Idempotent; done by itself once `entries` came to its end, failed or was left. */
  close(): Promise<void>;
}

const corrupt = (reason: string): FreezerError => new FreezerError('corrupt', `index: ${reason}`, { details: { object: 'index' } });

function readHeader(line: string | undefined): IndexHeader {
  const fields = line === undefined ? undefined : parseFields(line);
  if (typeof fields?.format !== 'number' || typeof fields.replaces_all !== 'boolean') throw corrupt('does not begin with a header line');
  if (fields.format !== INDEX_FORMAT)
    throw new FreezerError('unsupported', `index: format ${fields.format}; only ${INDEX_FORMAT} is known`, { details: { object: 'index' } });
  return { replacesAll: fields.replaces_all };
}

function isTrailer(line: string, lines: number): boolean {
  if (!line.startsWith('{"end"')) return false;
  const fields = parseFields(line);
  if (fields?.end !== true) return false;
  if (fields.lines !== lines) throw corrupt(`holds ${lines} lines, but its last line says ${String(fields.lines)}`);
  return true;
}

class FrameReader implements IndexReader {
  readonly entries: AsyncIterable<IndexEntry>;
  readonly #signal: AbortSignal | undefined;
  readonly #batches: AsyncGenerator<readonly string[]>;
  #header: Promise<IndexHeader> | undefined;
  #first: readonly string[] = [];

  constructor(body: ByteStream, signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#batches = linesOfFrames(body);
    const entries = this.#read();
    // A generator that was never started does not run its `finally`: leaving it has to let go of the stream all the same.
    const leave = async (): Promise<IteratorResult<IndexEntry>> => {
      await entries.return(undefined);
      await this.close();
      return { done: true, value: undefined };
    };
    this.entries = { [Symbol.asyncIterator]: () => ({ next: () => entries.next(), return: leave }) };
  }

  header(): Promise<IndexHeader> {
    this.#header ??= this.#readHeader();
    return this.#header;
  }

  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }

  async #readHeader(): Promise<IndexHeader> {
    const { value } = await this.#batches.next();
    this.#first = value ?? [];
    try {
      return readHeader(this.#first[0]);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async *#lines(): AsyncGenerator<readonly string[]> {
    yield this.#first.slice(1);
    this.#first = [];
    yield* this.#batches;
  }

  async *#read(): AsyncGenerator<IndexEntry> {
    await this.header();
    let count = 0;
    let last: BytePath = '';
    let ended = false;
    for await (const batch of this.#lines()) {
      this.#signal?.throwIfAborted();
      for (const line of batch) {
        if (ended) throw corrupt('goes on after its last line');
        ended = isTrailer(line, count);
        if (ended) continue;
        count += 1;
        const entry = parseIndexLine(line, count + 1);
        if (!entry) continue;
        if (entry.path < last) throw corrupt(`line ${count + 1}: is not in the order of the paths`);
        last = entry.path;
        yield entry;
      }
    }
    if (!ended) throw corrupt(`is cut off after ${count} lines`);
  }
}

/** Reads an object `index` as a stream; holds one line and one chunk, whatever the index says of itself. */
export function readIndex(body: ByteStream, { key, signal }: ReadIndexOptions = {}): IndexReader {
  const opened = key ? gcmDecryptStage(key.chainKey, { purpose: 'index', identity: key.identity }).apply(body, { signal }) : body;
  return new FrameReader(opened, signal);
}
