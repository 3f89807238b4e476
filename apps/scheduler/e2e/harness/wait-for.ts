import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until there is something; fails with `what` after so many seconds. */
export async function waitFor<Found>(what: string, look: () => Found | Promise<Found>, seconds = 30): Promise<NonNullable<Found>> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > until) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(50);
  }
}

export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
