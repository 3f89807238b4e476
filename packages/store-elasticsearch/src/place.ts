import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import type { CallOptions } from '@freezer/core';
import { failureOf, isUnanswered } from './failures.ts';
import type { IndexNames } from './index-names.ts';

/** How often a call that got no answer is tried again, and how long after the begin of a call of the store the last try may begin. */
export interface CallPolicy {
  readonly retries: number;
  readonly patienceMs: number;
}

/** A cluster, and what is common to all that is asked of it. */
export interface Place {
  readonly client: Client;
  readonly names: IndexNames;
  readonly policy: CallPolicy;
}

/** One call of the store: its requests to the cluster share one patience. */
export interface StoreCall {
  readonly signal: AbortSignal | undefined;
  /** Until when a request may be tried again, by `performance.now()`. */
  readonly end: number;
}

/** The client takes no undefined signal. */
export const during = ({ signal }: StoreCall): { signal?: AbortSignal } => (signal ? { signal } : {});

/** Runs a call of the store; the caller's reason stays what it is, all else becomes ours. */
export async function called<T>({ policy }: Pick<Place, 'policy'>, { signal }: CallOptions, work: (call: StoreCall) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work({ signal, end: performance.now() + policy.patienceMs });
  } catch (error) {
    signal?.throwIfAborted();
    throw failureOf(error);
  }
}

/** What is tried again when no answer came. The client's own retries are off: they know no end in time. */
export async function tried<T>({ policy }: Pick<Place, 'policy'>, { signal, end }: StoreCall, work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      const pause = Math.min(50 * 2 ** attempt, 2000) * (0.5 + Math.random() / 2);
      if (attempt >= policy.retries || !isUnanswered(error) || performance.now() + pause > end) throw error;
      await sleep(pause, undefined, { signal });
    }
  }
}

/** A write that is tried again. A second try that is refused may have been refused because of the first, and `isOurs` finds that out. */
export async function written<T>(
  place: Pick<Place, 'policy'>,
  call: StoreCall,
  steps: { readonly write: () => Promise<T>; readonly isRefused: (error: unknown) => boolean; readonly isOurs: () => Promise<T | undefined> },
): Promise<T> {
  return await tried(place, call, async (attempt) => {
    try {
      return await steps.write();
    } catch (error) {
      const done = attempt > 0 && steps.isRefused(error) ? await steps.isOurs() : undefined;
      if (done === undefined) throw error;
      return done;
    }
  });
}
