import { ApiError } from '@freezer/client-sdk';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import { monotonicSleep } from '../daemon/monotonic-sleep.ts';
import type { Joined, JoinRequest, SessionDesk } from '../daemon/session-desk.ts';
import type { JobReading } from '../documents/job-reading.ts';
import type { Outbox } from '../state/outbox.ts';
import type { ApiAccess } from './api-access.ts';
import { ownerOf } from './api-desk.ts';

/** How long a run waits for an API that does not answer before it begins alone. */
const START_LIMIT_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

const FINAL: ReadonlySet<string> = new Set(['invalid', 'not_found', 'permission_denied', 'unsupported', 'already_exists']);

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

  async join(reading: JobReading, { tag, signal }: JoinRequest): Promise<Joined> {
    const { jobId, sessionId = '' } = reading;
    const until = performance.now() + START_LIMIT_MS;
    const facts = { job_id: jobId, session_id: sessionId };
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      try {
        const answer = await this.#access().behalfOf(reading).sessions.start(sessionId, { jobId, tag });
        const now = answer.sessionTag ?? tag;
        // `hold-off`: this round has our number already; a member that begins again within it belongs to it.
        if (answer.result === 'success' || answer.result === 'hold-off') return { state: 'joined', tag: now };
        this.#logger.warn({ ...facts, tag, session_tag: now, answer: answer.result }, 'a job is too late for the round of its session, and runs alone');
        return { state: 'alone', tag: now };
      } catch (error) {
        if (isFinal(error) || signal.aborted || performance.now() + pause > until) {
          this.#logger.error({ ...facts, error: messageOf(error) }, 'Unable to start session; the job runs alone');
          return { state: 'alone', tag };
        }
        await monotonicSleep(pause, signal);
      }
    }
  }

  async leave(reading: JobReading, tag: number, result: string): Promise<void> {
    const { jobId, sessionId } = reading;
    if (sessionId === undefined) return;
    await this.#outbox.add('session-end', jobId, { ...ownerOf(reading), session_id: sessionId, job_id: jobId, tag, result });
  }
}

const isFinal = (error: unknown): boolean => (ApiError.is(error) || FreezerError.is(error)) && FINAL.has(error.code);
