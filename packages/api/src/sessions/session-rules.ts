/** Rules of sessions: what a member's start or end makes of the session. Nothing here reads a clock or a store. */

/** A member of a session, as far as the rules look at it. */
export type Member = Readonly<Record<string, unknown>>;

export interface SessionState {
  readonly session_tag: number;
  /** Epoch seconds of the last round's begin; -1: never. */
  readonly time_start: number;
  /** Seconds. */
  readonly hold_off: number;
  /** Seconds that the others wait for a member to begin. */
  readonly join_timeout: number;
  /** Epoch seconds: when the round was to begin by the schedule; undefined: no member has said so. */
  readonly planned_time: number | undefined;
  readonly missing: unknown;
  readonly status: unknown;
  /** In their stored order. */
  readonly jobs: Readonly<Record<string, Member>>;
}

export type SessionEvent =
  | { readonly kind: 'start'; readonly jobId: string; readonly tag: number; readonly planned?: number | undefined }
  | { readonly kind: 'end'; readonly jobId: string; readonly result: string; readonly tag?: number | undefined };

/** What is written, what is answered, or why neither. */
export type SessionOutcome =
  | { readonly answer: 'success' | 'hold-off' | 'out-of-sync'; readonly tag: number; readonly changes: Readonly<Record<string, unknown>> | undefined }
  | { readonly refused: 'tag_too_high' | 'no_member' };

/** What a session does with an event at `now` (epoch seconds). Members in `gone` no longer exist, and are not waited for. */
export function sessionStep(state: SessionState, event: SessionEvent, now: number, gone: ReadonlySet<string> = new Set()): SessionOutcome {
  return event.kind === 'start' ? start(state, event, now) : end(state, event, now, gone);
}

type Start = SessionEvent & { readonly kind: 'start' };
type End = SessionEvent & { readonly kind: 'end' };

function start(state: SessionState, event: Start, now: number): SessionOutcome {
  const { session_tag: current } = state;
  if (event.tag > current) return { refused: 'tag_too_high' };
  const answer = roundOf(state, event, now);
  if (answer === 'hold-off' || answer === 'out-of-sync') return { answer, tag: current, changes: undefined };
  const member = memberOf(state, event.jobId);
  if (!member) return { refused: 'no_member' };
  return answer === 'join' ? join(state, event, member, now) : newRound(state, event, now);
}

/**
 * Which round a start belongs to. Who says when it was to begin is in the round of that time, however late it comes and whatever its clock says; the others
 * are told apart by the time that has gone by since the round began, and by the tag that they know.
 */
function roundOf({ session_tag: current, hold_off: holdOff, time_start: begun, planned_time: round }: SessionState, { tag, planned }: Start, now: number) {
  const isHeldOff = now - begun <= holdOff;
  if (planned !== undefined && round !== undefined) {
    if (planned === round) return 'join';
    if (planned > round && !isHeldOff) return 'new';
    if (planned < round && !isHeldOff) return 'out-of-sync';
  }
  if (isHeldOff) return tag === current ? 'hold-off' : 'join';
  return tag === current ? 'new' : 'out-of-sync';
}

function join(state: SessionState, { jobId, planned }: Start, member: Member, now: number): SessionOutcome {
  const isAgain = member['status'] === 'running' || (member['status'] === 'completed' && planned !== undefined && member['planned_time'] === planned);
  const attempt = typeof member['attempt'] === 'number' ? member['attempt'] : 0;
  const jobs = { ...state.jobs, [jobId]: { ...begun(member, planned, now), ...(isAgain && { attempt: attempt + 1 }) } };
  // It came after the round was closed without it, or again.
  const reopened = state.status === 'completed' ? { status: 'running', result: '', time_end: -1, missing: missingOf(jobs) } : {};
  return { answer: 'success', tag: state.session_tag, changes: { jobs, ...reopened } };
}

/** What the others did in the last round does not count in this one. */
function newRound(state: SessionState, { jobId, planned }: Start, now: number): SessionOutcome {
  const tag = state.session_tag + 1;
  const jobs = Object.fromEntries(
    Object.entries(state.jobs).map(([id, { attempt: _, ...each }]) => [id, id === jobId ? begun(each, planned, now) : { ...each, status: '', result: '' }]),
  );
  // Sessions of Python schedulers keep the keys that they had.
  const planning = planned === undefined && state.planned_time === undefined ? {} : { planned_time: planned ?? null };
  const missed = state.missing === undefined ? {} : { missing: [] };
  return { answer: 'success', tag, changes: { session_tag: tag, time_start: now, status: 'running', result: '', jobs, ...planning, ...missed } };
}

const begun = (member: Member, planned: number | undefined, now: number): Member => ({
  ...member,
  status: 'running',
  result: '',
  time_started: now,
  ...(planned !== undefined && { planned_time: planned }),
});

function end(state: SessionState, { jobId, result, tag }: End, now: number, gone: ReadonlySet<string>): SessionOutcome {
  const member = memberOf(state, jobId);
  if (!member) return { refused: 'no_member' };
  const { session_tag: current } = state;
  // Of an earlier round: it says nothing about this one, in which the member has not begun.
  if (tag !== undefined && tag < current && ['', 'missed'].includes(String(member['status']))) return { answer: 'success', tag: current, changes: undefined };
  const jobs = { ...state.jobs, [jobId]: { ...member, status: 'completed', result, time_ended: now } };
  const overall = combined(jobs, gone);
  // The round was closed without a member that had begun, and that is heard now.
  const isHeardLate = state.status === 'completed' && tag === current && member['status'] === 'missed';
  const isOver = (state.status !== 'completed' || isHeardLate) && overall !== 'running';
  const completed = isOver ? { time_end: now, result: overall, status: 'completed', ...(isHeardLate && { missing: missingOf(jobs) }) } : {};
  const changes = { jobs, ...completed };
  return { answer: 'success', tag: current, changes: { ...changes, ...closed({ ...state, ...changes }, now) } };
}

/**
 * What a round becomes whose members have all ended but for those that did not begin in time, or that are `dead`: they began, and nothing is heard of their
 * scheduler any more. Nothing when it is not over.
 */
export function closed(state: SessionState, now: number, dead: ReadonlySet<string> = new Set()): Readonly<Record<string, unknown>> | undefined {
  const { jobs, status, time_start: begunAt, join_timeout: timeout } = state;
  const waiting = Object.entries(jobs).filter(([, member]) => member['status'] !== 'completed');
  const isAtWork = waiting.some(([id, member]) => member['status'] === 'running' && !dead.has(id));
  if (status !== 'running' || now - begunAt <= timeout || waiting.length === 0 || isAtWork) return undefined;
  const missed = Object.fromEntries(waiting.map(([id, member]) => [id, { ...member, status: 'missed', result: '' }]));
  const all = { ...jobs, ...missed };
  return { jobs: all, status: 'completed', result: 'fail', time_end: now, missing: missingOf(all) };
}

const missingOf = (jobs: Readonly<Record<string, Member>>): string[] => Object.keys(jobs).filter((id) => jobs[id]?.['status'] === 'missed');

const memberOf = ({ jobs }: SessionState, jobId: string): Member | undefined => (Object.hasOwn(jobs, jobId) ? jobs[jobId] : undefined);

/** In stored order: the first member that has not ended leaves all open, the first that failed or never began ends all; partial ones make it partial. */
export function combined(jobs: Readonly<Record<string, Member>>, gone: ReadonlySet<string> = new Set()): 'running' | 'success' | 'partial' | 'fail' {
  let overall: 'success' | 'partial' = 'success';
  for (const [id, { status, result }] of Object.entries(jobs)) {
    if (status === 'missed') return 'fail';
    if (status !== 'completed') {
      if (gone.has(id)) continue;
      return 'running';
    }
    if (result === 'partial') overall = 'partial';
    else if (result !== 'success') return 'fail';
  }
  return overall;
}
