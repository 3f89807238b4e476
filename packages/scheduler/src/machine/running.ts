import { textHash } from '../documents/text-hash.ts';
import { afterBlackouts } from '../triggers/blackout.ts';
import { type Draft, seconds } from './draft.ts';
import { fire } from './firing.ts';
import { isOneShot, isRecurringDraft, nextAfter, planJob, schedule, unplan } from './planning.ts';
import { endOf, goOnSchedule, isRepeatable, repeat, repeatOrFail } from './repeat.ts';
import type { RunEnd, RunMemory } from './state.ts';

/** A place is free: the run begins. */
export function begin(draft: Draft): void {
  const { plan, memory, now } = draft;
  if (memory.phase !== 'queued' || !plan || memory.next === null) return;
  const planned = memory.next;
  const free = afterBlackouts(plan.blackouts, now, plan.zone) ?? now;
  if (free > now) {
    // It waited until the blackout began.
    draft.set({ isExcused: true });
    schedule(draft, planned, free);
    return;
  }
  const sequence = memory.sequence + 1;
  const run: RunMemory = {
    // Unlike that of any run of any job: folders are named by it.
    runId: `${now}-${sequence}-${textHash(draft.jobId)}`,
    plannedAt: planned,
    startedAt: now,
    wish: 'none',
    isRepeat: memory.isRepeat,
    follower: null,
    isRepeatable: isRepeatable(draft.reading, draft.rules),
    startAfter: false,
  };
  const lastPlanned = Math.max(planned, memory.lastPlanned ?? planned);
  // One that makes up for a lost run belongs to the same round of its session.
  const roundAt = memory.isRepeat ? (memory.lastPlanned ?? planned) : planned;
  draft.set({ phase: 'running', sequence, run, lastPlanned, isExcused: false, isRepeat: false });
  draft.setNext(isRecurringDraft(draft) && plan.trigger.kind !== 'continuous' ? (nextAfter(draft, now) ?? null) : null);
  if (draft.queuedAt !== null && draft.queuedAt < now) draft.write({ queued_at: -1 });
  draft.queuedAt = null;
  draft.write({ status: 'running', result: '', message: '', time_started: seconds(now), time_ended: -1 });
  // What the API shows of the tag may be older than what the session said last.
  const reading = { ...draft.reading, sessionTag: memory.sessionTag };
  draft.command({ kind: 'start-run', jobId: draft.jobId, runId: run.runId, reading, plannedAt: planned, roundAt, startedAt: now });
}

export function progress(draft: Draft, event: { readonly runId: string; readonly pid?: number; readonly sessionTag?: number }): void {
  if (draft.memory.run?.runId !== event.runId) return;
  if (event.pid !== undefined) draft.write({ current_pid: event.pid });
  if (event.sessionTag !== undefined) draft.writeTag(event.sessionTag);
}

/** A run has ended. What an older one says is not heard. */
export function finish(draft: Draft, end: RunEnd): void {
  if (draft.memory.run?.runId !== end.runId) return;
  // A time that came before the end, and that nobody has looked at yet, fell into the run.
  fire(draft);
  const { run } = draft.memory;
  if (!run) return;
  if (run.wish === 'remove') {
    draft.forget();
    return;
  }
  if (end.actions) draft.write({ job_actions_status: end.actions });
  if (end.result === 'lost' && run.wish === 'none' && run.follower === null) {
    draft.set({ phase: 'stopped' });
    // What never began does no harm when it begins, and does not count as a try.
    if (end.neverBegan === true) draft.set({ run: { ...run, isRepeat: false, isRepeatable: true } });
    repeatOrFail(draft, end.message || 'lost: nobody knows how the run ended');
    return;
  }
  const result = end.result === 'lost' ? (run.wish === 'abort' ? 'aborted' : 'fail') : end.result;
  draft.set({ run: null, phase: 'stopped' });
  draft.write({ result, message: end.message, time_ended: endOf(draft) });
  goOn(draft, run, end);
}

function goOn(draft: Draft, run: RunMemory, end: RunEnd): void {
  const { content } = draft.reading;
  if (run.startAfter) planJob(draft, 'start');
  else if (run.wish === 'abort' || run.wish === 'stop') rest(draft, run);
  else if (content.kind === 'problem') {
    unplan(draft);
    draft.set({ isBroken: true });
    draft.write({ status: 'stop', message: content.message, next_run_at: -1 });
  } else if (run.follower !== null) {
    draft.set({ isExcused: true });
    schedule(draft, run.follower, draft.now);
  } else if (end.byShutdown === true && !isRecurringDraft(draft) && run.isRepeatable) repeat(draft);
  else if (!isRecurringDraft(draft)) onceMore(draft, run);
  else goOnSchedule(draft);
}

/** As it was asked: a job that would run again is stopped, one that would not is done. */
function rest(draft: Draft, { wish }: RunMemory): void {
  const isDone = wish === 'abort' && isOneShot(draft);
  unplan(draft);
  draft.write({ status: isDone ? 'completed' : 'stop', next_run_at: -1 });
}

/** The one run of a job is over; while it went on, the job may have been given another date. */
function onceMore(draft: Draft, run: RunMemory): void {
  const trigger = draft.plan?.trigger;
  if (trigger?.kind === 'once' && trigger.at > Math.max(run.plannedAt, run.startedAt)) planJob(draft, 'resume');
  else goOnSchedule(draft);
}
