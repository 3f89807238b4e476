import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '@freezer/core';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { startOurs } from './harness/our-agent.ts';

const MIB = 1024 * 1024;
const LIMIT_BYTES = 128_000_000;
const POLL_MS = 5;
const BYTES = 300 * MIB;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** What the kernel says of the memory of a process; undefined once it has ended. */
async function peakOf(pid: number): Promise<number | undefined> {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** The sizes of all files below a folder. */
async function bytesBelow(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) sum += found.size;
  }
  return sum;
}

interface Peaks {
  readonly memory: number;
  /** In the state folder, where runs have their private files. */
  readonly spooled: number;
}

async function peaksWhile(action: string, options: readonly string[]): Promise<Peaks> {
  const { child, ended } = startOurs(lab, action, options);
  let [memory, spooled] = [0, 0];
  for (let found: number | undefined = 0; found !== undefined && child.exitCode === null && child.signalCode === null; ) {
    memory = Math.max(memory, found);
    spooled = Math.max(spooled, await bytesBelow(lab.state));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    found = await peakOf(child.pid ?? 0);
  }
  const { code, stderr } = await ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { memory, spooled };
}

it.each([
  ['as it is', ['--compression', 'none']],
  ['compressed and encrypted', ['--compression', 'gzip', '--encryption', 'aes-256-gcm']],
])(
  'a stream of 300 MiB needs no more memory than a small one, and lies nowhere else: %s',
  async (_name, options) => {
    const secret = options.includes('--encryption') ? ['--encrypt-pass-file', lab.passFile] : [];
    const made = await peaksWhile('backup', ['--stdin', 'zeros', '--stdin-command', `head -c ${BYTES} /dev/zero`, ...options, ...secret]);
    const target = lab.target();
    const back = await peaksWhile('restore', ['--restore-abs-path', target, ...secret]);
    expect((await stat(join(target, 'zeros'))).size).toBe(BYTES);
    for (const { memory, spooled } of [made, back]) {
      expect(memory).toBeGreaterThan(0);
      expect(memory).toBeLessThan(LIMIT_BYTES);
      expect(spooled).toBeLessThan(MIB);
    }
  },
  300_000,
);
