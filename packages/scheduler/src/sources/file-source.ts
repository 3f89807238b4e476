import { createHash } from 'node:crypto';
import type { Logger } from '@freezer/core';
import { isJobId } from '../documents/read-job.ts';
import { isObject } from '../documents/spelling.ts';
import { type JobFile, JobFolder } from './job-folder.ts';
import type { JobSource, SourceAnswer, SourceJob } from './job-source.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** A job without an id gets one of its file, so that it is the same job at the next start. Undefined: the file holds no job. */
function idOf({ path, content }: JobFile): string | undefined {
  if ('problem' in content || !isObject(content.json)) return undefined;
  const id = content.json['job_id'];
  return typeof id === 'string' && id !== '' ? id : hashOf(path);
}

/** Jobs from the files of a directory. A file that is wrong stands for a job that cannot run, and hides no other. */
export class FileSource implements JobSource {
  readonly #folder: JobFolder;
  #told: readonly JobFile[] | undefined;
  /** By path: as which job a file was last seen. One that cannot be read any more, as in the middle of a save, is still that job. */
  #ids = new Map<string, string>();

  constructor(path: string, logger: Logger) {
    this.#folder = new JobFolder(path, logger);
  }

  async ask(): Promise<SourceAnswer> {
    const files = await this.#folder.read();
    const told = this.#told;
    this.#told = files;
    // A file that did not change is the same object.
    const same = told?.length === files.length && files.every((file, index) => told[index] === file);
    return same ? { kind: 'unchanged' } : { kind: 'jobs', jobs: this.#jobsOf(files) };
  }

  #jobsOf(files: readonly JobFile[]): readonly SourceJob[] {
    const ids = new Map<string, string>();
    const found = new Set(files.map(idOf));
    for (const file of files) {
      const last = this.#ids.get(file.path);
      const id = idOf(file) ?? (found.has(last) ? undefined : last);
      if (id !== undefined && isJobId(id)) ids.set(file.path, id);
    }
    this.#ids = ids;
    return files.map((file) => jobOf(file, ids.get(file.path) ?? hashOf(file.path)));
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

function jobOf(file: JobFile, jobId: string): SourceJob {
  const { path, name, content } = file;
  if ('problem' in content) return { jobId, description: name, problem: content.problem };
  if (!isObject(content.json)) return { jobId, description: name, problem: `${name}: holds no JSON object` };
  return { document: { ...content.json, job_id: idOf(file) }, jobId: hashOf(path), name };
}
