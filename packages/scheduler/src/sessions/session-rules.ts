/** What a member knows when it is to begin its part of a session. */
export interface SessionTry {
  /** The tag that the job has. */
  readonly tag: number;
  /** How often it was asked before. */
  readonly attempts: number;
  /** Milliseconds since it was asked first, by a clock that is never set. */
  readonly elapsed: number;
}

/** What came of asking. */
export type SessionAnswer =
  /** `success`, `hold-off`, `out-of-sync`, with the tag that the session has. */
  | { readonly kind: 'answer'; readonly result: string; readonly sessionTag: number | undefined }
  /** The tag is higher than the session's, or the job is no member. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No session of that id. */
  | { readonly kind: 'absent' }
  /** No answer that says anything. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface SessionPolicy {
  /** Milliseconds that a start may take. */
  readonly startTimeout: number;
  /** When the session cannot be begun in that time. */
  readonly whenMissed: 'run-alone' | 'skip';
}

/** What the member does. `tag` is the one to go on with, and to keep. */
export type SessionDecision =
  | { readonly kind: 'join'; readonly tag: number }
  | { readonly kind: 'again'; readonly tag: number; readonly wait: number }
  | { readonly kind: 'run-alone'; readonly tag: number; readonly reason: string }
  | { readonly kind: 'skip'; readonly tag: number; readonly reason: string };

export const SESSION_POLICY: SessionPolicy = { startTimeout: 60_000, whenMissed: 'run-alone' };

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/** Pauses double, so that many members that ask at once do not ask at once again. */
export const pauseBefore = (attempts: number): number => Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempts, 10));

/** Whether a member joins the round, asks again, or goes on without it. */
export function decideStart(answer: SessionAnswer, { tag, attempts, elapsed }: SessionTry, policy: SessionPolicy = SESSION_POLICY): SessionDecision {
  if (answer.kind === 'absent') return missed(tag, 'the session does not exist any more', policy);
  if (answer.kind === 'refused') return refused(answer.reason, { tag, attempts });
  const wait = pauseBefore(attempts);
  const inTime = elapsed + wait <= policy.startTimeout;
  if (answer.kind === 'failed') return inTime ? { kind: 'again', tag, wait } : missed(tag, `the session did not begin: ${answer.reason}`, policy);
  const { result, sessionTag = tag } = answer;
  if (result === 'success') return { kind: 'join', tag: sessionTag };
  if (result === 'hold-off') {
    // Its own round goes on already: a start by hand, or the run after a crash. It is part of that round again.
    return { kind: 'join', tag: sessionTag };
  }
  // The round of the others began long ago: with their tag the next one finds it in step.
  if (result === 'out-of-sync' && sessionTag !== tag && inTime) return { kind: 'again', tag: sessionTag, wait };
  return missed(sessionTag, result === 'out-of-sync' ? 'the session began without this job' : `the session answered '${result.slice(0, 60)}'`, policy);
}

/** A tag higher than the session's: the session was made anew or restored from older data. Its own tag is 0 then, which joins every round. */
function refused(reason: string, { tag, attempts }: { readonly tag: number; readonly attempts: number }): SessionDecision {
  if (tag > 0 && attempts === 0) return { kind: 'again', tag: 0, wait: 0 };
  return { kind: 'run-alone', tag, reason: `the session refuses the job: ${reason}` };
}

function missed(tag: number, reason: string, { whenMissed }: SessionPolicy): SessionDecision {
  return { kind: whenMissed, tag, reason };
}
