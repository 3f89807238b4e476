import { execFile } from 'node:child_process';
import type { HeldEntry } from '@freezer/core';
import { minimalEnvironment } from '@freezer/subprocess';
import { EntryProblem } from './entry-problem.ts';

/** Makes a FIFO or a device in `folder` by the programs that every Unix has: Node has no call for it. Fails with an `EntryProblem`. */
export async function makeSpecialFile(folder: string, name: string, { type, device }: HeldEntry): Promise<void> {
  if (type === 'fifo') await run('mkfifo', [name], folder);
  else await run('mknod', [name, type === 'block' ? 'b' : 'c', String(device?.major ?? 0), String(device?.minor ?? 0)], folder);
}

function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, timeout: 30_000, env: minimalEnvironment() }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new EntryProblem(`${program} failed: ${(stderr.trim() || error.message).replaceAll(/\s*\n\s*/g, ' ').slice(0, 200)}`));
    });
  });
}
