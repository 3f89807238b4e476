import type { Draft } from './draft.ts';
import { breakJob, isOneShot, planJob, unplan } from './planning.ts';

const KNOWN = ['start', 'stop', 'abort', 'remove'];

export const isKnownEvent = (event: string): boolean => KNOWN.includes(event);

/** Does what a document asks for, and says so in the same write. */
export function obey(draft: Draft, event: string): void {
  const isNew = draft.memory.status === '' && draft.memory.phase === 'stopped';
  draft.acknowledge(event);
  switch (event) {
    case 'start':
      start(draft);
      return;
    case 'stop':
      stop(draft);
      return;
    case 'abort':
      abort(draft);
      return;
    case 'remove':
      remove(draft);
      return;
    default:
      unknown(draft, event, isNew);
  }
}

function start(draft: Draft): void {
  const { phase, run, result, message } = draft.memory;
  if (run) {
    const wish = run.wish === 'stop' ? 'none' : run.wish;
    // It runs already. Should that run be lost, what was asked for begins anew, whatever it does.
    draft.set({ run: { ...run, wish, startAfter: phase === 'aborting', isRepeat: false, isRepeatable: true } });
    // With the event the API has emptied status and result.
    draft.write({ status: phase === 'aborting' ? 'aborting' : 'running' });
  } else if (phase === 'stopped') planJob(draft, 'start');
  else draft.write({ status: 'scheduled', result, message, ...(draft.due !== null && { next_run_at: Math.floor(draft.due / 1000) }) });
}

function stop(draft: Draft): void {
  const { run } = draft.memory;
  if (run) {
    draft.set({ run: { ...run, startAfter: false, wish: run.wish === 'none' ? 'stop' : run.wish } });
    return;
  }
  rest(draft);
}

function rest(draft: Draft): void {
  unplan(draft);
  draft.set({ isBroken: false });
  draft.write({ status: 'stop', next_run_at: -1 });
}

function abort(draft: Draft): void {
  const { run, phase } = draft.memory;
  if (!run) {
    const wasQueued = phase === 'queued';
    const status = wasQueued && isOneShot(draft) ? 'completed' : 'stop';
    rest(draft);
    if (wasQueued) draft.write({ status, result: 'aborted', message: 'aborted before it began' });
    return;
  }
  draft.set({ run: { ...run, wish: run.wish === 'remove' ? 'remove' : 'abort', startAfter: false, follower: null }, phase: 'aborting' });
  draft.write({ status: 'aborting' });
  draft.command({ kind: 'abort-run', jobId: draft.jobId, runId: run.runId, reason: 'abort', mode: 'now' });
}

/** No word of ours has posted it, but documents may hold it: the job leaves the schedule for good, and a run ends after its action. */
function remove(draft: Draft): void {
  const { run } = draft.memory;
  if (run) {
    draft.set({ run: { ...run, wish: run.wish === 'none' ? 'stop' : run.wish, startAfter: false, follower: null } });
    draft.command({ kind: 'abort-run', jobId: draft.jobId, runId: run.runId, reason: 'remove', mode: 'after-action' });
    return;
  }
  rest(draft);
  draft.write({ status: 'removed', message: 'event remove: the job is off the schedule; start puts it back' });
}

/** It is consumed. A job that began with it does not run: nobody knows what was meant. */
function unknown(draft: Draft, event: string, isNew: boolean): void {
  const message = `event: '${event.slice(0, 60).replaceAll(/\s+/g, ' ')}' is not known and was cleared; allowed: ${KNOWN.join(', ')}`;
  if (isNew) breakJob(draft, message);
  else {
    draft.write({ message, status: draft.memory.status });
    draft.tell('warn', message);
  }
  draft.set({ isBroken: false });
}
