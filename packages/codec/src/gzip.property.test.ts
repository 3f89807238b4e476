import { gunzipSync, gzipSync } from 'node:zlib';
import { FreezerError } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { gunzipStage, gzipStage } from './gzip.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function gunzip(bytes: Uint8Array, size = 65536): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of gunzipStage().apply(inPieces(bytes, size), {})) parts.push(chunk);
  return Buffer.concat(parts);
}

const isRefused = (bytes: Uint8Array, size?: number): Promise<boolean> =>
  gunzip(bytes, size).then(
    () => false,
    (error: unknown) => FreezerError.is(error, 'corrupt'),
  );

describe('gunzip', () => {
  test('takes any number of members, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 50 }), async (members, size) => {
        const packed = Buffer.concat(members.map((member) => gzipSync(member)));
        expect((await gunzip(packed, size)).equals(Buffer.concat(members))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('refuses data that ends anywhere before its end', async () => {
    const packed = gzipSync(Buffer.from('some text that is packed'));
    for (let length = 0; length < packed.length; length += 1) expect(await isRefused(packed.subarray(0, length), 7)).toBe(true);
  });

  test('ignores zeros behind the end, in the same piece and in others, and refuses everything else there', async () => {
    const packed = gzipSync(Buffer.from('text'));
    for (const size of [1, 10, 65536]) {
      expect((await gunzip(Buffer.concat([packed, Buffer.alloc(200_000)]), size === 1 ? 1000 : size)).toString()).toBe('text');
      expect(await isRefused(Buffer.concat([packed, Buffer.from('garbage')]), size)).toBe(true);
      expect(await isRefused(Buffer.concat([packed, Buffer.alloc(30), Buffer.from('garbage')]), size)).toBe(true);
      expect(await isRefused(Buffer.concat([packed, Buffer.alloc(30), packed]), size)).toBe(true);
    }
  });

  test('refuses a flipped byte and what is no gzip', async () => {
    const packed = Buffer.from(gzipSync(Buffer.alloc(1000, 'abcdefgh')));
    packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 1;
    expect(await isRefused(packed)).toBe(true);
    expect(await isRefused(Buffer.from('plain text'))).toBe(true);
  });

  test('passes on the failure of its input as it is, and releases it when it is left early', async () => {
    const failing = (async function* () {
      yield gzipSync(Buffer.alloc(100_000));
      throw new Error('piece 2 is damaged');
    })();
    const take = async (): Promise<void> => {
      for await (const chunk of gunzipStage().apply(failing, {})) expect(chunk.length).toBeGreaterThan(0);
    };
    await expect(take()).rejects.toThrow('piece 2 is damaged');
    let released = false;
    const endless = (async function* () {
      try {
        for (;;) yield gzipSync(Buffer.alloc(1_000_000));
      } finally {
        released = true;
      }
    })();
    for await (const _chunk of gunzipStage().apply(endless, {})) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(released).toBe(true);
  });

  test('ends with the reason of an abort', async () => {
    const controller = new AbortController();
    const endless = (async function* () {
      for (;;) yield gzipSync(Buffer.alloc(1_000_000));
    })();
    const take = async (): Promise<void> => {
      for await (const _chunk of gunzipStage().apply(endless, { signal: controller.signal })) controller.abort(new Error('enough'));
    };
    await expect(take()).rejects.toThrow('enough');
  });
});

test('gzip writes what others read', async () => {
  const plain = Buffer.alloc(700_000, 'freezer');
  const parts: Uint8Array[] = [];
  for await (const chunk of gzipStage().apply(inPieces(plain, 30_000), {})) parts.push(chunk);
  expect(gunzipSync(Buffer.concat(parts)).equals(plain)).toBe(true);
});
