import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from '../state/json-file.ts';
import { isAlive, signalProcess } from './process-mark.ts';
import { runFiles, START_MS, startedRecord } from './run-folder.ts';

/** How often somebody who is not yet known is looked for. */
const LOOK_MS = 100;

/** Ends all agents of an instance with their children, by SIGKILL; their supervisors write down how they ended. */
export async function killAgents(instance: string): Promise<void> {
  const until = performance.now() + START_MS;
  // Of a try that is just being started nobody knows yet who it is.
  while (!(await killKnown(instance)) && performance.now() < until) await sleep(LOOK_MS);
}

/** Whether of each try it was known who it is. */
async function killKnown(instance: string): Promise<boolean> {
  const folder = join(instance, 'runs');
  let areKnown = true;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const read = startedRecord.safeParse(await readJson(runFiles(join(folder, entry.name)).started).catch(() => undefined));
    if (!read.success) areKnown = false;
    else if (isAlive(read.data.agent)) signalProcess(read.data.agent.pid, 'SIGKILL', true);
  }
  return areKnown;
}
