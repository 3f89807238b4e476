import { setImmediate } from 'node:timers/promises';
import { type Logger, messageOf } from '@freezer/core';
import type { Command, JobMemory } from '../machine/state.ts';
import type { KeyedStore } from '../state/keyed-store.ts';
import type { Meter } from './meter.ts';
import type { RunDesk } from './run-desk.ts';

export interface ClerkOptions {
  readonly memories: Pick<KeyedStore<JobMemory>, 'set' | 'delete'>;
  readonly runs: Pick<RunDesk, 'start' | 'adopt' | 'abort'>;
  /** Takes a change of a job for the API; resolves when it is safe. Without an API nothing is written. */
  readonly write: (command: Command & { readonly kind: 'write' }) => Promise<void>;
  /** Forgets what else is kept of a job. */
  readonly forget: (jobId: string) => Promise<void>;
  readonly meter: Meter;
  readonly logger: Logger;
}

/** So much begins in one turn of the event loop: thousands of new jobs let polls, signals and the status through. */
const BEGUN_IN_A_TURN = 100;

interface Work {
  readonly jobId: string;
  /** Never rejects. */
  readonly begin: () => Promise<void>;
}

/** Does what the machine wants, one command of a job after the other; the jobs do not wait for each other. */
export class Clerk {
  readonly #options: ClerkOptions;
  readonly #chains = new Map<string, Promise<void>>();
  /** What later turns begin, in the order in which it was wanted. */
  #waiting: Work[] = [];
  #begun = 0;
  #isTurnAwaited = false;

  constructor(options: ClerkOptions) {
    this.#options = options;
  }

  obey(command: Command): void {
    this.#add({ jobId: command.jobId, begin: () => this.#guarded(command) });
  }

  /** Does something behind what was wanted of a job until now. */
  after(jobId: string, work: () => Promise<void>): void {
    const begin = (): Promise<void> =>
      work().catch((error: unknown) => {
        this.#options.logger.error({ job_id: jobId, error: messageOf(error) }, 'the state folder cannot be written');
      });
    this.#add({ jobId, begin });
  }

  /** Resolves when all that was wanted until now is done; runs that were begun go on. */
  async settled(): Promise<void> {
    while (this.#chains.size > 0 || this.#waiting.length > 0) {
      await Promise.all(this.#chains.values());
      if (this.#waiting.length > 0) await setImmediate();
    }
  }

  #add(work: Work): void {
    if (this.#waiting.length === 0 && this.#begun < BEGUN_IN_A_TURN) this.#chain(work);
    else this.#waiting.push(work);
    this.#awaitTurn();
  }

  #awaitTurn(): void {
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    void setImmediate().then(() => this.#turn());
  }

  #turn(): void {
    this.#isTurnAwaited = false;
    this.#begun = 0;
    const now = this.#waiting.slice(0, BEGUN_IN_A_TURN);
    this.#waiting = this.#waiting.slice(BEGUN_IN_A_TURN);
    for (const work of now) this.#chain(work);
    if (this.#waiting.length > 0) this.#awaitTurn();
  }

  #chain({ jobId, begin }: Work): void {
    this.#begun += 1;
    const done = (this.#chains.get(jobId) ?? Promise.resolve()).then(begin);
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
