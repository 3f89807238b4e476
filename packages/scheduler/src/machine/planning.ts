import { nextTime } from '../triggers/next-run.ts';
import { type Instant, isRecurring } from '../triggers/trigger.ts';
import { type Draft, seconds } from './draft.ts';

/** Why a job is planned: it is new or asked to start, or it only goes on. */
export type PlanReason = 'start' | 'resume';

/** Takes the job off the schedule. */
export function unplan(draft: Draft): void {
  draft.setNext(null);
  draft.queuedAt = null;
  draft.set({ phase: 'stopped', isExcused: false, isRepeat: false });
}

/** The document is wrong: this one job fails and waits for a better one. */
export function breakJob(draft: Draft, message: string): void {
  unplan(draft);
  draft.set({ isBroken: true });
  draft.write({ status: 'stop', result: 'fail', message, next_run_at: -1 });
  draft.tell('error', message);
}

/** The job has no time left. */
export function complete(draft: Draft, message?: string): void {
  unplan(draft);
  draft.write({ status: 'completed', next_run_at: -1, ...(message !== undefined && { message }) });
}

/** Puts the job on the schedule, or says why it cannot be there. */
export function planJob(draft: Draft, reason: PlanReason): void {
  const { content } = draft.reading;
  if (content.kind === 'problem') {
    breakJob(draft, content.message);
    return;
  }
  draft.set({ isBroken: false });
  const { trigger, blackouts } = content.plan;
  if (trigger.kind === 'at-once') {
    atOnce(draft, blackouts.length > 0);
    return;
  }
  if (trigger.kind === 'once') {
    if (!hasRunFor(draft, trigger.at)) schedule(draft, trigger.at);
    else if (reason === 'start') atOnce(draft, blackouts.length > 0);
    else complete(draft);
    return;
  }
  const next = nextAfter(draft, draft.now);
  if (next !== undefined) schedule(draft, next);
  else noTimeLeft(draft);
}

function atOnce(draft: Draft, hasBlackouts: boolean): void {
  const at = draft.now + draft.rules.unscheduledDelay;
  draft.set({ isExcused: true });
  // Without schedule, no jitter: somebody waits for it.
  if (hasBlackouts) schedule(draft, at);
  else schedule(draft, at, at);
}

/** A job that never ran and never will has failed; one whose times are over is done. */
function noTimeLeft(draft: Draft): void {
  complete(draft, 'the schedule has no time left');
  if (draft.memory.timeStarted < 0) draft.write({ result: 'fail' });
}

/** Whether the one time of a job has had its run. */
function hasRunFor({ memory, reading }: Draft, at: Instant): boolean {
  const { timeStarted } = reading.told;
  return (memory.lastPlanned !== null && memory.lastPlanned >= at) || (timeStarted > 0 && timeStarted >= seconds(at));
}

/** The next time after an instant that had no run yet. */
export function nextAfter(draft: Draft, after: Instant): Instant | undefined {
  const { plan, memory } = draft;
  if (!plan) return undefined;
  const last = plan.trigger.kind === 'continuous' ? null : memory.lastPlanned;
  return nextTime(plan.trigger, Math.max(after, last ?? after), { zone: plan.zone, anchor: draft.anchor });
}

/** The job waits for a time of its schedule. */
export function schedule(draft: Draft, next: Instant, due?: Instant): void {
  draft.setNext(next, due);
  draft.queuedAt = null;
  if (draft.due === null) {
    breakJob(draft, 'schedule_blackout: leaves no time in which the job could run');
    return;
  }
  draft.set({ phase: 'scheduled' });
  draft.write({ status: 'scheduled', next_run_at: seconds(draft.due) });
}

/** Another definition has come. */
export function adopt(draft: Draft, reading: Draft['reading']): void {
  const isEdited = reading.contentKey !== draft.memory.contentKey;
  const isOther = reading.scheduleKey !== draft.memory.scheduleKey;
  draft.reading = reading;
  if (!isEdited && !isOther) return;
  draft.set({ contentKey: reading.contentKey, scheduleKey: reading.scheduleKey });
  const { phase, isBroken, status } = draft.memory;
  if (phase === 'running' || phase === 'aborting') {
    if (isOther) draft.setNext(isRecurringDraft(draft) ? (nextAfter(draft, draft.now) ?? null) : null);
  } else if (phase === 'stopped') {
    // A file that is edited after its run runs again; the API's jobs are completed until they are started.
    if (isBroken || (status === 'completed' && reading.told.status === '')) planJob(draft, 'resume');
  } else if (reading.content.kind === 'problem') planJob(draft, 'start');
  else if (isOther) {
    draft.set({ isExcused: false, isRepeat: false });
    planJob(draft, 'start');
  }
}

/** Of a document that is wrong nobody can say so. */
export const isOneShot = ({ plan }: Draft): boolean => plan !== undefined && !isRecurring(plan.trigger);

export const isRecurringDraft = ({ plan }: Draft): boolean => plan !== undefined && isRecurring(plan.trigger);
