import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { DOCUMENT_KINDS, FreezerError, messageOf, type Store, type Stored, systemCodeOf } from '@freezer/core';
import type { ExportedLine } from './export-documents.ts';

export interface ImportCounts {
  readonly created: number;
  readonly updated: number;
  /** They were there already. */
  readonly left: number;
}

/** A document that is read in. */
export interface PlacedLine extends ExportedLine {
  /** For messages; of a database a document has none. */
  readonly place?: string;
}

export interface ImportOptions {
  /** Replace what is there. */
  readonly update: boolean;
  /** Write nothing. */
  readonly testOnly: boolean;
  /** The store has no tables yet: nothing is asked of it. Only for a test. */
  readonly isEmpty?: boolean;
}

const KINDS: ReadonlySet<string> = new Set(DOCUMENT_KINDS.filter((kind) => kind !== 'leases'));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function isExportedLine(value: unknown): value is ExportedLine {
  if (!isRecord(value)) return false;
  const { kind, id, project_id: project, user_id: user, document } = value;
  return typeof kind === 'string' && KINDS.has(kind) && typeof id === 'string' && typeof project === 'string' && typeof user === 'string' && isRecord(document);
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FreezerError('invalid', `${place}: not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** Knows by head and end whether an export is whole. Lines that somebody chose from one need neither. */
class ExportReader {
  readonly #path: string;
  /** Documents since the head; undefined where none was, or its end has come. */
  #count: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The document of a line; undefined of head and end. Fails with `invalid`, or `unsupported` for a version to come. */
  read(text: string, place: string): PlacedLine | undefined {
    const value = parsed(text, place);
    if (isRecord(value) && value['freezer_export'] !== undefined) return this.#begin(value['freezer_export'], place);
    if (isRecord(value) && typeof value['documents'] === 'number') return this.#end(value['documents'], place);
    if (!isExportedLine(value)) throw new FreezerError('invalid', `${place}: not a line of an export, {"kind", "id", "project_id", "user_id", "document"}`);
    if (this.#count !== undefined) this.#count += 1;
    return { ...value, place };
  }

  #begin(version: unknown, place: string): undefined {
    this.finish();
    if (version !== 1) throw new FreezerError('unsupported', `${place}: an export of version ${JSON.stringify(version)}; this version reads 1`);
    this.#count = 0;
  }

  #end(documents: number, place: string): undefined {
    if (this.#count !== undefined && this.#count !== documents)
      throw new FreezerError('invalid', `${place}: the export had ${documents} documents, and here are ${this.#count}`);
    this.#count = undefined;
  }

  /** Fails with `invalid` when an export has begun and not come to its end. */
  finish(): void {
    if (this.#count !== undefined) throw new FreezerError('invalid', `${this.#path} is cut off: the last line of an export is missing`);
  }
}

/** Of a file, or of standard input. Fails with `invalid` when it cannot be read, also in the middle. */
async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* path === '-' ? createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }) : (await open(path)).readLines();
  } catch (error) {
    throw new FreezerError('invalid', `${path} cannot be read (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  }
}

/** The documents of an export; `-` is standard input. Fails with `invalid`, naming the line, also at the end of one that is not whole. */
export async function* readExport(path: string): AsyncGenerator<PlacedLine> {
  const reader = new ExportReader(path);
  let number = 0;
  let isEmpty = true;
  for await (const text of linesOf(path)) {
    number++;
    if (text.trim() === '') continue;
    isEmpty = false;
    const line = reader.read(text, `${path} line ${number}`);
    if (line) yield line;
  }
  // Also an export without documents has its head: whoever sent nothing has failed.
  if (isEmpty) throw new FreezerError('invalid', `${path} is empty, and no export`);
  reader.finish();
}

type Target = Pick<Store, 'kind' | 'documents'>;
type Found = Stored<object> | undefined;

const documentsOf = (store: Target, { kind }: PlacedLine) => store.documents<object>(kind);

async function find(store: Target, line: PlacedLine, { testOnly, isEmpty = false }: ImportOptions): Promise<Found> {
  return testOnly && isEmpty ? undefined : documentsOf(store, line).get(line.id, {});
}

async function put(store: Target, line: PlacedLine, before: Found, { update, testOnly }: ImportOptions): Promise<keyof ImportCounts> {
  const owner = { projectId: line.project_id, userId: line.user_id };
  if (before && !update) return 'left';
  if (testOnly) return before ? 'updated' : 'created';
  if (before) {
    await documentsOf(store, line).replace(line.id, line.document, owner, { version: before.version });
    return 'updated';
  }
  await documentsOf(store, line).create(line.id, line.document, owner);
  return 'created';
}

const CHANGED: ReadonlySet<string> = new Set(['conflict', 'not_found', 'already_exists']);

/** Beside a running API a document may change between its reading and its writing: it is read again then, once. */
async function putAgain(store: Target, line: PlacedLine, before: Found, options: ImportOptions): Promise<keyof ImportCounts> {
  try {
    return await put(store, line, before, options);
  } catch (error) {
    if (!FreezerError.is(error) || !CHANGED.has(error.code)) throw error;
    return put(store, line, await find(store, line, options), options);
  }
}

/** Written together: a store syncs many writes at once in hardly more time than one. */
const AT_ONCE = 64;

/** Lines in order, so many at a time; none twice in one of them. */
async function* batchesOf(lines: AsyncIterable<PlacedLine>): AsyncGenerator<readonly PlacedLine[]> {
  let batch = new Map<string, PlacedLine>();
  for await (const line of lines) {
    const name = `${line.kind} ${line.id}`;
    if (batch.size >= AT_ONCE || batch.has(name)) {
      yield [...batch.values()];
      batch = new Map();
    }
    batch.set(name, line);
  }
  if (batch.size > 0) yield [...batch.values()];
}

/** The failure, at the line when it is of one, with what was written before it. */
function stoppedBy(error: unknown, place: string | undefined, { created, updated }: ImportCounts, { testOnly, update }: ImportOptions): unknown {
  if (!FreezerError.is(error)) return error;
  const written = testOnly ? 0 : created + updated;
  const again = update ? '' : ', and are left as they are when the import is repeated';
  const before = written === 0 ? 'nothing was written' : `${written} documents were written before it${again}`;
  return new FreezerError(error.code, `${place === undefined ? '' : `${place}: `}${error.message}; ${before}`, { cause: error, retryable: error.retryable });
}

/** Servers that number documents as their connections come to it: of many at once the order would be lost, in which they are listed. */
const IN_TURN: ReadonlySet<string> = new Set(['postgresql', 'mysql']);

/** Begins the works in order. Those that have begun come to their end, whatever becomes of one of them. */
async function settledAll<T>(works: readonly (() => Promise<T>)[], isInTurn: boolean): Promise<PromiseSettledResult<T>[]> {
  if (!isInTurn) return Promise.allSettled(works.map((work) => work()));
  const outcomes: PromiseSettledResult<T>[] = [];
  for (const work of works) {
    const [outcome] = await Promise.allSettled([work()]);
    outcomes.push(outcome);
    if (outcome.status === 'rejected') break;
  }
  return outcomes;
}

async function putAll(store: Target, batch: readonly PlacedLine[], options: ImportOptions, counts: Record<keyof ImportCounts, number>): Promise<void> {
  const found = await Promise.allSettled(batch.map((line) => find(store, line, options)));
  const writes = batch.map((line, index) => async () => {
    const before = found[index];
    if (before?.status === 'rejected') throw before.reason;
    return putAgain(store, line, before?.value, options);
  });
  const outcomes = await settledAll(writes, IN_TURN.has(store.kind));
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') counts[outcome.value] += 1;
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected') throw stoppedBy(outcome.reason, batch[index]?.place, counts, options);
  }
}

/**
 * Writes documents into a store. May be repeated after it was interrupted: what is there stays, or is replaced. Fails as the lines and the
 * store do, and says at which line, and what was written before.
 */
export async function importDocuments(store: Target, lines: AsyncIterable<PlacedLine>, options: ImportOptions): Promise<ImportCounts> {
  const counts = { created: 0, updated: 0, left: 0 };
  const batches = batchesOf(lines);
  try {
    for (;;) {
      const next = await batches.next().catch((error: unknown) => {
        throw stoppedBy(error, undefined, counts, options);
      });
      if (next.done) return counts;
      await putAll(store, next.value, options, counts);
    }
  } finally {
    // What the lines come from is closed, whatever became of it.
    await batches.return(undefined).catch(() => undefined);
  }
}
