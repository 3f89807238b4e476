import { createCipheriv } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '@freezer/core';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { startOurs } from './harness/our-agent.ts';

const MIB = 1024 * 1024;
const LIMIT_BYTES = 128_000_000;
/** Garbage that was not collected yet. What grew with the data would be twelve times as much and more. */
const MARGIN_BYTES = 32 * MIB;
const POLL_MS = 5;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** Bytes that no compressor makes smaller, always the same ones, so that all of them pass through every step. */
async function writeNoise(file: FileHandle, mebibytes: number): Promise<void> {
  const noise = createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), Buffer.alloc(16));
  const zeros = Buffer.alloc(MIB);
  for (let count = 0; count < mebibytes; count += 1) await file.writeFile(noise.update(zeros));
}

async function makeSource(mebibytes: number): Promise<void> {
  await using file = await open(join(lab.source, 'noise'), 'w');
  await writeNoise(file, mebibytes);
}

/** The most memory that a process had resident so far, in bytes; undefined once it has ended. The kernel keeps it, so only what comes after the last look is missed. */
async function peakOf(pid: number): Promise<number | undefined> {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** Runs our agent, which must succeed; resolves to the peak of the Node process alone, in bytes. */
async function peakWhile(action: string, options: readonly string[]): Promise<number> {
  const { child, ended } = startOurs(lab, action, options);
  let peak = 0;
  for (let found: number | undefined = 0; found !== undefined && child.exitCode === null && child.signalCode === null; ) {
    peak = Math.max(peak, found);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    found = await peakOf(child.pid ?? 0);
  }
  const { code, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return peak;
}

/** Peaks of a backup and of a restore, and nothing left of either. */
async function peaks(mebibytes: number, options: readonly string[]): Promise<{ readonly backup: number; readonly restore: number }> {
  await makeSource(mebibytes);
  const secret = ['--encrypt-pass-file', lab.passFile];
  const backup = await peakWhile('backup', ['-F', lab.source, '--nosync', ...options, ...secret]);
  const target = lab.target();
  const restore = await peakWhile('restore', ['--restore-abs-path', target, ...secret]);
  for (const folder of [target, join(lab.store, 'data'), join(lab.store, 'metadata')]) await rm(folder, { recursive: true });
  await rm(lab.state, { recursive: true });
  return { backup, restore };
}

it.each([
  ['gzip, OpenSSL format', ['--compression', 'gzip']],
  ['zstd, GCM', ['--compression', 'zstd', '--encryption', 'aes-256-gcm']],
])(
  'the memory of Node is the same for 256 MiB and 1 GiB: %s',
  async (_name, options) => {
    const small = await peaks(256, options);
    const large = await peaks(1024, options);
    for (const peak of [small.backup, small.restore, large.backup, large.restore]) expect(peak).toBeLessThan(LIMIT_BYTES);
    expect(large.backup - small.backup).toBeLessThan(MARGIN_BYTES);
    expect(large.restore - small.restore).toBeLessThan(MARGIN_BYTES);
  },
  900_000,
);

/** A thousand folders, each with as many small files. */
function makeFiles(each: number): void {
  for (let folder = 0; folder < 1000; folder += 1) {
    const path = join(lab.source, `folder ${folder}`);
    mkdirSync(path);
    for (let file = 0; file < each; file += 1) writeFileSync(join(path, `file ${file}`), `${folder} ${file}`);
  }
}

it('the memory of Node stays as small for 100 000 files', async () => {
  makeFiles(100);
  const secret = ['--encrypt-pass-file', lab.passFile];
  const backup = ['-F', lab.source, '--nosync', '--incremental', '--compression', 'zstd', ...secret];
  expect(await peakWhile('backup', backup)).toBeLessThan(LIMIT_BYTES);
  await lab.tick();
  expect(await peakWhile('backup', backup)).toBeLessThan(LIMIT_BYTES);
  expect(await peakWhile('restore', ['--restore-abs-path', lab.target(), ...secret])).toBeLessThan(LIMIT_BYTES);
}, 900_000);
