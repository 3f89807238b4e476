import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import type { CallOptions } from '@freezer/core';
import { failureOf, isUnanswered } from './failures.ts';
import type { IndexNames } from './index-names.ts';

/** How calls are made: how long one may take, and how often a write is tried again. Reads are tried again by the client. */
export interface CallPolicy {
  readonly timeoutMs: number;
  readonly retries: number;
}

/** A cluster, and what is common to all that is asked of it. */
export interface Place {
  readonly client: Client;
  readonly names: IndexNames;
  readonly policy: CallPolicy;
}

/** The client takes no undefined signal. */
export const during = (signal: AbortSignal | undefined): { signal?: AbortSignal } => (signal ? { signal } : {});

/** Runs a call of the client; the caller's reason stays what it is, all else becomes ours. */
export async function called<T>({ signal }: CallOptions, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw failureOf(error);
  }
}

/**
 * A write that is tried again when no answer came. The client's own retries are off for it: a second try that is refused may have been refused
 * because of the first, and `isOurs` finds that out.
 */
export async function written<T>(
  { policy }: Pick<Place, 'policy'>,
  signal: AbortSignal | undefined,
  steps: { readonly write: () => Promise<T>; readonly isRefused: (error: unknown) => boolean; readonly isOurs: () => Promise<T | undefined> },
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await steps.write();
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt > 0 && steps.isRefused(error)) {
        const done = await steps.isOurs();
        if (done !== undefined) return done;
      }
      if (attempt >= policy.retries || !isUnanswered(error)) throw error;
      await sleep(Math.min(50 * 2 ** attempt, 2000) * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}
