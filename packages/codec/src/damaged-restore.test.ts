import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, messageOf, type ProgramStage } from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { compressStage, decompressStage } from './compression.ts';
import { gcmDecryptStage, gcmEncryptStage } from './gcm-stream.ts';

const KEY = randomBytes(32);
const CONTEXT = { purpose: 'data', identity: 'alpha_tree/0' };
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-'));
  await mkdir(join(folder, 'tree'));
  await mkdir(join(folder, 'target'));
  for (let index = 0; index < 30; index += 1) await writeFile(join(folder, 'tree', `file${index}`), randomBytes(100_000));
});
afterEach(() => rm(folder, { recursive: true }));

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65536) yield bytes.subarray(at, at + 65536);
}

/** Compressed and sealed, as a backup does it. */
async function backup(): Promise<Buffer> {
  const tar: ProgramStage = { kind: 'program', name: 'tar', command: 'tar', args: ['-C', join(folder, 'tree'), '-c', '.'] };
  const parts: Uint8Array[] = [];
  for await (const chunk of joinStages([tar, ...(await compressStage('gzip', { cores: 2 })), gcmEncryptStage(KEY, CONTEXT)], { storageAt: 'end' }).output)
    parts.push(chunk);
  return Buffer.concat(parts);
}

async function restore(input: AsyncIterable<Uint8Array>): Promise<void> {
  const args = ['-C', join(folder, 'target'), '--index-file', join(folder, 'names'), '-xv'];
  const tar: ProgramStage = { kind: 'program', name: 'tar', command: 'tar', args };
  await joinStages([gcmDecryptStage(KEY, CONTEXT), ...(await decompressStage('gzip')), tar], { input, storageAt: 'start' }).done;
}

test('a whole set comes back', async () => {
  await restore(inPieces(await backup()));
  expect(execFileSync('diff', ['-r', join(folder, 'tree'), join(folder, 'target')]).toString()).toBe('');
});

test('N34: a flipped bit in the second chunk is told as such, and tar has written its list of what it made', async () => {
  const sealed = await backup();
  sealed[1_500_000] = (sealed[1_500_000] ?? 0) ^ 4;
  const error = await restore(inPieces(sealed)).catch((caught: unknown) => caught);
  expect(FreezerError.is(error, 'corrupt')).toBe(true);
  expect(messageOf(error)).toBe('data: wrong passphrase or altered data: chunk 1 is not authentic');
  const names = (await readFile(join(folder, 'names'), 'latin1')).split('\n').filter((name) => name.startsWith('./file'));
  expect(names.map((name) => name.slice(2)).toSorted()).toEqual((await readdir(join(folder, 'target'))).toSorted());
  expect(names.length).toBeGreaterThan(3);
  expect(names.length).toBeLessThan(20);
});

test('the failure of the storage is told, not what tar and gunzip made of it', async () => {
  const sealed = await backup();
  const broken = (async function* () {
    yield* inPieces(sealed.subarray(0, 2_000_000));
    throw new FreezerError('unavailable', 'get data: connection lost');
  })();
  await expect(restore(broken)).rejects.toThrow('get data: connection lost');
});
