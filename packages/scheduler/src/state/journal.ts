import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { FreezerError, systemCodeOf } from '@freezer/core';

interface Waiting {
  readonly text: string;
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

  /** Replaces all records, in one step. What is added meanwhile comes after them. */
  async rewrite(records: readonly unknown[]): Promise<void> {
    const before = this.#writing;
    const work = (async () => {
      await before;
      const temporary = `${this.#path}.new`;
      const file = await open(temporary, 'w', 0o600);
      await file.writeFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      await file.datasync();
      await file.close();
      await rename(temporary, this.#path);
      await this.#file.close();
      this.#file = await open(this.#path, 'a', 0o600);
      this.#count = records.length;
    })();
    this.#writing = work.catch(() => undefined).finally(() => this.#next());
    await work;
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
    const taken = this.#waiting;
    this.#waiting = [];
    try {
      await this.#file.appendFile(taken.map(({ text }) => text).join(''));
      await this.#file.datasync();
      this.#count += taken.length;
      for (const { done } of taken) done();
    } catch (error) {
      const failure = new FreezerError('unavailable', `${this.#path} cannot be written (${systemCodeOf(error) ?? 'unknown reason'})`, { cause: error });
      for (const { failed } of taken) failed(failure);
    }
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
