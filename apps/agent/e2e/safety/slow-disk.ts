import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../harness/lab.ts';
import { preloading } from './agent-runs.ts';

const MODULE = `
import fs, { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
const pause = Number(process.env.SLOW_DISK_MS);
const probe = await open(import.meta.filename);
const FileHandle = Object.getPrototypeOf(probe);
await probe.close();
for (const name of ['read', 'write', 'writev']) {
  const call = FileHandle[name];
  FileHandle[name] = async function (...words) {
    await sleep(pause);
    return call.apply(this, words);
  };
}
for (const name of ['unlink', 'rm', 'rmdir']) {
  const call = fs[name];
  fs[name] = async (...words) => {
    await sleep(pause);
    return call(...words);
  };
}
syncBuiltinESMExports();
`;

/** An environment in which each read, write and removal of the agent takes so much longer. */
export async function slowDisk(lab: Lab, ms: number): Promise<NodeJS.ProcessEnv> {
  const module = join(lab.root, 'slow-disk.mjs');
  await writeFile(module, MODULE);
  return { ...preloading(module), SLOW_DISK_MS: String(ms) };
}
