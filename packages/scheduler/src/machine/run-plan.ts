import type { JobActionStatus, JobResult } from '@freezer/models';
import type { ActionReading } from '../documents/job-reading.ts';

type Result = Exclude<JobResult, ''>;

/** How far a run has come. JSON: kept beside the run, so that the next process goes on with it. */
export interface RunProgress {
  /** Of the action that is next, or at work. */
  readonly index: number;
  /** Its try, counted from 1. */
  readonly attempt: number;
  readonly phase: 'next' | 'at-work' | 'waiting' | 'ended';
  /** So far. */
  readonly result: Result;
  readonly message: string;
  /** Why the run is to end: after an abort only mandatory actions begin, after the others none. */
  readonly closing: '' | 'abort' | 'remove' | 'shutdown';
  readonly actions: readonly JobActionStatus[];
}

/** How a try of an action ended. Milliseconds since the epoch. */
export interface TryEnd {
  readonly result: Result | 'lost';
  readonly exitCode: number | null;
  /** One line; '' for a success. */
  readonly message: string;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** What is to be done for a run now. */
export type RunStep =
  /** `skipped`: actions before it that do not run. */
  | { readonly kind: 'try'; readonly index: number; readonly attempt: number; readonly skipped?: readonly JobActionStatus[] }
  /** Milliseconds, by a clock that is never set; `closeRun` ends it. */
  | { readonly kind: 'wait'; readonly milliseconds: number }
  /** An action is at work: nothing. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'end'; readonly result: Result; readonly message: string; readonly actions: readonly JobActionStatus[] };

/** `message` of a document is not longer. */
const LONGEST_MESSAGE = 4000;

const SKIPPED = {
  '': 'an action before it did not succeed',
  abort: 'the job was aborted',
  remove: 'the job was deleted',
  shutdown: 'the scheduler was stopped',
} as const;

/** A run that has not begun. */
const beginRun = (): RunProgress => ({ index: 0, attempt: 1, phase: 'next', result: 'success', message: '', closing: '', actions: [] });

/** Actions run in order: one when all before it went well, or when it is mandatory. */
function nextStep(progress: RunProgress, actions: readonly ActionReading[]): RunStep {
  const { phase, index, attempt, closing, result, message } = progress;
  if (phase === 'at-work') return { kind: 'idle' };
  if (phase === 'ended') return { kind: 'end', result, message, actions: progress.actions };
  if (phase === 'waiting') return { kind: 'wait', milliseconds: (actions[index]?.retryInterval ?? 0) * 1000 };
  const first = actions.findIndex((action, at) => at >= index && mayRun(progress, action));
  const skipped = skippedOf(progress, actions, first < 0 ? actions.length : first);
  if (first >= 0) return { kind: 'try', index: first, attempt: first === index ? attempt : 1, ...(skipped.length > 0 && { skipped }) };
  // What was cut off before it was done is aborted, however well it went so far.
  const isCutOff = closing !== '' && skipped.length > 0 && isGood(result);
  const end = isCutOff ? { result: 'aborted' as const, message: joined(message, SKIPPED[closing]) } : { result, message };
  return { kind: 'end', ...end, actions: [...progress.actions, ...skipped] };
}

const isGood = (result: Result): boolean => result === 'success' || result === 'partial';

function mayRun({ closing, result }: RunProgress, { mandatory }: ActionReading): boolean {
  if (closing === 'remove' || closing === 'shutdown') return false;
  return mandatory || (closing === '' && isGood(result));
}

function skippedOf({ index, closing }: RunProgress, actions: readonly ActionReading[], until: number): readonly JobActionStatus[] {
  return actions
    .slice(index, until)
    .map(({ action }, offset) => ({ index: index + offset, action, result: 'skipped', tries: 0, message: `skipped: ${SKIPPED[closing]}` }));
}

/** A try of `nextStep` is at work. */
function tryBegan(progress: RunProgress, { index, attempt, skipped = [] }: RunStep & { readonly kind: 'try' }): RunProgress {
  return { ...progress, phase: 'at-work', index, attempt, actions: [...progress.actions, ...skipped] };
}

/** A failure is tried again as often as the action says; an abort and what is partial never. */
function tryEnded(progress: RunProgress, actions: readonly ActionReading[], end: TryEnd): RunProgress {
  if (progress.phase !== 'at-work') return progress;
  const action = actions[progress.index];
  if (end.result === 'fail' && progress.closing === '' && progress.attempt < (action?.tries ?? 1)) return { ...progress, phase: 'waiting' };
  return actionEnded(progress, end, { name: action?.action, isOnly: actions.length === 1 });
}

/** The wait between two tries is over. */
const waitEnded = (progress: RunProgress): RunProgress =>
  progress.phase === 'waiting' ? { ...progress, phase: 'next', attempt: progress.attempt + 1 } : progress;

/** The run is to end. What is at work is for others to stop; a wait for another try is over at once. */
function closeRun(progress: RunProgress, reason: 'abort' | 'remove' | 'shutdown'): RunProgress {
  if (progress.phase === 'ended') return progress;
  // The stricter one stays: an abort does not bring back what a deleted job does not begin.
  const closing = progress.closing === '' || reason !== 'abort' ? reason : progress.closing;
  const closed: RunProgress = { ...progress, closing };
  if (progress.phase !== 'waiting') return closed;
  return actionEnded(
    closed,
    { result: 'aborted', exitCode: null, message: `${SKIPPED[closing]} while it waited for another try` },
    { name: undefined, isOnly: false },
  );
}

function actionEnded(progress: RunProgress, end: TryEnd, { name, isOnly }: { readonly name: string | undefined; readonly isOnly: boolean }): RunProgress {
  const { index, attempt, actions, message, result } = progress;
  const status: JobActionStatus = {
    index,
    result: end.result,
    exit_code: end.exitCode,
    tries: attempt,
    ...(name !== undefined && { action: name }),
    ...(end.startedAt !== undefined && { started: Math.floor(end.startedAt / 1000) }),
    ...(end.endedAt !== undefined && { ended: Math.floor(end.endedAt / 1000) }),
    ...(end.message !== '' && { message: end.message.slice(0, LONGEST_MESSAGE) }),
  };
  const told = end.message === '' || isOnly ? end.message : `action ${index + 1}${name === undefined ? '' : ` (${name})`}: ${end.message}`;
  return {
    ...progress,
    phase: 'next',
    index: index + 1,
    attempt: 1,
    result: combined(result, end.result === 'lost' ? 'fail' : end.result),
    message: end.result === 'success' ? message : joined(message, told),
    actions: [...actions, status],
  };
}

/** A later success heals nothing, and of several failures the last counts. */
function combined(before: Result, now: Result): Result {
  if (now === 'success') return before;
  return now === 'partial' && before !== 'success' ? before : now;
}

const joined = (before: string, more: string): string =>
  [before, more]
    .filter((text) => text !== '')
    .join('; ')
    .slice(0, LONGEST_MESSAGE);

/** The rules of a run's actions. */
export const RUN_RULES = { begin: beginRun, next: nextStep, began: tryBegan, ended: tryEnded, close: closeRun, waited: waitEnded };
