/** What a member knows when it is to begin its part of a session. */
export interface SessionTry {
  /** The tag that the job has. */
  readonly tag: number;
  /** How often it was asked before. */
  readonly attempts: number;
  /** Milliseconds since it was asked first, by a clock that is never set. */
  readonly elapsed: number;
  /** Milliseconds that the start of a round may take; then the run goes without it. */
  readonly timeout: number;
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

/** What the member does. `tag` is the one to go on with, and to keep: with it the next round is found. */
export type SessionDecision =
  | { readonly kind: 'join'; readonly tag: number }
  /** After `wait` milliseconds. */
  | { readonly kind: 'again'; readonly tag: number; readonly wait: number }
  | { readonly kind: 'run-alone'; readonly tag: number; readonly reason: string };

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/** Pauses double, so that many members that ask at once do not ask at once again. */
export const pauseBefore = (attempts: number): number => Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempts, 10));

/** Whether a member joins the round, asks again, or goes on without it. */
export function decideStart(answer: SessionAnswer, { tag, attempts, elapsed, timeout }: SessionTry): SessionDecision {
  switch (answer.kind) {
    case 'absent':
      return { kind: 'run-alone', tag, reason: 'the session does not exist any more' };
    case 'refused':
      return refused(answer.reason, { tag, attempts });
    case 'failed': {
      const wait = pauseBefore(attempts);
      return elapsed + wait <= timeout ? { kind: 'again', tag, wait } : { kind: 'run-alone', tag, reason: `the session did not begin: ${answer.reason}` };
    }
    case 'answer':
      return answered(answer, tag);
  }
}

function answered({ result, sessionTag }: SessionAnswer & { readonly kind: 'answer' }, tag: number): SessionDecision {
  const now = sessionTag ?? tag;
  // `hold-off`: our round goes on already; a member that begins again in it, by hand or after a crash, belongs to it.
  if (result === 'success' || result === 'hold-off') return { kind: 'join', tag: now };
  // To ask with the tag of the others would begin a round in which none of them takes part.
  const reason = result === 'out-of-sync' ? 'the round of the others began too long ago' : `the session answered '${result.slice(0, 60)}'`;
  return { kind: 'run-alone', tag: now, reason };
}

/** A tag higher than the session's: the session was made anew, or restored from older data. Zero joins every round that has just begun. */
function refused(reason: string, { tag, attempts }: { readonly tag: number; readonly attempts: number }): SessionDecision {
  if (tag > 0 && attempts === 0) return { kind: 'again', tag: 0, wait: 0 };
  return { kind: 'run-alone', tag, reason: `the session refuses the job: ${reason}` };
}
