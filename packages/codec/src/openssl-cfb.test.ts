import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FreezerError } from '@freezer/core';
import { findProgram } from '@freezer/subprocess';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type CfbDigest, cfbDecryptStage, cfbEncryptStage, detectCfbDigest } from './openssl-cfb.ts';
import { readPassFile } from './pass-file.ts';

const PASS = Buffer.from('correct horse battery');

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of body) parts.push(chunk);
  return Buffer.concat(parts);
}

const encrypt = (plain: Uint8Array, size = 65536): Promise<Buffer> => bytesOf(cfbEncryptStage(PASS).apply(inPieces(plain, size), {}));
const decrypt = (packed: Uint8Array, size = 65536, digest: CfbDigest = 'sha256'): Promise<Buffer> =>
  bytesOf(cfbDecryptStage(PASS, { digest }).apply(inPieces(packed, size), {}));

test('comes back equal in whatever pieces, 16 bytes longer, never twice the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), async (plain, first, second) => {
      const packed = await encrypt(plain, first);
      expect(packed).toHaveLength(plain.length + 16);
      expect((await decrypt(packed, second)).equals(plain)).toBe(true);
    }),
    { numRuns: 50 },
  );
  const stage = cfbEncryptStage(PASS);
  expect((await bytesOf(stage.apply(inPieces(PASS, 5), {}))).equals(await bytesOf(stage.apply(inPieces(PASS, 5), {})))).toBe(false);
});

test('a stream that is shorter than its header, or is not encrypted, is corrupt', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('Salted__1234567'), Buffer.alloc(100, 'tar')]) {
    const error = await decrypt(bytes, 5).catch((caught: unknown) => caught);
    expect(FreezerError.is(error, 'corrupt')).toBe(true);
  }
});

describe('the program openssl', () => {
  test.each([
    ['sha256', 'word of many letters\n'],
    ['md5', 'word of many letters\nsecond line\n'],
    ['sha256', 'no line end'],
    ['sha256', 'carriage return\r\n'],
  ] as const)('reads and writes the same, with %s and the pass file %j', async (digest, content) => {
    const openssl = await findProgram(['openssl']);
    if (openssl === undefined) return;
    const folder = mkdtempSync(join(tmpdir(), 'cfb-'));
    try {
      const file = join(folder, 'pass');
      writeFileSync(file, content);
      const { bytes } = await readPassFile(file);
      const plain = gzipSync(Buffer.alloc(100_000, 'tree'));
      const run = (input: Buffer, ...options: string[]): Buffer =>
        execFileSync(openssl, ['enc', '-aes-256-cfb', '-pass', `file:${file}`, ...options], { input, stdio: ['pipe', 'pipe', 'ignore'] });
      const theirs = run(plain, '-md', digest);
      expect((await bytesOf(cfbDecryptStage(bytes, { digest }).apply(inPieces(theirs, 777), {}))).equals(plain)).toBe(true);
      expect(detectCfbDigest(theirs.subarray(0, 64), bytes, undefined)).toEqual({ digest, compression: 'gzip' });
      expect(detectCfbDigest(theirs.subarray(0, 64), bytes, 'xz')).toBeUndefined();
      expect(detectCfbDigest(theirs.subarray(0, 64), Buffer.from('another'), undefined)).toBeUndefined();
      const ours = await bytesOf(cfbEncryptStage(bytes).apply(inPieces(plain, 777), {}));
      expect(run(ours, '-d').equals(plain)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
