import { gcmEncryptStage } from '@freezer/codec';
import { type ByteStream, type CallOptions, FreezerError, type IndexEntry } from '@freezer/core';
import { sortBatches } from '../external-sort.ts';
import type { SortRecord } from '../sort-run.ts';
import { IndexCounter, type IndexCounts } from './index-counts.ts';
import { frameLines } from './index-frames.ts';
import { formatIndexLine, parseIndexLine } from './index-line.ts';

/** The version of the lines; others are refused. */
export const INDEX_FORMAT = 1;

/** With what an index is sealed: the key of the chain, and what the index is bound to. */
export interface IndexKey {
  /** 32 bytes. Never logged. */
  readonly chainKey: Buffer;
  /** Names set, chain and level, so that an index in the place of another is refused. */
  readonly identity: string;
}

export interface WriteIndexOptions extends CallOptions {
  /** A private folder (0700) for the sort. */
  readonly workDir: string;
  /** True when every path of the source is in the level, so that nothing of an older level counts any more. */
  readonly replacesAll: boolean;
  /** Encrypts the index when given. */
  readonly key?: IndexKey | undefined;
}

/** An index on its way to a storage. */
export interface WrittenIndex {
  /** The object `index`. Single-use. */
  readonly stream: ByteStream;
  /** Throws a `TypeError` before `stream` came to its end. */
  counts(): IndexCounts;
}

/** Behind the path in a key. The NUL, which no path holds, keeps the order that of the paths; a held path comes after a deleted one. */
const DELETED = '\0-';
const HELD = '\0.';
const SKIPPED = '\0s';

function keyOf(entry: IndexEntry): string {
  if (entry.path.includes('\0')) throw new FreezerError('invalid', 'index: a path holds a NUL byte, which no file system allows');
  if (entry.kind === 'skipped') return entry.path + SKIPPED + entry.reason;
  return entry.path + (entry.kind === 'held' ? HELD : DELETED);
}

/** Of an entry that is held or deleted. */
const isPresence = (key: string): boolean => key.charCodeAt(key.length - HELD.length) === 0;

/** Whether only the later of two records is kept: the same path, both held or deleted, or skipped for the same reason. */
const isRepeated = (left: string, right: string): boolean =>
  left === right || (left.length === right.length && isPresence(left) && isPresence(right) && left.slice(0, -1) === right.slice(0, -1));

/** No char of a text each of whose chars is a byte. */
const NO_BYTE = 0xffff;

/**
 * The same text as one run of bytes: V8 keeps what was put together as a tree of parts, which takes many times the memory and the time to compare,
 * until it is asked for a char. The answer is looked at, because a question without effect may be left out.
 */
function flat(text: string): string {
  if (text.charCodeAt(0) === NO_BYTE) throw new FreezerError('invalid', 'index: a char of a line is no byte');
  return text;
}

function recordOf(entry: IndexEntry, counter: IndexCounter): SortRecord {
  counter.count(entry);
  return { key: flat(keyOf(entry)), line: flat(formatIndexLine(entry)) };
}

async function* recordsOf(batches: AsyncIterable<readonly IndexEntry[]>, counter: IndexCounter): AsyncGenerator<readonly SortRecord[]> {
  for await (const batch of batches) yield batch.map((entry) => recordOf(entry, counter));
}

function uncount(line: string, counter: IndexCounter): void {
  const entry = parseIndexLine(line, 0);
  if (entry) counter.count(entry, -1);
}

function noteSkipped({ key, line }: SortRecord, counter: IndexCounter): void {
  if (!counter.wantsSkipped || isPresence(key)) return;
  const entry = parseIndexLine(line, 0);
  if (entry?.kind === 'skipped') counter.noteSkipped(entry);
}

/** Header, sorted lines without repeated ones, trailer. */
async function* linesOf(entries: AsyncIterable<readonly IndexEntry[]>, options: WriteIndexOptions, counter: IndexCounter): AsyncGenerator<readonly string[]> {
  yield [`{"format":${INDEX_FORMAT},"replaces_all":${options.replacesAll}}`];
  let last: SortRecord | undefined;
  for await (const batch of sortBatches(recordsOf(entries, counter), options)) {
    options.signal?.throwIfAborted();
    const lines: string[] = [];
    for (const record of batch) {
      if (last && isRepeated(last.key, record.key)) uncount(last.line, counter);
      else if (last) {
        noteSkipped(last, counter);
        lines.push(last.line);
      }
      last = record;
    }
    yield lines;
  }
  if (last) {
    noteSkipped(last, counter);
    yield [last.line];
  }
  yield [`{"end":true,"lines":${counter.result().lines}}`];
}

/**
 * Makes the object `index` of batches of entries in any order: sorted by the bytes of the path, as gzip members that any gunzip reads, then sealed when
 * there is a key. Of a path that occurs twice held wins over deleted, and the later one over the earlier, as in an archive.
 * Memory stays the same for any number of entries. The stream fails with what `entries` failed with.
 */
export function writeIndex(entries: AsyncIterable<readonly IndexEntry[]>, options: WriteIndexOptions): WrittenIndex {
  const counter = new IndexCounter();
  let ended = false;
  async function* framed(): AsyncGenerator<Uint8Array> {
    yield* frameLines(linesOf(entries, options, counter));
    ended = true;
  }
  const { key, signal } = options;
  const stream = key ? gcmEncryptStage(key.chainKey, { purpose: 'index', identity: key.identity }).apply(framed(), { signal }) : framed();
  const counts = (): IndexCounts => {
    if (!ended) throw new TypeError('writeIndex: counts() was called before the stream came to its end');
    return counter.result();
  };
  return { stream, counts };
}
