import type { Instant } from '../triggers/trigger.ts';
import { forgetFuture, isReplaced, meet, remember, seeDocument, vanish } from './document.ts';
import { Draft } from './draft.ts';
import { fire, wait } from './firing.ts';
import { begin, finish, progress } from './running.ts';
import type { JobEvent, JobMemory, JobState, MachineRules, Step } from './state.ts';

/** What else `step` is told. */
export interface StepContext {
  readonly now: Instant;
  readonly rules: MachineRules;
  /** What an earlier process kept of a job that is not known yet. */
  readonly memory?: JobMemory;
}

/** What an event makes of a job. `undefined` for `state`: it is not known yet, and only a document makes it known. */
export function step(state: JobState | undefined, event: JobEvent, { now, rules, memory }: StepContext): Step {
  if (!state) {
    if (event.kind !== 'document') return { state: undefined, commands: [] };
    if (!memory) return meet(event.reading, now, rules).step();
    const draft = remember(memory, event.reading, now, rules);
    seeDocument(draft, event.reading, event);
    return draft.step();
  }
  if (event.kind === 'document' && isReplaced(state, event.reading)) return meet(event.reading, now, rules).step();
  const draft = new Draft(state, now, rules);
  apply(draft, event);
  return draft.step();
}

function apply(draft: Draft, event: JobEvent): void {
  switch (event.kind) {
    case 'document':
      seeDocument(draft, event.reading, event);
      return;
    case 'vanished':
      vanish(draft);
      return;
    case 'acknowledged':
      draft.set({ acknowledged: '', acknowledgedVersion: null });
      draft.acknowledgedAt = draft.now;
      return;
    case 'due':
      fire(draft);
      return;
    case 'clock-back':
      forgetFuture(draft);
      return;
    case 'waiting':
      wait(draft);
      return;
    case 'admitted':
      begin(draft);
      return;
    case 'run-progress':
      progress(draft, event);
      return;
    case 'run-ended':
      finish(draft, event);
  }
}
