import type { JobReading } from '../documents/job-reading.ts';
import type { Draft } from './draft.ts';
import { complete, isRecurringDraft, nextAfter, planJob, schedule } from './planning.ts';
import type { MachineRules } from './state.ts';

/** Actions that do no harm when they begin again after they were cut off. */
const HARMLESS: ReadonlySet<string> = new Set(['backup', 'info', 'list', 'verify']);

/** Whether a run that was cut off may begin again. */
export function isRepeatable({ content }: JobReading, { onRestart }: MachineRules): boolean {
  if (onRestart !== 'auto') return onRestart === 'rerun';
  return content.kind === 'job' && content.actions.every(({ action }) => HARMLESS.has(action));
}

/** A run was cut off, and nobody knows how far it came: it counts as failed. One that does no harm begins again, once. */
export function repeatOrFail(draft: Draft, message: string): void {
  const { run } = draft.memory;
  const mayRepeat = run ? run.isRepeatable && !run.isRepeat : isRepeatable(draft.reading, draft.rules);
  draft.set({ run: null });
  draft.write({ result: 'fail', message, time_ended: endOf(draft) });
  draft.tell('error', message);
  if (draft.reading.content.kind === 'problem') planJob(draft, 'resume');
  else if (mayRepeat) repeat(draft);
  else goOnSchedule(draft);
}

export function repeat(draft: Draft): void {
  draft.set({ isExcused: true, isRepeat: true });
  schedule(draft, draft.now, draft.now);
}

/** What follows a run: the next time, or nothing more. */
export function goOnSchedule(draft: Draft): void {
  const next = isRecurringDraft(draft) ? nextAfter(draft, draft.now) : undefined;
  if (next === undefined) complete(draft);
  else schedule(draft, next);
}

/** Seconds. The clock may have been put back meanwhile. */
export const endOf = ({ now, memory }: Draft): number => Math.max(Math.floor(now / 1000), memory.timeStarted);
