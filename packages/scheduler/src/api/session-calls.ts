import { ApiError } from '@freezer/client-sdk';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import { monotonicSleep } from '../daemon/monotonic-sleep.ts';
import type { Joined, JoinRequest, SessionDesk } from '../daemon/session-desk.ts';
import type { JobReading } from '../documents/job-reading.ts';
import { decideStart, type SessionAnswer } from '../sessions/session-rules.ts';
import type { Outbox } from '../state/outbox.ts';
import type { ApiAccess } from './api-access.ts';
import { ownerOf } from './api-desk.ts';

/** From so much on a difference of clocks is told. */
const SKEW_SECONDS = 5;

/** Whether the time at which a run was to begin is one of the schedule, which all members of a session share. */
const isOfSchedule = ({ content }: JobReading): boolean => content.kind === 'job' && content.plan.trigger.kind !== 'at-once';

/** What asking again does not change. A 404 or 405 of a proxy, as while the API is updated, is none of it. */
const REFUSALS: ReadonlySet<string> = new Set(['invalid', 'permission_denied', 'already_exists']);

export interface SessionTerms {
  /** Seconds that the start of a round may take. */
  readonly startTimeout: number;
  readonly onFailure: 'run-alone' | 'skip';
}

export interface SessionCallsOptions {
  readonly access: () => ApiAccess;
  readonly outbox: Pick<Outbox, 'add'>;
  readonly logger: Logger;
  readonly terms: () => SessionTerms;
}

/** Sessions by calls of the API: the start is asked for and waited for, the end goes through the outbox. */
export class SessionCalls implements SessionDesk {
  readonly #access: () => ApiAccess;
  readonly #outbox: Pick<Outbox, 'add'>;
  readonly #logger: Logger;
  readonly #terms: () => SessionTerms;

  constructor({ access, outbox, logger, terms }: SessionCallsOptions) {
    this.#access = access;
    this.#outbox = outbox;
    this.#logger = logger;
    this.#terms = terms;
  }

  async join(reading: JobReading, { tag: known, roundAt, signal }: JoinRequest): Promise<Joined> {
    const { jobId, sessionId = '' } = reading;
    const begun = performance.now();
    const { startTimeout, onFailure } = this.#terms();
    let tag = known;
    for (let attempts = 0; ; attempts += 1) {
      const answer = await this.#ask(reading, tag, roundAt);
      const decision = decideStart(answer, { tag, attempts, elapsed: performance.now() - begun, timeout: startTimeout * 1000 });
      if (decision.kind === 'join') return { state: 'joined', tag: decision.tag, reason: '' };
      if (decision.kind === 'run-alone' || signal.aborted) {
        const reason = decision.kind === 'run-alone' ? decision.reason : 'the run is to end';
        const skips = onFailure === 'skip';
        this.#logger.error({ job_id: jobId, session_id: sessionId, tag, reason }, `Unable to start session; the job ${skips ? 'does not run' : 'runs alone'}`);
        return { state: skips ? 'skip' : 'alone', tag: decision.tag, reason };
      }
      tag = decision.tag;
      await monotonicSleep(decision.wait, signal);
    }
  }

  async #ask(reading: JobReading, tag: number, roundAt: number): Promise<SessionAnswer> {
    const { jobId, sessionId = '' } = reading;
    try {
      const plannedTime = isOfSchedule(reading) ? Math.floor(roundAt / 1000) : undefined;
      const asked = Date.now();
      const answer = await this.#access().behalfOf(reading).sessions.start(sessionId, { jobId, tag, plannedTime });
      if (answer.time !== undefined) this.#compareClocks(reading, answer.time, asked);
      return { kind: 'answer', ...answer };
    } catch (error) {
      const code = ApiError.is(error) || FreezerError.is(error) ? error.code : 'unexpected';
      // What Keystone does not find is no session.
      if (ApiError.is(error, 'not_found')) return { kind: 'absent' };
      return { kind: REFUSALS.has(code) ? 'refused' : 'failed', reason: messageOf(error) };
    }
  }

  /** A clock that is wrong begins its part of each round at another moment than the others. */
  #compareClocks({ jobId, sessionId }: JobReading, serverSeconds: number, asked: number): void {
    const now = Date.now();
    // The server knows whole seconds, and spoke at some moment of the call.
    const early = asked / 1000 - (serverSeconds + 1);
    const late = serverSeconds - now / 1000;
    const skew = Math.max(early, late);
    if (skew > SKEW_SECONDS)
      this.#logger.warn(
        { job_id: jobId, session_id: sessionId ?? '', seconds: Math.round(skew) },
        `the clock of this host is ${early > late ? 'ahead of' : 'behind'} that of the API; members of a session begin by their own clocks`,
      );
  }

  async leave(reading: JobReading, tag: number, result: string): Promise<void> {
    const { jobId, sessionId } = reading;
    if (sessionId === undefined) return;
    await this.#outbox.add('session-end', jobId, { ...ownerOf(reading), session_id: sessionId, job_id: jobId, tag, result });
  }
}
