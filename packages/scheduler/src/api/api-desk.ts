import { ApiError } from '@freezer/client-sdk';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import type { ApiSide } from '../daemon/api-side.ts';
import type { RunFile } from '../daemon/run-file.ts';
import type { JobReading } from '../documents/job-reading.ts';
import type { Command, RunEnd } from '../machine/state.ts';
import type { Outbox } from '../state/outbox.ts';
import type { JobWrite } from './deliver.ts';
import type { Claim } from './register.ts';

export interface ApiDeskOptions {
  readonly outbox: Pick<Outbox, 'add' | 'has' | 'size' | 'flush' | 'drain' | 'close' | 'onDelivered'>;
  /** Registers the client. Rejects while the API cannot be reached; resolves to whether another scheduler has its id. */
  readonly register: (signal?: AbortSignal) => Promise<Claim>;
  /** Says that we are there, where the API keeps it. Rejects when it could not be said. */
  readonly beat: () => Promise<Claim>;
  /** Says that we are not there any more. */
  readonly leave: (signal: AbortSignal) => Promise<void>;
  /** Between two signs of life, which polls are, and between two tries of one that was refused. */
  readonly beatSeconds: () => number;
  readonly clientId: () => string;
  readonly logger: Logger;
}

export const ownerOf = (reading: JobReading | undefined) => ({
  ...(reading?.trustId !== undefined && { trust_id: reading.trustId }),
  ...(reading?.projectId !== undefined && { project_id: reading.projectId }),
});

/** After them, and after what broke it off, nobody knows whether a call was done. */
const NO_ANSWER: ReadonlySet<string> = new Set(['unavailable', 'timeout']);

/** Polls are a little less far apart than they are told to be. */
const POLL_SLACK_MS = 500;
/** A poll says that we are there, and not whether the id is still ours: that is asked so often, and after a silence in which another may have taken it. */
const CONFIRM_MS = 300_000;
const SILENT_BEATS = 2;

/** What the scheduler tells the API. */
export class ApiDesk implements ApiSide {
  readonly #options: ApiDeskOptions;
  /** Of each job: when the API took the last write about it. */
  readonly #deliveredAt = new Map<string, number>();
  #registered = false;
  /** A registration that got no answer may have been done all the same. */
  #isDoubtful = false;
  #taken = false;
  #refusal = '';
  #takenAt = 0;
  #beatAt = 0;
  #polledAt = 0;
  #acknowledged: (jobId: string) => void = () => undefined;
  #refusedWrite: () => void = () => undefined;

  constructor(options: ApiDeskOptions) {
    this.#options = options;
    options.outbox.onDelivered(({ kind, lane, body }, arrived) => {
      this.#deliveredAt.set(lane, Date.now());
      if (!arrived) this.#refusedWrite();
      if (kind === 'job' && typeof body['acknowledged'] === 'string') this.#acknowledged(lane);
    });
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    if (this.#registered || (this.#taken && !this.#isTimeAfter(this.#takenAt))) return;
    const { register, logger, clientId } = this.#options;
    let answer: Claim;
    try {
      answer = await register(signal);
      this.#isDoubtful = false;
    } catch (error) {
      this.#isDoubtful ||= !FreezerError.is(error) || NO_ANSWER.has(error.code);
      // A server that answers and takes no client may still have jobs for it; Freezer asks for them, too.
      if (!ApiError.is(error) || error.status === undefined || error.code === 'unauthenticated') throw error;
      const reason = messageOf(error);
      if (reason !== this.#refusal) logger.error({ client_id: clientId(), error: reason }, 'Failed to register client');
      this.#refusal = reason;
      return;
    }
    if (answer === 'taken') {
      this.#refused();
      return;
    }
    this.#beatAt = performance.now();
    this.#polledAt = this.#beatAt;
    this.#taken = false;
    this.#registered = true;
    logger.info({ client_id: clientId() }, 'the API knows this client');
  }

  get standby(): boolean {
    return this.#taken;
  }

  async write({ jobId, schedule, sessionTag, acknowledged }: Command & { readonly kind: 'write' }, reading: JobReading | undefined): Promise<void> {
    const change = {
      ...(Object.keys(schedule).length > 0 && { job_schedule: { ...schedule } }),
      // Servers of Python want the three together; what they say of the session is not ours to change.
      ...(sessionTag !== undefined && { session_tag: sessionTag }),
    };
    const body: JobWrite = { ...ownerOf(reading), job_id: jobId, change, ...(acknowledged !== undefined && { acknowledged }) };
    await this.#options.outbox.add('job', jobId, body);
  }

  settled(jobId: string, since: number): boolean {
    return !this.#options.outbox.has(jobId) && (this.#deliveredAt.get(jobId) ?? 0) < since;
  }

  async gone(jobId: string): Promise<void> {
    // What still waits for it is refused by the API, or concerns its backups, which remain.
    this.#deliveredAt.delete(jobId);
  }

  onAcknowledged(call: (jobId: string) => void): void {
    this.#acknowledged = call;
  }

  onRefused(call: () => void): void {
    this.#refusedWrite = call;
  }

  get undelivered(): number {
    return this.#options.outbox.size;
  }

  polled(): void {
    this.#options.outbox.flush(true);
    const now = performance.now();
    const wasSilent = now - this.#polledAt > SILENT_BEATS * this.#options.beatSeconds() * 1000;
    this.#polledAt = now;
    if (!this.#registered || !(wasSilent || now - this.#beatAt > CONFIRM_MS)) return;
    this.#beatAt = now;
    this.#beat().catch((error: unknown) => this.#options.logger.debug({ error: messageOf(error) }, 'the API cannot be told that this client is there'));
  }

  #isTimeAfter(last: number): boolean {
    return performance.now() - last >= this.#options.beatSeconds() * 1000 - POLL_SLACK_MS;
  }

  async #beat(): Promise<void> {
    if ((await this.#options.beat()) === 'ours') return;
    // Somebody took the id while the API could not hear us.
    this.#registered = false;
    this.#refused();
  }

  #refused(): void {
    this.#takenAt = performance.now();
    if (!this.#taken) this.#options.logger.error({ client_id: this.#options.clientId() }, 'another scheduler works under this client id; no job begins here');
    this.#taken = true;
  }

  async close(milliseconds: number): Promise<void> {
    await this.#options.outbox.drain(milliseconds);
    await this.#options.outbox.close();
    if (!this.#registered && !this.#isDoubtful) return;
    const { leave, logger } = this.#options;
    await leave(AbortSignal.timeout(milliseconds)).catch((error: unknown) => logger.debug({ error: messageOf(error) }, 'the API was not told good-bye'));
  }

  /** A backup that a run has made. */
  async keepBackup(run: RunFile, reading: JobReading, id: string, document: Readonly<Record<string, unknown>>): Promise<void> {
    const metadata = {
      ...document,
      job_id: reading.jobId,
      client_id: document['client_id'] ?? this.#options.clientId(),
      run_id: run.run_id,
      ...(run.session === 'joined' && { session_id: reading.sessionId, session_tag: run.session_tag }),
    };
    await this.#options.outbox.add('backup', reading.jobId, { ...ownerOf(reading), metadata }, id);
  }

  /** A run that has ended, for its history: the API makes one of each result by itself; this adds the end of the log. */
  async keepRun(run: RunFile, reading: JobReading, end: RunEnd): Promise<void> {
    if (end.result === 'lost') return;
    const document = {
      job_id: reading.jobId,
      action: reading.content.kind === 'job' ? reading.content.actions[0]?.action : undefined,
      ...(run.session === 'ended' && { session_id: reading.sessionId, session_tag: run.session_tag }),
      time_started: Math.floor(run.started_at / 1000),
      time_ended: Math.floor(Date.now() / 1000),
      result: end.result,
      reasons: end.message === '' ? [] : [end.message.slice(0, 1024)],
      job_actions_status: end.actions ?? [],
      log: run.log,
    };
    await this.#options.outbox.add('run', reading.jobId, { ...ownerOf(reading), run: document }, `${run.run_id}-end`);
  }
}
