import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, type ProgramStage } from '@freezer/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { joinStages } from './join-stages.ts';

// Needs tar, gzip, bzip2, xz, zstd, pigz and openssl: each complains in its own words when a neighbour dies.

const COMPRESSORS = ['gzip', 'bzip2', 'xz', 'zstd', 'pigz'];
const CIPHER = ['enc', '-aes-256-cfb', '-pass', 'pass:x'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'killed-'));
  await mkdir(join(folder, 'tree'));
  for (let index = 0; index < 12; index += 1) await writeFile(join(folder, 'tree', `file${index}`), randomBytes(1_000_000));
  for (const name of COMPRESSORS) {
    const archive = execFileSync('tar', ['-C', join(folder, 'tree'), '-c', '.'], { maxBuffer: 2 ** 28 });
    const packed = execFileSync(name, ['-c'], { input: archive, maxBuffer: 2 ** 28 });
    await writeFile(join(folder, name), execFileSync('openssl', CIPHER, { input: packed, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'ignore'] }));
  }
  // A backup is at work for some seconds: nobody is through before he is killed.
  await writeFile(join(folder, 'tree', 'zeros'), '');
  await truncate(join(folder, 'tree', 'zeros'), 4e9);
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

const program = (name: string, ...args: string[]): ProgramStage => ({ kind: 'program', name, command: name, args });

/** Holds back all but the beginning until somebody was killed, so that every program is at work then. */
async function* heldBack(bytes: Uint8Array, killed: Promise<void>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65536) {
    if (at === 16 * 65536) await killed;
    yield bytes.subarray(at, at + 65536);
  }
}

/** Kills the child of ours that runs the program, once it is there and has worked for a moment. */
async function kill(name: string): Promise<void> {
  for (;;) {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').trim().split(' ');
    const victim = children.find((pid) => pid !== '' && readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === name);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (victim !== undefined) return void process.kill(Number(victim), 'SIGKILL');
  }
}

describe.each(COMPRESSORS)('with %s', (compressor) => {
  test.each(['tar', compressor, 'openssl'])('a backup names %s', async (victim) => {
    const stages = [program('tar', '-C', join(folder, 'tree'), '-c', '.'), program(compressor, '-c'), program('openssl', ...CIPHER)];
    const joined = joinStages(stages, { storageAt: 'end' });
    const killed = kill(victim);
    // Nothing more is taken before: every program waits for the one behind it.
    const taken = (async () => {
      for await (const _chunk of joined.output) await killed;
    })().catch(messageOf);
    await killed;
    expect(await taken).toMatch(new RegExp(`^${victim} was killed by SIGKILL`));
    expect(await joined.exits).toHaveLength(3);
  });

  test.each(['tar', compressor, 'openssl'])('a restore names %s', async (victim) => {
    const target = await mkdtemp(join(folder, 'target-'));
    const stages = [program('openssl', ...CIPHER, '-d'), program(compressor, '-dc'), program('tar', '-C', target, '-x')];
    const bytes = await readFile(join(folder, compressor));
    const killed = kill(victim);
    const joined = joinStages(stages, { storageAt: 'start', input: heldBack(bytes, killed) });
    const done = joined.done.catch(messageOf);
    await killed;
    expect(await done).toMatch(new RegExp(`^${victim} was killed by SIGKILL`));
    expect(await joined.exits).toHaveLength(3);
  });
});
