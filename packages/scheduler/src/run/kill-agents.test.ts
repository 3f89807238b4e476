import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { writeJson } from '../state/json-file.ts';
import { killAgents } from './kill-agents.ts';
import { markOf } from './process-mark.ts';
import { runFiles } from './run-folder.ts';

test('an agent that was just being started is ended, too', async () => {
  const instance = await mkdtemp(join(tmpdir(), 'instance-'));
  const folder = join(instance, 'runs', 'run.0.1');
  await mkdir(folder, { recursive: true });
  const agent = spawn('sleep', ['30'], { detached: true, stdio: 'ignore' });
  try {
    const ended = new Promise((resolve) => agent.on('exit', (_, signal) => resolve(signal)));
    const killed = killAgents(instance);
    await sleep(1000);
    await writeJson(runFiles(folder).started, { agent: markOf(agent.pid ?? 0), supervisor: markOf(process.pid), at: 0 });
    await killed;
    expect(await Promise.race([ended, sleep(2000, undefined, { ref: false })])).toBe('SIGKILL');
  } finally {
    agent.kill('SIGKILL');
    await rm(instance, { recursive: true, force: true });
  }
});
