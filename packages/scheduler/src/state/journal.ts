import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { FreezerError, systemCodeOf } from '@freezer/core';

interface Waiting {
  readonly text: string;
  /** In place of all records that are there, where it is a number: so many. */
  readonly replaces?: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** A file of JSON records to which records are added. What was added is on the disk; many that come at once share one sync. */
export class Journal {
  readonly #path: string;
  #file: FileHandle;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #count: number;
  /** The last line may be half written: what comes next must not become a part of it. */
  #torn = false;
  #closed = false;

  private constructor(path: string, file: FileHandle, count: number) {
    this.#path = path;
    this.#file = file;
    this.#count = count;
  }

  /** Opens a journal, with the records in it. A last one that a crash cut off is left out. */
  static async open(path: string): Promise<{ readonly journal: Journal; readonly records: readonly unknown[] }> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (systemCodeOf(error) === 'ENOENT') return '';
      throw error;
    });
    const records = text.split('\n').flatMap((line) => parsed(line));
    const journal = new Journal(path, await open(path, 'a', 0o600), records.length);
    if (text !== '' && !text.endsWith('\n')) await journal.rewrite(records);
    return { journal, records };
  }

  /** Records in the file. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when the record is on the disk. Fails with `unavailable`. */
  append(record: unknown): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ text: `${JSON.stringify(record)}\n`, done, failed });
      this.#kick();
    });
  }

  /**
   * Replaces all records, in one step: those added before this call are gone, those added after it come after these, also while others are
   * written or replaced. Fails with `unavailable`; then all is as it was.
   */
  rewrite(records: readonly unknown[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ text: records.map((record) => `${JSON.stringify(record)}\n`).join(''), replaces: records.length, done, failed });
      this.#kick();
    });
  }

  /** Resolves when all is on the disk. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
    this.#closed = true;
    await this.#file.close();
  }

  #kick(): void {
    if (this.#writing || this.#closed) return;
    this.#writing = this.#write().finally(() => this.#next());
  }

  #next(): void {
    this.#writing = undefined;
    if (this.#waiting.length > 0) this.#kick();
  }

  async #write(): Promise<void> {
    const taken = this.#take();
    try {
      const replaces = taken[0]?.replaces;
      if (replaces === undefined) await this.#append(taken);
      else await this.#replace(taken[0]?.text ?? '', replaces);
      for (const { done } of taken) done();
    } catch (error) {
      const failure = new FreezerError('unavailable', `${this.#path} cannot be written (${systemCodeOf(error) ?? 'unknown reason'})`, { cause: error });
      for (const { failed } of taken) failed(failure);
    }
  }

  /** What is next: a replacement alone, or all records before the next one. */
  #take(): readonly Waiting[] {
    const next = this.#waiting.findIndex(({ replaces }) => replaces !== undefined);
    const taken = next === -1 ? this.#waiting : this.#waiting.slice(0, Math.max(1, next));
    this.#waiting = this.#waiting.slice(taken.length);
    return taken;
  }

  async #append(taken: readonly Waiting[]): Promise<void> {
    const text = taken.map((each) => each.text).join('');
    const before = this.#torn ? '\n' : '';
    this.#torn = true;
    await this.#file.appendFile(before + text);
    await this.#file.datasync();
    this.#torn = false;
    this.#count += taken.length;
  }

  async #replace(text: string, count: number): Promise<void> {
    const temporary = `${this.#path}.new`;
    // It becomes the journal itself, so that nothing can fail once it has the name.
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.appendFile(text);
      await file.datasync();
      await rename(temporary, this.#path);
    } catch (error) {
      await file.close();
      throw error;
    }
    const before = this.#file;
    this.#file = file;
    this.#torn = false;
    this.#count = count;
    await before.close();
  }
}

function parsed(line: string): readonly unknown[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line)];
  } catch {
    // The machine went down while it was written; nobody was told that it is there.
    return [];
  }
}
