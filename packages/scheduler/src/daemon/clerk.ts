import { type Logger, messageOf } from '@freezer/core';
import type { Command, JobMemory } from '../machine/state.ts';
import type { KeyedStore } from '../state/keyed-store.ts';
import type { Meter } from './meter.ts';
import type { RunDesk } from './run-desk.ts';

export interface ClerkOptions {
  readonly memories: KeyedStore<JobMemory>;
  readonly runs: RunDesk;
  /** Takes a change of a job for the API; resolves when it is safe. Without an API nothing is written. */
  readonly write: (command: Command & { readonly kind: 'write' }) => Promise<void>;
  /** Forgets what else is kept of a job. */
  readonly forget: (jobId: string) => Promise<void>;
  readonly meter: Meter;
  readonly logger: Logger;
}

/** Does what the machine wants, one command of a job after the other; the jobs do not wait for each other. */
export class Clerk {
  readonly #options: ClerkOptions;
  readonly #chains = new Map<string, Promise<void>>();

  constructor(options: ClerkOptions) {
    this.#options = options;
  }

  obey(command: Command): void {
    this.#chain(command.jobId, () => this.#guarded(command));
  }

  /** Does something behind what was wanted of a job until now. */
  after(jobId: string, work: () => Promise<void>): void {
    this.#chain(jobId, () =>
      work().catch((error: unknown) => {
        this.#options.logger.error({ job_id: jobId, error: messageOf(error) }, 'the state folder cannot be written');
      }),
    );
  }

  /** Resolves when all that was wanted until now is done; runs that were begun go on. */
  async settled(): Promise<void> {
    while (this.#chains.size > 0) await Promise.all(this.#chains.values());
  }

  /** `work` never rejects. */
  #chain(jobId: string, work: () => Promise<void>): void {
    const done = (this.#chains.get(jobId) ?? Promise.resolve()).then(work);
    this.#chains.set(jobId, done);
    void done.then(() => {
      if (this.#chains.get(jobId) === done) this.#chains.delete(jobId);
    });
  }

  async #guarded(command: Command): Promise<void> {
    try {
      await this.#do(command);
    } catch (error) {
      // A full disk must not stop the schedules.
      this.#options.logger.error({ job_id: command.jobId, command: command.kind, error: messageOf(error) }, 'a command of a job has failed');
    }
  }

  async #do(command: Command): Promise<void> {
    const { memories, runs, write, forget, meter, logger } = this.#options;
    switch (command.kind) {
      case 'save':
        return memories.set(command.jobId, command.memory);
      case 'forget':
        await forget(command.jobId);
        return memories.delete(command.jobId);
      case 'write':
        return write(command);
      case 'start-run':
        meter.lateness((Date.now() - command.plannedAt) / 1000);
        return runs.start(command);
      case 'adopt-run':
        return runs.adopt(command);
      case 'abort-run':
        return runs.abort(command);
      case 'record': {
        if (command.what === 'missed') meter.missed(command.count);
        else meter.skipped(command.count);
        logger.warn({ job_id: command.jobId, planned: new Date(command.planned).toISOString(), count: command.count }, command.message);
        return;
      }
      case 'tell':
        logger[command.level]({ job_id: command.jobId }, command.message);
    }
  }
}
