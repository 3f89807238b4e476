import { randomBytes } from 'node:crypto';
import { FreezerError } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { GCM_CHUNK_BYTES, GCM_HEADER_BYTES, GCM_TAG_BYTES, type GcmContext, gcmDecryptStage, gcmEncryptStage } from './gcm-stream.ts';

const KEY = randomBytes(32);
const CONTEXT: GcmContext = { purpose: 'data', identity: '{"host":"alpha","level":0}' };
const SEALED_CHUNK = GCM_CHUNK_BYTES + GCM_TAG_BYTES;

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function seal(plain: Uint8Array, { size = 65536, context = CONTEXT }: { size?: number; context?: GcmContext } = {}): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of gcmEncryptStage(KEY, context).apply(inPieces(plain, size), {})) parts.push(chunk);
  return Buffer.concat(parts);
}

/** What was given before the end or the refusal. */
async function unseal(sealed: Uint8Array, { size = 65536, key = KEY, context = CONTEXT } = {}): Promise<{ plain: Buffer; refused: boolean; message: string }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const chunk of gcmDecryptStage(key, context).apply(inPieces(sealed, size), {})) parts.push(chunk);
    return { plain: Buffer.concat(parts), refused: false, message: '' };
  } catch (error) {
    return { plain: Buffer.concat(parts), refused: FreezerError.is(error, 'corrupt') || FreezerError.is(error, 'unsupported'), message: String(error) };
  }
}

const chunksFor = (size: number): number => Math.max(1, Math.ceil(size / GCM_CHUNK_BYTES));

test('any size around the border of a chunk comes back equal, cut anyhow', async () => {
  const text = randomBytes(2 * GCM_CHUNK_BYTES + 10);
  const sizes = fc.oneof(
    fc.constantFrom(0, 1, GCM_CHUNK_BYTES, 2 * GCM_CHUNK_BYTES),
    fc.integer({ min: -3, max: 3 }).map((delta) => GCM_CHUNK_BYTES + delta),
    fc.integer({ min: 0, max: 5000 }),
  );
  const pieces = fc.constantFrom(1000, 65_536, GCM_CHUNK_BYTES, GCM_CHUNK_BYTES + 1, 3_000_000);
  await fc.assert(
    fc.asyncProperty(sizes, pieces, pieces, async (size, first, second) => {
      const sealed = await seal(text.subarray(0, size), { size: first });
      expect(sealed).toHaveLength(size + GCM_HEADER_BYTES + chunksFor(size) * GCM_TAG_BYTES);
      const { plain, refused } = await unseal(sealed, { size: second });
      expect(refused).toBe(false);
      expect(plain.equals(text.subarray(0, size))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

describe('N34: a stream that was altered', () => {
  const text = randomBytes(2 * GCM_CHUNK_BYTES + 100);

  test('one flipped bit anywhere is refused before a byte of its chunk is given', async () => {
    const sealed = await seal(text);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.integer({ min: 0, max: GCM_HEADER_BYTES - 1 }),
          fc.integer({ min: 0, max: sealed.length - 1 }),
          fc.integer({ min: sealed.length - 120, max: sealed.length - 1 }),
        ),
        fc.integer({ min: 0, max: 7 }),
        async (at, bit) => {
          const altered = Buffer.from(sealed);
          altered[at] = (altered[at] ?? 0) ^ (1 << bit);
          const { plain, refused, message } = await unseal(altered);
          expect(refused).toBe(true);
          expect(message).toMatch(at === 7 ? /version/ : /wrong passphrase or altered/);
          const whole = at < GCM_HEADER_BYTES ? 0 : Math.floor((at - GCM_HEADER_BYTES) / SEALED_CHUNK);
          expect(plain.equals(text.subarray(0, whole * GCM_CHUNK_BYTES))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('cut off anywhere, at the border of a chunk too, is refused', async () => {
    const sealed = await seal(text);
    const border = fc.constantFrom(
      0,
      GCM_HEADER_BYTES,
      GCM_HEADER_BYTES + SEALED_CHUNK,
      GCM_HEADER_BYTES + 2 * SEALED_CHUNK,
      GCM_HEADER_BYTES + 2 * SEALED_CHUNK + GCM_TAG_BYTES,
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(border, fc.integer({ min: 0, max: sealed.length - 1 })), async (length) => {
        const { plain, refused } = await unseal(sealed.subarray(0, length));
        expect(refused).toBe(true);
        expect(plain.length).toBeLessThan(text.length);
      }),
      { numRuns: 25 },
    );
  });

  test('with something behind it, with chunks exchanged, left out or doubled is refused', async () => {
    const sealed = await seal(text);
    const [header, first, second, last] = [0, 1, 2, 3].map((index) =>
      index === 0
        ? sealed.subarray(0, GCM_HEADER_BYTES)
        : sealed.subarray(GCM_HEADER_BYTES + (index - 1) * SEALED_CHUNK, GCM_HEADER_BYTES + index * SEALED_CHUNK),
    );
    if (!header || !first || !second || !last) throw new Error('no chunks');
    const other = await seal(text);
    const altered = [
      [sealed, Buffer.from('x')],
      [sealed, last],
      [header, second, first, last],
      [header, second, last],
      [header, first, first, second, last],
      [header, last],
      [header, first, second],
      [header, other.subarray(GCM_HEADER_BYTES)],
    ];
    for (const parts of altered) expect((await unseal(Buffer.concat(parts))).refused).toBe(true);
  });

  test('with a border at the end of the text, an empty chunk behind it is refused', async () => {
    const sealed = await seal(text.subarray(0, GCM_CHUNK_BYTES));
    expect(sealed).toHaveLength(GCM_HEADER_BYTES + SEALED_CHUNK);
    expect((await unseal(Buffer.concat([sealed, Buffer.alloc(GCM_TAG_BYTES)]))).refused).toBe(true);
  });
});

test('another key, purpose or identity opens nothing, however the texts are split', async () => {
  const sealed = await seal(Buffer.from('text'), { context: { purpose: 'ab', identity: 'cd' } });
  for (const context of [
    { purpose: 'a', identity: 'bcd' },
    { purpose: 'abc', identity: 'd' },
    { purpose: 'ab', identity: 'ce' },
    { purpose: 'abcd', identity: '' },
  ]) {
    expect((await unseal(sealed, { context })).refused).toBe(true);
  }
  expect((await unseal(sealed, { key: randomBytes(32), context: { purpose: 'ab', identity: 'cd' } })).refused).toBe(true);
  expect((await unseal(sealed, { context: { purpose: 'ab', identity: 'cd' } })).plain.toString()).toBe('text');
});

test('an identity may be long', async () => {
  const context = { purpose: 'data', identity: 'x'.repeat(5000) };
  expect((await unseal(await seal(Buffer.from('text'), { context }), { context })).plain.toString()).toBe('text');
});

describe('N36: no nonce is used twice with one key', () => {
  test('two streams of one chain key and one text share nothing but the magic', async () => {
    const streams = await Promise.all(Array.from({ length: 200 }, () => seal(Buffer.alloc(64))));
    expect(new Set(streams.map((stream) => stream.subarray(8, GCM_HEADER_BYTES).toString('hex'))).size).toBe(200);
    expect(new Set(streams.map((stream) => stream.subarray(GCM_HEADER_BYTES, GCM_HEADER_BYTES + 64).toString('hex'))).size).toBe(200);
  });

  test('equal chunks of one stream differ', async () => {
    const sealed = await seal(Buffer.alloc(2 * GCM_CHUNK_BYTES));
    expect(
      sealed
        .subarray(GCM_HEADER_BYTES, GCM_HEADER_BYTES + 4096)
        .equals(sealed.subarray(GCM_HEADER_BYTES + SEALED_CHUNK, GCM_HEADER_BYTES + SEALED_CHUNK + 4096)),
    ).toBe(false);
  });

  test('a stage that is used twice draws anew', async () => {
    const stage = gcmEncryptStage(KEY, CONTEXT);
    const headerOf = async (): Promise<string> => {
      for await (const header of stage.apply(inPieces(Buffer.from('text'), 10), {})) return Buffer.from(header).toString('hex');
      return '';
    };
    expect(await headerOf()).not.toBe(await headerOf());
  });
});
