import { mkdir, rm } from 'node:fs/promises';
import { jobFilePath } from '../sources/job-folder.ts';
import { writeWhole } from './json-file.ts';

/** Copies of the API's jobs in a directory, as Freezer has them: readable by nobody else, and gone when the job is. */
export class JobCopies {
  readonly #folder: string;
  readonly #made: Promise<unknown>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#made = mkdir(folder, { recursive: true, mode: 0o700 });
    this.#made.catch(() => undefined);
  }

  async write(jobId: string, document: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#made;
    await writeWhole(this.#path(jobId), `${JSON.stringify(document, undefined, 4)}\n`);
  }

  async remove(jobId: string): Promise<void> {
    await rm(this.#path(jobId), { force: true });
  }

  #path(jobId: string): string {
    return jobFilePath(this.#folder, jobId);
  }
}
