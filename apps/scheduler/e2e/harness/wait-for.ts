import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, markOf } from '@freezer/scheduler';

/** Looks again and again until there is something; fails with `what` after so many seconds. */
export async function waitFor<Found>(what: string, look: () => Found | Promise<Found>, seconds = 30): Promise<Exclude<Found, undefined | null | false>> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found as Exclude<Found, undefined | null | false>;
    if (performance.now() > until) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(50);
  }
}

/** Whether a process is there; one that has ended and that nobody has asked for is not. */
export const isRunning = (pid: number): boolean => isAlive({ ...markOf(pid), started: '' }) && pid > 0;
