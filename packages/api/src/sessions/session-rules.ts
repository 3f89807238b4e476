/** Rules of sessions: what a member's start or end makes of the session. Nothing here reads a clock or a store. */

/** A member of a session, as far as the rules look at it. */
export type Member = Readonly<Record<string, unknown>>;

export interface SessionState {
  readonly session_tag: number;
  /** Epoch seconds of the last round's begin; -1: never. */
  readonly time_start: number;
  /** Seconds. */
  readonly hold_off: number;
  readonly status: unknown;
  /** In their stored order. */
  readonly jobs: Readonly<Record<string, Member>>;
}

export type SessionEvent =
  | { readonly kind: 'start'; readonly jobId: string; readonly tag: number }
  | { readonly kind: 'end'; readonly jobId: string; readonly result: string };

/** What is written, what is answered, or why neither. */
export type SessionOutcome =
  | { readonly answer: 'success' | 'hold-off' | 'out-of-sync'; readonly tag: number; readonly changes: Readonly<Record<string, unknown>> | undefined }
  | { readonly refused: 'tag_too_high' | 'no_member' };

/** What a session does with an event at `now` (epoch seconds). Members in `gone` no longer exist, and are not waited for. */
export function sessionStep(state: SessionState, event: SessionEvent, now: number, gone: ReadonlySet<string> = new Set()): SessionOutcome {
  return event.kind === 'start' ? start(state, event, now) : end(state, event, now, gone);
}

function start(state: SessionState, { jobId, tag }: { readonly jobId: string; readonly tag: number }, now: number): SessionOutcome {
  const { session_tag: current, hold_off: holdOff, time_start: begun } = state;
  if (tag > current) return { refused: 'tag_too_high' };
  const isHeldOff = now - begun <= holdOff;
  if (isHeldOff && tag === current) return { answer: 'hold-off', tag: current, changes: undefined };
  if (!isHeldOff && tag < current) return { answer: 'out-of-sync', tag: current, changes: undefined };
  const member = memberOf(state, jobId);
  if (!member) return { refused: 'no_member' };
  const started = { ...member, status: 'running', result: '', time_started: now };
  if (isHeldOff) return { answer: 'success', tag: current, changes: { jobs: { ...state.jobs, [jobId]: started } } };
  // A new round: what the others did in the last one does not count in this one.
  const others = Object.fromEntries(Object.entries(state.jobs).map(([id, each]) => [id, id === jobId ? started : { ...each, status: '', result: '' }]));
  return { answer: 'success', tag: current + 1, changes: { session_tag: current + 1, time_start: now, status: 'running', result: '', jobs: others } };
}

function end(
  state: SessionState,
  { jobId, result }: { readonly jobId: string; readonly result: string },
  now: number,
  gone: ReadonlySet<string>,
): SessionOutcome {
  const member = memberOf(state, jobId);
  if (!member) return { refused: 'no_member' };
  const jobs = { ...state.jobs, [jobId]: { ...member, status: 'completed', result, time_ended: now } };
  const overall = combined(jobs, gone);
  const isOver = state.status !== 'completed' && overall !== 'running';
  const completed = isOver ? { time_end: now, result: overall, status: 'completed' } : {};
  return { answer: 'success', tag: state.session_tag, changes: { jobs, ...completed } };
}

const memberOf = ({ jobs }: SessionState, jobId: string): Member | undefined => (Object.hasOwn(jobs, jobId) ? jobs[jobId] : undefined);

/** In stored order: the first member that has not ended leaves all open, the first that failed ends all; partial ones make it partial. */
export function combined(jobs: Readonly<Record<string, Member>>, gone: ReadonlySet<string> = new Set()): 'running' | 'success' | 'partial' | 'fail' {
  let overall: 'success' | 'partial' = 'success';
  for (const [id, { status, result }] of Object.entries(jobs)) {
    if (status !== 'completed') {
      if (gone.has(id)) continue;
      return 'running';
    }
    if (result === 'partial') overall = 'partial';
    else if (result !== 'success') return 'fail';
  }
  return overall;
}
