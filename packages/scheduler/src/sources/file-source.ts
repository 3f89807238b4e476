import { createHash } from 'node:crypto';
import type { Logger } from '@freezer/core';
import { type JobFile, JobFolder } from './job-folder.ts';
import type { JobSource, SourceAnswer, SourceJob } from './job-source.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

const idOf = (value: object): string | undefined => ('job_id' in value && typeof value.job_id === 'string' && value.job_id !== '' ? value.job_id : undefined);

/** Jobs from the files of a directory. A file that is wrong stands for a job that cannot run, and hides no other. */
export class FileSource implements JobSource {
  readonly #folder: JobFolder;
  #told: readonly JobFile[] | undefined;

  constructor(path: string, logger: Logger) {
    this.#folder = new JobFolder(path, logger);
  }

  async ask(): Promise<SourceAnswer> {
    const files = await this.#folder.read();
    const told = this.#told;
    this.#told = files;
    // A file that did not change is the same object.
    const same = told?.length === files.length && files.every((file, index) => told[index] === file);
    return same ? { kind: 'unchanged' } : { kind: 'jobs', jobs: files.map(jobOf) };
  }

  forget(): void {
    this.#told = undefined;
  }

  watch(changed: () => void): void {
    this.#folder.watch(changed);
  }

  close(): void {
    this.#folder.close();
  }
}

/** A job without an id gets one of its file, so that it is the same job at the next start. */
function jobOf({ path, name, content }: JobFile): SourceJob {
  if ('problem' in content) return { jobId: hashOf(path), description: name, problem: content.problem };
  const { json } = content;
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return { jobId: hashOf(path), description: name, problem: `${name}: holds no JSON object` };
  return { document: { ...json, job_id: idOf(json) ?? hashOf(path) }, jobId: hashOf(path), name };
}
