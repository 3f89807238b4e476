import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../harness/lab.ts';

export interface FoundProcess {
  readonly pid: number;
  /** Joined by blanks. */
  readonly commandLine: string;
  readonly environment: string;
}

/** Every process that was started by an agent of a lab, itself included: they share its HOME. Zombies have no environment any more. */
export async function processesOf(lab: Lab): Promise<readonly FoundProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => lookAt(Number(pid))));
  return found.filter((process) => process !== undefined).filter(({ environment }) => environment.includes(`HOME=${lab.home}`));
}

async function lookAt(pid: number): Promise<FoundProcess | undefined> {
  try {
    const [commandLine, environment] = await Promise.all(['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1')));
    return { pid, commandLine: (commandLine ?? '').replaceAll('\0', ' '), environment: (environment ?? '').replaceAll('\0', '\n') };
  } catch {
    // It ended meanwhile, or is another user's.
    return undefined;
  }
}

/** Waits for something to become true; fails after 20 seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 2000; tries += 1) {
    if (await holds()) return;
    await sleep(10);
  }
  throw new Error(`${what}: did not happen within 20 seconds`);
}
