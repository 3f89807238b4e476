import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from '../state/json-file.ts';
import { isAlive, signalProcess } from './process-mark.ts';
import { runFiles, startedRecord } from './run-folder.ts';

/** Ends all agents of an instance with their children, by SIGKILL; their supervisors write down how they ended. */
export async function killAgents(instance: string): Promise<void> {
  const folder = join(instance, 'runs');
  for (const name of await readdir(folder).catch(() => [])) {
    const read = startedRecord.safeParse(await readJson(runFiles(join(folder, name)).started).catch(() => undefined));
    if (read.success && isAlive(read.data.agent)) signalProcess(read.data.agent.pid, 'SIGKILL', true);
  }
}
