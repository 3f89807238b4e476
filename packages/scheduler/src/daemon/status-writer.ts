import { type Logger, messageOf } from '@freezer/core';
import type { JobState } from '../machine/state.ts';
import { type JobLine, type SchedulerStatus, writeJobLines, writeStatus } from '../state/status-file.ts';

/** What of the status does not change. */
export type StatusFacts = Pick<SchedulerStatus, 'process' | 'version' | 'client_id' | 'mode' | 'source'>;

export interface StatusWriterOptions {
  readonly folder: string;
  readonly status: () => SchedulerStatus;
  readonly states: () => Iterable<JobState>;
  readonly logger: Logger;
}

const EVERY_MS = 1000;
/** Without any change: a sign of life. */
const AT_LEAST_MS = 10_000;
/** Of descriptions and messages in the list. */
const LONGEST_TEXT = 500;
/** So many jobs are written in one go; more make the list rarer. */
const JOBS_PER_SECOND = 500;

/** Writes down how the scheduler is, a moment after it changed. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #timer: NodeJS.Timeout | undefined;
  #changed = true;
  #jobsChanged = true;
  #writtenAt = 0;
  #jobsAt = 0;
  #writing: Promise<void> | undefined;
  #complained = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#kick();
    this.#timer = setInterval(() => this.#kick(), EVERY_MS);
  }

  changed(): void {
    this.#changed = true;
    this.#jobsChanged = true;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    this.#changed = true;
    this.#jobsChanged = true;
    this.#jobsAt = 0;
    await this.#write();
  }

  #kick(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    const now = performance.now();
    const { folder, status, states, logger } = this.#options;
    try {
      if (this.#changed || this.#jobsChanged || now - this.#writtenAt >= AT_LEAST_MS) {
        this.#changed = false;
        this.#writtenAt = now;
        const current = status();
        await writeStatus(folder, current);
        if (this.#jobsChanged && now - this.#jobsAt >= Math.max(EVERY_MS, (1000 * current.jobs) / JOBS_PER_SECOND)) {
          this.#jobsChanged = false;
          this.#jobsAt = now;
          await writeJobLines(folder, [...states()].map(lineOf));
        }
      }
    } catch (error) {
      if (!this.#complained) logger.error({ error: messageOf(error) }, 'the status cannot be written');
      this.#complained = true;
    }
  }
}

function lineOf({ memory, reading, due }: JobState): JobLine {
  const status = memory.phase === 'queued' ? 'queued' : memory.phase === 'aborting' ? 'aborting' : memory.status;
  return {
    job_id: memory.jobId,
    description: reading.description.slice(0, LONGEST_TEXT),
    status,
    result: memory.result,
    message: memory.message.slice(0, LONGEST_TEXT),
    next_run_at: due === null ? null : due / 1000,
  };
}
