import { type Logger, messageOf } from '@freezer/core';
import type { JobReading } from '../documents/job-reading.ts';
import type { Command, RunEnd } from '../machine/state.ts';
import type { Meter } from './meter.ts';
import { type CloseReason, type RunDeps, RunDriver } from './run-driver.ts';
import { type RunFile, readRunFile, removeRunFile } from './run-file.ts';

export interface RunDeskOptions {
  readonly deps: RunDeps;
  /** Reads a job document anew, as it was when its run began. */
  readonly read: (document: Readonly<Record<string, unknown>>) => JobReading | undefined;
  readonly progress: (jobId: string, told: { readonly runId: string; readonly pid?: number; readonly sessionTag?: number }) => void;
  readonly ended: (jobId: string, end: RunEnd) => void;
  readonly meter: Meter;
  readonly logger: Logger;
}

/** All runs at work. */
export class RunDesk {
  readonly #options: RunDeskOptions;
  readonly #drivers = new Map<string, RunDriver>();
  #closing: CloseReason | undefined;

  constructor(options: RunDeskOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#drivers.size;
  }

  async start({ jobId, runId, reading, plannedAt, roundAt, startedAt }: Command & { readonly kind: 'start-run' }): Promise<void> {
    const run: RunFile = {
      job_id: jobId,
      run_id: runId,
      planned_at: plannedAt,
      round_at: roundAt,
      started_at: startedAt,
      document: { ...reading.document },
      session_tag: reading.sessionTag,
      session: reading.sessionId === undefined ? 'none' : 'waiting',
      progress: null,
      backups: [],
      log: '',
    };
    this.#drive(run, reading);
  }

  /** A run of an earlier process: its agent may be at work, or have ended, or never have begun. */
  async adopt({ jobId, runId, wish }: Command & { readonly kind: 'adopt-run' }): Promise<void> {
    if (this.#drivers.has(runId)) return;
    const run = await readRunFile(this.#options.deps.runsFolder, runId);
    const reading = run && this.#options.read(run.document);
    if (!run) {
      // Its file is the first thing that a run makes, and goes after its end is kept.
      this.#options.ended(jobId, { runId, result: 'lost', message: 'lost: the scheduler ended before the run began', neverBegan: true });
      return;
    }
    if (!reading) {
      this.#options.ended(jobId, { runId, result: 'lost', message: 'lost: nothing is known of how the run went' });
      return;
    }
    this.#drive(run, reading);
    if (wish === 'abort') this.#drivers.get(runId)?.close('abort', 'now');
    if (wish === 'remove') this.#drivers.get(runId)?.close('remove', 'after-action');
  }

  async abort({ runId, reason, mode }: Command & { readonly kind: 'abort-run' }): Promise<void> {
    this.#drivers.get(runId)?.close(reason, mode);
  }

  /** Ends all runs, because the scheduler ends. */
  closeAll(): void {
    this.#closing = 'shutdown';
    for (const driver of this.#drivers.values()) driver.close('shutdown', 'now');
  }

  #drive(run: RunFile, reading: JobReading): void {
    const { deps, progress, logger } = this.#options;
    const driver = new RunDriver(deps, run, reading, (told) => progress(run.job_id, { runId: run.run_id, ...told }));
    this.#drivers.set(run.run_id, driver);
    if (this.#closing) driver.close(this.#closing, 'now');
    driver
      .toEnd()
      .catch((error: unknown): RunEnd => {
        logger.error({ job_id: run.job_id, run_id: run.run_id, error: messageOf(error) }, 'a run has failed by itself');
        return { runId: run.run_id, result: 'fail', message: messageOf(error) };
      })
      .then((end) => this.#finish(run, end))
      .catch((error: unknown) => logger.error({ job_id: run.job_id, error: messageOf(error) }, 'the end of a run cannot be kept'));
  }

  async #finish(run: RunFile, end: RunEnd): Promise<void> {
    this.#drivers.delete(run.run_id);
    this.#options.meter.run(end.result, (Date.now() - run.started_at) / 1000);
    this.#options.ended(run.job_id, end);
  }

  /** Takes away what is left of a run whose end is safe. */
  async forget(runId: string): Promise<void> {
    if (!this.#drivers.has(runId)) await removeRunFile(this.#options.deps.runsFolder, runId);
  }
}
