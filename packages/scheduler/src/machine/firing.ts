import { afterBlackouts } from '../triggers/blackout.ts';
import { jitterOf } from '../triggers/jitter.ts';
import { dueTime, pastTimes } from '../triggers/next-run.ts';
import { type Instant, isRecurring, type Plan } from '../triggers/trigger.ts';
import { type Draft, seconds } from './draft.ts';
import { durationText } from './duration-text.ts';
import { complete, nextAfter, schedule } from './planning.ts';

/** Milliseconds by which a busy host may come too late to a time without having missed it, also where no grace is given. */
const NOT_LATE = 5000;

/** The clock has come to the job's time. */
export function fire(draft: Draft): void {
  const { plan, memory, due, now } = draft;
  if (due === null || due > now) return;
  if (plan && memory.next !== null && memory.run) fireOver(draft, plan, memory.next);
  else if (plan && memory.next !== null && memory.phase === 'scheduled') fireScheduled(draft, plan, memory.next);
  // Its document was spoiled while it runs: what comes next is decided at the end of the run.
  else draft.due = null;
}

/** The last time that has come, and how many did; those of a blackout or jitter are not here before they are due. */
function lastTime(draft: Draft, plan: Plan, first: Instant): { readonly latest: Instant; readonly count: number } {
  if (!isRecurring(plan.trigger) || draft.memory.isRepeat) return { latest: first, count: 1 };
  const shift = jitterOf(plan.jitter, `${draft.rules.salt}/${draft.jobId}`);
  return pastTimes(plan, first, { now: draft.now - shift, anchor: draft.anchor });
}

function fireScheduled(draft: Draft, plan: Plan, first: Instant): void {
  const { now, memory } = draft;
  const { latest, count } = lastTime(draft, plan, first);
  const due = plan.trigger.kind === 'at-once' || memory.isRepeat ? latest : dueTime(plan, latest, { jobId: draft.jobId, salt: draft.rules.salt });
  if (due === undefined || due > now) {
    // The last of the missed times has been moved to the end of a blackout: with it all are made up for.
    if (due !== undefined) draft.setNext(latest, due);
    return;
  }
  const isLate = now - due > Math.max(plan.misfireGrace, NOT_LATE) && !memory.isExcused;
  if (isLate && !plan.catchUp) {
    miss(draft, { latest, count, late: now - due });
    return;
  }
  if (deferred(draft, plan, latest, isLate)) return;
  if (count > 1) draft.tell('info', `${count} times have come since it last ran; one run makes up for them`);
  draft.set({ phase: 'queued', next: latest });
  draft.due = null;
  draft.queuedAt = now;
}

/** A run that makes up for a missed one waits for its jitter, and none begins in a blackout. */
function deferred(draft: Draft, plan: Plan, latest: Instant, isLate: boolean): boolean {
  const { now } = draft;
  const wait = isLate ? jitterOf(plan.jitter, `${draft.rules.salt}/${draft.jobId}`) : 0;
  const at = afterBlackouts(plan.blackouts, now + wait, plan.zone) ?? now;
  if (at <= now) return false;
  draft.set({ isExcused: true });
  draft.setNext(latest, at);
  return true;
}

interface Missed {
  readonly latest: Instant;
  readonly count: number;
  readonly late: number;
}

function miss(draft: Draft, { latest, count, late }: Missed): void {
  const times = count === 1 ? '' : `${count} times, the last `;
  const message = `missed ${times}by ${durationText(late)}`;
  draft.command({ kind: 'record', jobId: draft.jobId, what: 'missed', planned: latest, count, message });
  draft.tell('warn', message);
  draft.set({ lastPlanned: latest });
  const next = draft.plan && isRecurring(draft.plan.trigger) ? nextAfter(draft, draft.now) : undefined;
  if (next === undefined) {
    complete(draft, message);
    draft.write({ result: 'fail' });
  } else {
    schedule(draft, next);
    draft.write({ message });
  }
}

/** The time came while the run before is still at work. */
function fireOver(draft: Draft, plan: Plan, first: Instant): void {
  const { run } = draft.memory;
  if (!run) return;
  const { latest, count } = lastTime(draft, plan, first);
  draft.set({ lastPlanned: latest });
  draft.setNext(nextAfter(draft, draft.now) ?? null);
  const isFree = run.follower === null && run.wish === 'none';
  const follows = plan.overlap !== 'skip' && isFree;
  if (follows) draft.set({ run: { ...run, follower: latest } });
  const skipped = follows ? count - 1 : count;
  if (skipped > 0) {
    const message = 'skipped: the run before has not ended';
    draft.command({ kind: 'record', jobId: draft.jobId, what: 'skipped', planned: latest, count: skipped, message });
    draft.tell('warn', message);
  }
  if (follows && plan.overlap === 'kill-old') {
    draft.set({ phase: 'aborting' });
    draft.command({ kind: 'abort-run', jobId: draft.jobId, runId: run.runId, reason: 'overlap', mode: 'now' });
  }
}

/** It is due, and waits for others to end. */
export function wait(draft: Draft): void {
  if (draft.memory.phase === 'queued' && draft.queuedAt !== null) draft.write({ queued_at: seconds(draft.queuedAt) });
}
