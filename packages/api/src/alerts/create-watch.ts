import { randomUUID } from 'node:crypto';
import { type Clock, messageOf } from '@freezer/core';
import type { AlertDocument } from '@freezer/models';
import { apiContext } from '../api-context.ts';
import type { ApiDeps } from '../api-deps.ts';
import { removeAged } from '../runs/record-run.ts';
import type { SetAge } from './alerts-of.ts';
import { gatherAlerts } from './gather-facts.ts';
import { holdLease, releaseLease } from './lease.ts';

/** What one look at everything found. */
export interface WatchReport {
  readonly alerts: readonly AlertDocument[];
  readonly sets: readonly SetAge[];
  /** Runs that were removed, because they are older than they are kept. */
  readonly removedRuns: number;
}

export type WatchDeps = Pick<ApiDeps, 'store' | 'now' | 'logger' | 'runs' | 'alerts'> & {
  readonly clock: Clock;
  /** Seconds between two looks, or more when they take long; default 60. */
  readonly interval?: number | undefined;
  /** Told of each look that this process made. */
  readonly onReport?: ((report: WatchReport) => void) | undefined;
};

/** Looks after jobs, clients and runs in the background: of all processes on a store one at a time. */
export interface Watch {
  /** One look, if this process may: undefined when another one does. */
  look(): Promise<WatchReport | undefined>;
  /** Looks again and again until the signal is aborted. Never rejects: what fails is logged, and tried again. */
  run(signal: AbortSignal): Promise<void>;
}

const LEASE = 'watch';
/** A look is followed by a pause of at least so many times its length. */
const IDLE_SHARE = 20;

export function createWatch({ clock, interval = 60, onReport, ...deps }: WatchDeps): Watch {
  const api = apiContext({ ...deps, authenticate: () => undefined, policy: { allows: () => false } });
  const holder = randomUUID();
  let pause = interval;
  const isMine = async (): Promise<boolean> => await holdLease(api.leases, { name: LEASE, holder, seconds: Math.ceil(pause * 3), now: api.seconds() });
  const look = async (): Promise<WatchReport | undefined> => {
    const begun = performance.now();
    if (!(await isMine())) return undefined;
    const report = { ...(await gatherAlerts(api, {})), removedRuns: await removeAged(api) };
    onReport?.(report);
    // Of a million jobs a look takes long: most of the time is for those who ask.
    pause = Math.max(interval, ((performance.now() - begun) / 1000) * IDLE_SHARE);
    return report;
  };
  // What nobody is told of is not worked out: it takes a look at every job.
  const work = onReport ? look : async (): Promise<unknown> => (await isMine()) && (await removeAged(api));
  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await work().catch((error: unknown) => api.logger.warn({ reason: messageOf(error) }, 'the watch over jobs failed, and will be tried again'));
      await clock.sleep(pause * 1000, { signal }).catch(() => undefined);
    }
    await releaseLease(api.leases, LEASE, holder).catch((error: unknown) =>
      api.logger.debug({ reason: messageOf(error) }, 'the lease of the watch was not given back; it ends by itself'),
    );
  };
  return { look, run };
}
