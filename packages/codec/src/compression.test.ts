import { FreezerError, type Stage } from '@freezer/core';
import { COMPRESSIONS, type Compression } from '@freezer/models';
import { findProgram, joinStages } from '@freezer/subprocess';
import { describe, expect, test } from '@jest/globals';
import { compressStage, decompressStage } from './compression.ts';
import { detectCompression } from './detect-compression.ts';

const NOWHERE = { PATH: '/no/such/folder' };
const PLAIN = Buffer.concat(Array.from({ length: 40 }, (_, index) => Buffer.alloc(10_000, `line ${index}\n`)));

async function through(stages: readonly Stage[], ...chunks: readonly Uint8Array[]): Promise<Buffer> {
  const input = (async function* () {
    yield* chunks;
  })();
  const parts: Uint8Array[] = [];
  for await (const chunk of joinStages(stages, { input, storageAt: 'end' }).output) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Whether this machine can do it: bzip2, xz and zstd need their programs. */
async function isPossible(algorithm: Compression): Promise<boolean> {
  return ['none', 'gzip'].includes(algorithm) || (await findProgram([algorithm])) !== undefined;
}

describe.each(COMPRESSIONS)('%s', (algorithm) => {
  test.each([1, 2])('comes back equal, with %d cores', async (cores) => {
    if (!(await isPossible(algorithm))) {
      await expect(compressStage(algorithm, { environment: NOWHERE })).rejects.toThrow(/is not installed/);
      return;
    }
    const packed = await through(await compressStage(algorithm, { cores }), PLAIN);
    if (algorithm !== 'none') expect(detectCompression(packed)).toBe(algorithm);
    expect(packed.length < PLAIN.length).toBe(algorithm !== 'none');
    expect((await through(await decompressStage(algorithm), packed)).equals(PLAIN)).toBe(true);
    expect(await through(await decompressStage(algorithm), await through(await compressStage(algorithm, { cores })))).toHaveLength(0);
  });
});

test('gzip with two cores is pigz when there is one, and this process otherwise', async () => {
  expect((await compressStage('gzip', { cores: 2, environment: NOWHERE })).map(({ kind, name }) => [kind, name])).toEqual([['transform', 'gzip']]);
  expect((await compressStage('gzip', { cores: 1 })).map(({ kind }) => kind)).toEqual(['transform']);
  if ((await findProgram(['pigz'])) === undefined) return;
  expect((await compressStage('gzip', { cores: 2 })).map(({ kind, name }) => [kind, name])).toEqual([['program', 'pigz']]);
});

test.each([
  ['bzip2', 'bzip2'],
  ['xz', 'xz-utils'],
] as const)('%s without its program is unsupported, and names the package %s', async (algorithm, packageName) => {
  for (const attempt of [compressStage(algorithm, { environment: NOWHERE }), decompressStage(algorithm, { environment: NOWHERE })]) {
    const error = await attempt.catch((caught: unknown) => caught);
    expect(FreezerError.is(error, 'unsupported')).toBe(true);
    expect(String(error)).toContain(packageName);
  }
});

test('a damaged set fails in the program that unpacks it', async () => {
  if ((await findProgram(['xz'])) === undefined) return;
  const packed = await through(await compressStage('xz'), PLAIN);
  await expect(through(await decompressStage('xz'), packed.subarray(0, -10))).rejects.toThrow(/^xz ended with 1: /);
});
