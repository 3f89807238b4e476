import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Logger, messageOf } from '@freezer/core';
import type { JobReading } from '../documents/job-reading.ts';
import type { RunLimits } from '../machine/admission.ts';
import { JobTable } from '../machine/job-table.ts';
import type { Command, JobEvent, JobMemory, MachineRules } from '../machine/state.ts';
import type { JobSource, SourceAnswer, SourceJob } from '../sources/job-source.ts';
import type { JobCopies } from '../state/job-copies.ts';
import { KeyedStore } from '../state/keyed-store.ts';
import type { SchedulerStatus } from '../state/status-file.ts';
import { Alarm } from './alarm.ts';
import type { ApiSide } from './api-side.ts';
import { Clerk } from './clerk.ts';
import type { Meter } from './meter.ts';
import { Poller } from './poller.ts';
import { RunDesk } from './run-desk.ts';
import type { RunDeps } from './run-driver.ts';
import { readRunFile, sweepRunFiles } from './run-file.ts';
import { type StatusFacts, StatusWriter } from './status-writer.ts';

/** What may change with a reload. */
export interface SchedulerTerms {
  /** Seconds. */
  readonly interval: number;
  /** Runs at a time. */
  readonly places: number;
  /** Jobs of one project that run at the same time; undefined: as many as there are places. */
  readonly projectPlaces: number | undefined;
  readonly rules: MachineRules;
  /** Seconds that runs may go on when the scheduler is to end. */
  readonly stopTimeout: number;
  /** Seconds between SIGTERM and SIGKILL of an agent. */
  readonly killGrace: number;
  readonly read: (job: SourceJob) => JobReading;
}

export interface SchedulerOptions {
  readonly terms: SchedulerTerms;
  readonly source: JobSource;
  /** Undefined without an API. */
  readonly api: ApiSide | undefined;
  readonly runs: RunDeps;
  /** Of jobs of the API, where somebody wants them. */
  readonly copies: JobCopies | undefined;
  /** For what outlives the process. */
  readonly folder: string;
  /** Of the whole instance: `status.json` lies in it. */
  readonly instance: string;
  readonly facts: () => StatusFacts;
  readonly meter: Meter;
  readonly logger: Logger;
  /** Seconds before the first poll. */
  readonly startDelay: number;
}

const isMemory = (value: unknown): value is JobMemory => typeof value === 'object' && value !== null && 'jobId' in value && 'phase' in value;
const isDocument = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const ONE_WISH_MS = 1000;
/** How long the last writes may take when the scheduler ends. */
const LAST_WRITES_MS = 5000;

/** Takes jobs from a source and runs them when they are due, until it is told to end. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #memories: KeyedStore<JobMemory>;
  readonly #documents: KeyedStore<Readonly<Record<string, unknown>>>;
  readonly #table: JobTable;
  readonly #clerk: Clerk;
  readonly #desk: RunDesk;
  readonly #poller: Poller;
  readonly #alarm: Alarm;
  readonly #status: StatusWriter;
  /** Of each job: what of its document is kept. */
  readonly #kept = new Map<string, string>();
  readonly #startedAt = Date.now() / 1000;
  #terms: SchedulerTerms;
  #state: SchedulerStatus['state'] = 'starting';
  #ending: Promise<void> | undefined;
  #hurry: (() => void) | undefined;
  #endAsked = 0;

  private constructor(options: SchedulerOptions, memories: KeyedStore<JobMemory>, documents: KeyedStore<Readonly<Record<string, unknown>>>) {
    this.#options = options;
    this.#terms = options.terms;
    this.#memories = memories;
    this.#documents = documents;
    const { meter, logger, source, api, runs, terms } = options;
    this.#desk = new RunDesk({
      deps: runs,
      read: (document) => this.#terms.read({ document }),
      progress: (jobId, told) => this.#apply(jobId, { kind: 'run-progress', ...told }),
      ended: (jobId, end) => {
        this.#apply(jobId, { kind: 'run-ended', ...end });
        this.#clerk.after(jobId, () => this.#desk.forget(end.runId));
      },
      meter,
      logger,
    });
    this.#clerk = new Clerk({
      memories,
      runs: this.#desk,
      write: async (command) => api?.write(command, this.#table.jobs.get(command.jobId)?.reading),
      forget: async (jobId) => {
        this.#kept.delete(jobId);
        await documents.delete(jobId);
        await options.copies?.remove(jobId);
        await api?.gone(jobId);
      },
      meter,
      logger,
    });
    this.#table = new JobTable({ rules: terms.rules, limits: this.#limits, memories: memories.entries.map(([, memory]) => memory) });
    this.#alarm = new Alarm({
      next: () => (this.#mayBegin ? this.#table.nextWake() : undefined),
      ring: () => this.#obey(() => this.#table.tick(Date.now())),
      jumped: (seconds) => {
        meter.clockJump(seconds);
        logger.warn({ seconds: Math.round(seconds) }, 'the clock of this host was set');
      },
    });
    this.#poller = new Poller({
      source,
      prepare: async (signal) => {
        const now = Date.now();
        if (this.#table.wantsList(now, (jobId) => api?.settled(jobId, now) === true)) source.forget();
        await api?.prepare(signal);
      },
      take: (answer, askedAt) => this.#take(answer, askedAt),
      interval: () => this.#terms.interval,
      meter,
      logger,
    });
    this.#status = new StatusWriter({ folder: options.instance, status: () => this.status, states: () => this.#table.jobs.values(), logger });
    api?.onAcknowledged((jobId) => this.#apply(jobId, { kind: 'acknowledged' }));
    // A list that did not change would hide that a job is to be told of again.
    api?.onRefused(() => source.forget());
  }

  /** Reads what an earlier process knew, takes its runs over and goes on with them. Rejects when the state folder cannot be read. */
  static async open(options: SchedulerOptions): Promise<Scheduler> {
    const { folder } = options;
    const memories = await KeyedStore.open(join(folder, 'memory.log'), isMemory);
    const documents = await KeyedStore.open(join(folder, 'documents.log'), isDocument);
    const scheduler = new Scheduler(options, memories, documents);
    await scheduler.#recall();
    scheduler.#state = 'running';
    scheduler.#alarm.set();
    return scheduler;
  }

  /** Asks for jobs from now on. Resolves after the first answer, or failure; false: it was told to end meanwhile. */
  async begin(): Promise<boolean> {
    if (this.#ending) return false;
    const { source, startDelay } = this.#options;
    source.watch(() => void this.#poller.now());
    if (startDelay > 0) setTimeout(() => void this.#poller.now(), startDelay * 1000).unref();
    else await this.#poller.now();
    if (this.#ending) return false;
    this.#status.start();
    return true;
  }

  /** What the last poll failed with. */
  get lastFailure(): unknown {
    return this.#poller.lastFailure;
  }

  get status(): SchedulerStatus {
    const { facts, api } = this.#options;
    const seconds = (at: number | undefined): number | null => (at === undefined ? null : at / 1000);
    return {
      ...facts(),
      started_at: this.#startedAt,
      interval: this.#terms.interval,
      at: Date.now() / 1000,
      state: this.#state === 'running' && api?.standby ? 'standby' : this.#state,
      last_poll_at: seconds(this.#poller.lastAt),
      last_good_poll_at: seconds(this.#poller.lastGoodAt),
      last_poll_error: this.#poller.lastError,
      jobs: this.#table.jobs.size,
      running: this.#table.running.length,
      queued: this.#table.queued.length,
      undelivered: api?.undelivered ?? 0,
      next_run_at: seconds(this.#table.nextWake()),
    };
  }

  /** Takes other terms, reads all jobs anew and asks at once. */
  async reload(terms: SchedulerTerms): Promise<void> {
    this.#terms = terms;
    this.#options.source.forget();
    this.#table.limits = this.#limits;
    await this.#poller.now();
  }

  /**
   * Begins no run any more, waits for those at work, and ends them when their time is over. A second call ends them at once. Resolves when all
   * that is known of them is safe.
   */
  end(): Promise<void> {
    // Some senders signal a process and its group: that is one wish, said twice.
    if (performance.now() - this.#endAsked > ONE_WISH_MS) this.#hurry?.();
    this.#endAsked = performance.now();
    this.#ending ??= this.#end();
    return this.#ending;
  }

  get #mayBegin(): boolean {
    return this.#state === 'running' && !this.#options.api?.standby;
  }

  get #limits(): RunLimits {
    const { places, projectPlaces: perProject } = this.#terms;
    return { concurrentJobs: this.#options.api?.standby ? 0 : places, ...(perProject !== undefined && { perProject }) };
  }

  #apply(jobId: string, event: JobEvent): void {
    this.#obey(() => this.#table.event(jobId, event, Date.now()));
  }

  /** Does what the rules say. A mistake in them is told, and stops nothing else. */
  #obey(ask: () => readonly Command[]): void {
    try {
      for (const command of ask()) this.#clerk.obey(command);
    } catch (error) {
      this.#options.logger.error({ error: messageOf(error) }, 'a job cannot be handled');
    }
    this.#alarm.set();
    this.#status.changed();
  }

  /** What an earlier process knew: its runs are taken over, its jobs go on, also while the API is away. */
  async #recall(): Promise<void> {
    const { runs } = this.#options;
    const known = new Set<string>();
    const readings: JobReading[] = [];
    for (const [jobId, memory] of this.#memories.entries) {
      const run = memory.run && (await readRunFile(runs.runsFolder, memory.run.runId));
      const document = this.#documents.get(jobId) ?? run?.document;
      if (memory.run) known.add(memory.run.runId);
      // It was kept without its event: what was asked for lately the memory knows, and the next poll.
      if (document) readings.push(...this.#read({ document: withEvent(document, memory.acknowledged) }));
    }
    await runs.runner.sweep(known);
    await sweepRunFiles(runs.runsFolder, known);
    this.#see(readings, { askedAt: 0, isWhole: false });
  }

  #take(answer: SourceAnswer, askedAt: number): void {
    this.#table.limits = this.#limits;
    if (answer.kind !== 'unchanged') {
      const readings = answer.jobs.flatMap((job) => this.#read(job));
      // A document that cannot be read at all must not look deleted.
      this.#see(readings, { askedAt, isWhole: answer.kind === 'jobs' && readings.length === answer.jobs.length });
      this.#keep(readings);
    } else this.#obey(() => this.#table.tick(Date.now()));
    this.#options.meter.jobs(this.#table.counts());
    this.#options.api?.polled();
  }

  #read(job: SourceJob): readonly JobReading[] {
    try {
      return [this.#terms.read(job)];
    } catch (error) {
      this.#options.logger.error({ error: messageOf(error) }, 'a job document cannot be read');
      return [];
    }
  }

  #see(readings: readonly JobReading[], { askedAt, isWhole }: { readonly askedAt: number; readonly isWhole: boolean }): void {
    const { api } = this.#options;
    const isSettled = (jobId: string): boolean => askedAt > 0 && api?.settled(jobId, askedAt) === true;
    this.#obey(() => this.#table.documents({ readings, askedAt, isWhole, isSettled }, Date.now()));
  }

  /** Keeps what changed of the documents, for the next process. */
  #keep(readings: readonly JobReading[]): void {
    for (const { jobId, contentKey, document } of readings) {
      if (this.#kept.get(jobId) === contentKey || !this.#table.jobs.has(jobId)) continue;
      this.#kept.set(jobId, contentKey);
      this.#clerk.after(jobId, async () => {
        await this.#documents.set(jobId, document);
        await this.#options.copies?.write(jobId, document);
      });
    }
  }

  async #end(): Promise<void> {
    const { source, api, logger } = this.#options;
    this.#state = 'stopping';
    this.#table.close();
    this.#alarm.close();
    // An API that does not answer takes no time from the runs.
    const polled = this.#poller.close();
    source.close();
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    const patience = this.#terms.stopTimeout * 1000;
    const begun = performance.now();
    // What was to begin until now, or to be taken over of an earlier process, is one of the runs that are waited for. A disk that hangs must not keep us.
    await Promise.race([this.#clerk.settled(), hurried, wait(patience, undefined, { ref: false })]);
    if (this.#desk.size > 0) {
      logger.info({ running: this.#desk.size, seconds: this.#terms.stopTimeout }, 'the scheduler ends when its runs have ended');
      await this.#until(() => this.#desk.size === 0, patience - (performance.now() - begun), hurried);
      if (this.#desk.size > 0) this.#desk.closeAll();
      await this.#until(() => this.#desk.size === 0, (this.#terms.killGrace + 10) * 1000);
    }
    await polled;
    await this.#clerk.settled();
    await api?.close(LAST_WRITES_MS);
    await this.#status.close();
    await this.#memories.close();
    await this.#documents.close();
  }

  async #until(done: () => boolean, milliseconds: number, sooner?: Promise<void>): Promise<void> {
    const until = performance.now() + milliseconds;
    let hurried = false;
    void sooner?.then(() => {
      hurried = true;
    });
    while (!done() && !hurried && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function withEvent(document: Readonly<Record<string, unknown>>, event: string): Readonly<Record<string, unknown>> {
  const schedule = document['job_schedule'];
  return { ...document, job_schedule: { ...(typeof schedule === 'object' ? schedule : {}), event } };
}
