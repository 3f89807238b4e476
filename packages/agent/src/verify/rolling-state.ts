import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FreezerError, type Logger, messageOf, systemCodeOf } from '@freezer/core';
import { makeFolders } from '../make-folders.ts';
import type { WorkFolder } from '../work-folder.ts';
import type { RollingRecord } from './rolling-plan.ts';

const FORMAT = 1;
const NEVER: Pick<RollingRecord, 'read' | 'at'> = { read: 0, at: 0 };

export interface RollingStateRequest {
  readonly stateDir: string;
  /** On the same file system, private to this run. */
  readonly work: WorkFolder;
  /** What is read in turns, for people and as a name: another scope has a file of its own. */
  readonly scope: readonly string[];
  /** Every unit that there is now; what earlier runs know of others is forgotten. */
  readonly keys: readonly string[];
  /** Nothing is written. */
  readonly dryRun: boolean;
  readonly logger: Logger;
}

/**
 * Which units earlier runs have read: `<state-dir>/verify/<hash of the scope>.jsonl`, a line for the run and one for each unit, to which each
 * reading adds a line. It is written anew when a run begins, by a rename; a line that a kill cut off counts for nothing, so that nothing is ever
 * taken for read that was not. Without the file everything counts as never read.
 */
export class RollingState implements AsyncDisposable {
  /** The number of this run. */
  readonly run: number;
  readonly #records: Map<string, RollingRecord>;
  readonly #file: FileHandle | undefined;

  private constructor(run: number, records: Map<string, RollingRecord>, file: FileHandle | undefined) {
    this.run = run;
    this.#records = records;
    this.#file = file;
  }

  /** Begins the next run. Fails with `permission_denied` or `unavailable`, naming the file. */
  static async open(request: RollingStateRequest): Promise<RollingState> {
    const path = join(request.stateDir, 'verify', `${createHash('sha256').update(request.scope.join('\0')).digest('hex').slice(0, 32)}.jsonl`);
    const known = parseState(await textOf(path, request.logger));
    const run = known.run + 1;
    const records = new Map(request.keys.map((key) => [key, known.records.get(key) ?? { seen: run, ...NEVER }]));
    if (request.dryRun) return new RollingState(run, records, undefined);
    try {
      return new RollingState(run, records, await beginFile(path, request, run, records));
    } catch (error) {
      const code = systemCodeOf(error) === 'EACCES' || systemCodeOf(error) === 'EROFS' ? 'permission_denied' : 'unavailable';
      throw new FreezerError(code, `verify --subset: ${path} cannot be written: ${messageOf(error)}; name another folder by --state-dir`, { cause: error });
    }
  }

  get records(): ReadonlyMap<string, RollingRecord> {
    return this.#records;
  }

  /** Remembers that a unit was read and nothing was wrong with it. `at` in epoch seconds. */
  async add(key: string, at: number): Promise<void> {
    const record: RollingRecord = { seen: this.#records.get(key)?.seen ?? this.run, read: this.run, at };
    this.#records.set(key, record);
    await this.#file?.appendFile(lineOf(key, record));
  }

  async close(): Promise<void> {
    await this.#file?.sync().catch(() => undefined);
    await this.#file?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const lineOf = (key: string, { seen, read, at }: RollingRecord): string => `${JSON.stringify({ key, seen, read, at })}\n`;

async function beginFile(path: string, { work, scope }: RollingStateRequest, run: number, records: ReadonlyMap<string, RollingRecord>): Promise<FileHandle> {
  await makeFolders(dirname(path), 0o700);
  const fresh = work.file('verify-state');
  const file = await open(fresh, 'wx', 0o600);
  try {
    const lines = [...records].map(([key, record]) => lineOf(key, record));
    await file.appendFile(`${JSON.stringify({ format: FORMAT, run, scope })}\n${lines.join('')}`);
    await file.sync();
    await rename(fresh, path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function textOf(path: string, logger: Logger): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT')
      logger.warn({ file: path, reason: messageOf(error) }, 'what earlier runs have verified cannot be read: all counts as never read');
    return '';
  }
}

interface KnownState {
  readonly run: number;
  readonly records: ReadonlyMap<string, RollingRecord>;
}

/** What is no line of ours is passed over. */
function parseState(text: string): KnownState {
  const [head = '', ...lines] = text.split('\n');
  const header = parseLine(head);
  const records = new Map<string, RollingRecord>();
  if (header?.['format'] !== FORMAT || !isCount(header['run'])) return { run: 0, records };
  for (const line of lines) {
    const { key, seen, read, at } = parseLine(line) ?? {};
    if (typeof key === 'string' && isCount(seen) && isCount(read) && isCount(at)) records.set(key, { seen, read, at });
  }
  return { run: header['run'], records };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // Cut off by a kill, or empty.
    return undefined;
  }
}
