import { createHash } from 'node:crypto';
import { FreezerError } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { type DamagedPiece, hashPieces, PIECE_BYTES, verifyPieces, verifyPiecesReport } from './pieces.ts';

const LEVEL = 'level 0 of 2026-11-21T12:00:00Z';

/** Bytes that differ from piece to piece. */
const bytesOf = (size: number): Buffer => Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 12)) & 255));

async function* inChunks(bytes: Uint8Array, size = 1_000_003): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function gather(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const expectedOf = (size: number) => ({ size, object: 'data', level: LEVEL });

async function piecesOf(bytes: Uint8Array): Promise<Buffer> {
  const hashed = hashPieces(inChunks(bytes));
  await gather(hashed.stream);
  return hashed.digests();
}

async function reportOf(bytes: Uint8Array, pieces: Uint8Array, size: number): Promise<DamagedPiece[]> {
  const found: DamagedPiece[] = [];
  for await (const damage of verifyPiecesReport(inChunks(bytes), pieces, expectedOf(size))) found.push(damage);
  return found;
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('hashPieces', () => {
  it.each([0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES])(
    'gives one SHA-256 per 4 MiB of %d bytes and passes the chunks through',
    async (size) => {
      const bytes = bytesOf(size);
      const hashed = hashPieces(inChunks(bytes));
      expect((await gather(hashed.stream)).equals(bytes)).toBe(true);
      const expected: Buffer[] = [];
      for (let from = 0; from < size; from += PIECE_BYTES)
        expected.push(
          createHash('sha256')
            .update(bytes.subarray(from, from + PIECE_BYTES))
            .digest(),
        );
      expect(hashed.digests().equals(Buffer.concat(expected))).toBe(true);
      expect(hashed.size()).toBe(size);
    },
  );

  it('does not copy chunks', async () => {
    const chunk = bytesOf(10);
    for await (const passed of hashPieces(inChunks(chunk)).stream) expect(passed.buffer).toBe(chunk.buffer);
  });

  it('keeps every digest of many pieces', async () => {
    const piece = bytesOf(PIECE_BYTES);
    async function* many(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 70; count += 1) yield piece;
    }
    const hashed = hashPieces(many());
    for await (const chunk of hashed.stream) expect(chunk).toHaveLength(PIECE_BYTES);
    const digest = createHash('sha256').update(piece).digest();
    expect(hashed.digests().equals(Buffer.concat(Array.from({ length: 70 }, () => digest)))).toBe(true);
  });

  it('has no digests before the end', () => {
    expect(() => hashPieces(inChunks(bytesOf(1))).digests()).toThrow(TypeError);
  });
});

describe('verifyPieces', () => {
  const size = 2 * PIECE_BYTES + 5;
  const bytes = bytesOf(size);

  it.each([0, 5, PIECE_BYTES, size])('yields %d right bytes', async (length) => {
    const part = bytes.subarray(0, length);
    expect((await gather(verifyPieces(inChunks(part), await piecesOf(part), expectedOf(length)))).equals(part)).toBe(true);
  });

  it('yields nothing of a damaged piece, and what is before it', async () => {
    const damaged = Buffer.from(bytes);
    damaged[PIECE_BYTES + 9] = (damaged[PIECE_BYTES + 9] ?? 0) ^ 1;
    const pieces = await piecesOf(bytes);
    let seen = 0;
    const error = await failureOf(
      (async () => {
        for await (const chunk of verifyPieces(inChunks(damaged), pieces, expectedOf(size))) seen += chunk.length;
      })(),
    );
    expect(seen).toBe(PIECE_BYTES);
    expect(error).toMatchObject({ code: 'corrupt', details: { object: 'data', piece: 1, offset: PIECE_BYTES } });
    expect(error).toMatchObject({ message: `data of ${LEVEL}: bytes ${PIECE_BYTES} to ${2 * PIECE_BYTES - 1} (piece 1) differ from what was stored` });
  });

  it.each([
    ['one byte short', size - 1, 2],
    ['cut at the end of a piece', PIECE_BYTES, 1],
    ['empty', 0, 0],
  ])('refuses data that is %s', async (_name, length, piece) => {
    const error = await failureOf(gather(verifyPieces(inChunks(bytes.subarray(0, length)), await piecesOf(bytes), expectedOf(size))));
    expect(error).toMatchObject({ code: 'corrupt', details: { object: 'data', piece, offset: piece * PIECE_BYTES } });
  });

  it.each([
    ['within the last piece', size],
    ['after a full last piece', 2 * PIECE_BYTES],
    ['of empty data', 0],
  ])('refuses bytes beyond the end %s', async (_name, length) => {
    const pieces = await piecesOf(bytes.subarray(0, length));
    const error = await failureOf(gather(verifyPieces(inChunks(Buffer.concat([bytes.subarray(0, length), Buffer.from('x')])), pieces, expectedOf(length))));
    expect(error).toMatchObject({ code: 'corrupt', details: { object: 'data', offset: length } });
  });

  it('refuses pieces of the wrong size before it reads any data', async () => {
    const untouched = (async function* (): AsyncGenerator<Uint8Array> {
      yield* [];
      throw new TypeError('was read');
    })();
    const error = await failureOf(gather(verifyPieces(untouched, Buffer.alloc(31), expectedOf(1))));
    expect(FreezerError.is(error, 'corrupt')).toBe(true);
    expect(error).toMatchObject({ details: { object: 'pieces' } });
  });

  it('lets an error of the storage through', async () => {
    const pieces = await piecesOf(bytes);
    const failing = (async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 10);
      throw new FreezerError('unavailable', 'get data: the connection broke');
    })();
    expect(await failureOf(gather(verifyPieces(failing, pieces, expectedOf(size))))).toMatchObject({ code: 'unavailable' });
  });
});

describe('verifyPiecesReport', () => {
  const size = 3 * PIECE_BYTES - 1;
  const bytes = bytesOf(size);

  it('has nothing to say of right bytes', async () => {
    expect(await reportOf(bytes, await piecesOf(bytes), size)).toEqual([]);
  });

  it('names every damaged piece', async () => {
    const damaged = Buffer.from(bytes);
    damaged[0] = (damaged[0] ?? 0) ^ 1;
    damaged[size - 1] = (damaged[size - 1] ?? 0) ^ 128;
    expect(await reportOf(damaged, await piecesOf(bytes), size)).toEqual([
      { piece: 0, offset: 0, length: PIECE_BYTES, reason: 'digest' },
      { piece: 2, offset: 2 * PIECE_BYTES, length: PIECE_BYTES - 1, reason: 'digest' },
    ]);
  });

  it('names each piece that is cut off or missing', async () => {
    expect(await reportOf(bytes.subarray(0, 7), await piecesOf(bytes), size)).toEqual([
      { piece: 0, offset: 0, length: PIECE_BYTES, reason: 'short' },
      { piece: 1, offset: PIECE_BYTES, length: PIECE_BYTES, reason: 'short' },
      { piece: 2, offset: 2 * PIECE_BYTES, length: PIECE_BYTES - 1, reason: 'short' },
    ]);
  });

  it('names what lies beyond the end', async () => {
    const pieces = await piecesOf(bytes);
    expect(await reportOf(Buffer.concat([bytes, Buffer.from('abc')]), pieces, size)).toEqual([
      { piece: 2, offset: size, length: 1, reason: 'long' },
      { piece: 3, offset: 3 * PIECE_BYTES, length: 2, reason: 'long' },
    ]);
  });
});
