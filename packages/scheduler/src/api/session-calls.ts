import { ApiError } from '@freezer/client-sdk';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import { monotonicSleep } from '../daemon/monotonic-sleep.ts';
import type { Joined, JoinRequest, SessionDesk } from '../daemon/session-desk.ts';
import type { JobReading } from '../documents/job-reading.ts';
import { decideStart, type SessionAnswer } from '../sessions/session-rules.ts';
import type { Outbox } from '../state/outbox.ts';
import type { ApiAccess } from './api-access.ts';
import { ownerOf } from './api-desk.ts';

/** What asking again does not change. */
const REFUSALS: ReadonlySet<string> = new Set(['invalid', 'permission_denied', 'unsupported', 'already_exists']);

/** Sessions by calls of the API: the begin is asked for and waited for, the end goes through the outbox. */
export class SessionCalls implements SessionDesk {
  readonly #access: () => ApiAccess;
  readonly #outbox: Outbox;
  readonly #logger: Logger;

  constructor(access: () => ApiAccess, outbox: Outbox, logger: Logger) {
    this.#access = access;
    this.#outbox = outbox;
    this.#logger = logger;
  }

  async join(reading: JobReading, { tag: known, signal }: JoinRequest): Promise<Joined> {
    const { jobId, sessionId = '' } = reading;
    const begun = performance.now();
    let tag = known;
    for (let attempts = 0; ; attempts += 1) {
      const answer = await this.#ask(reading, tag);
      const decision = decideStart(answer, { tag, attempts, elapsed: performance.now() - begun });
      if (decision.kind === 'join') return { state: 'joined', tag: decision.tag };
      if (decision.kind === 'run-alone' || signal.aborted) {
        const reason = decision.kind === 'run-alone' ? decision.reason : 'the run is to end';
        this.#logger.error({ job_id: jobId, session_id: sessionId, tag, reason }, 'Unable to start session; the job runs alone');
        return { state: 'alone', tag: decision.tag };
      }
      tag = decision.tag;
      await monotonicSleep(decision.wait, signal);
    }
  }

  async #ask(reading: JobReading, tag: number): Promise<SessionAnswer> {
    const { jobId, sessionId = '' } = reading;
    try {
      return { kind: 'answer', ...(await this.#access().behalfOf(reading).sessions.start(sessionId, { jobId, tag })) };
    } catch (error) {
      const code = ApiError.is(error) || FreezerError.is(error) ? error.code : 'unexpected';
      if (code === 'not_found') return { kind: 'absent' };
      return { kind: REFUSALS.has(code) ? 'refused' : 'failed', reason: messageOf(error) };
    }
  }

  async leave(reading: JobReading, tag: number, result: string): Promise<void> {
    const { jobId, sessionId } = reading;
    if (sessionId === undefined) return;
    await this.#outbox.add('session-end', jobId, { ...ownerOf(reading), session_id: sessionId, job_id: jobId, tag, result });
  }
}
