import type { JobActionStatus, JobResult } from '@freezer/models';

/** How far a run has come. JSON: kept beside the run, so that the next process goes on with it. */
export interface RunProgress {
  /** Of the action that is next, or at work. */
  readonly index: number;
  /** Its try, counted from 1. */
  readonly attempt: number;
  readonly phase: 'next' | 'at-work' | 'waiting' | 'ended';
  /** So far. */
  readonly result: Exclude<JobResult, ''>;
  readonly message: string;
  /** The job is gone, or the run is to end: no further action begins. */
  readonly closing: '' | 'abort' | 'remove' | 'shutdown';
  readonly actions: readonly JobActionStatus[];
}

/** What is to be done for a run now. */
export type RunStep =
  | { readonly kind: 'try'; readonly index: number; readonly attempt: number }
  /** Milliseconds, by a clock that is never set. */
  | { readonly kind: 'wait'; readonly milliseconds: number }
  /** An action is at work: nothing. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'end'; readonly result: Exclude<JobResult, ''>; readonly message: string; readonly actions: readonly JobActionStatus[] };
