import { createHash, type Hash } from 'node:crypto';
import { type ByteStream, FreezerError } from '@freezer/core';

/** Bytes of `data` under one digest. A part of the format: not an option, and unrelated to the segment size of a storage. */
export const PIECE_BYTES = 4 * 1024 * 1024;

/** Bytes of one digest in the object `pieces` (SHA-256). */
export const DIGEST_BYTES = 32;

/** Bytes on their way, whose digests are known once they are through. */
export interface HashedPieces {
  /** The same chunks, not copied. Single-use. */
  readonly stream: ByteStream;
  /** The object `pieces`. Throws a `TypeError` before `stream` came to its end. */
  digests(): Buffer;
  /** Bytes that went through so far. */
  size(): number;
}

/** What is to be compared with what. */
export interface PiecesExpected {
  /** Size of the data in bytes, from the manifest. */
  readonly size: number;
  /** Name of the object, for messages and details: 'data'. */
  readonly object: string;
  /** How to name the level in a message: 'level 1 of 2026-11-21T12:00:00Z'. */
  readonly level: string;
}

/** `digest`: other bytes; `short`: the object ends within or before the piece; `long`: bytes beyond the end. */
export type DamageReason = 'digest' | 'short' | 'long';

/** A piece that is not what was stored. `offset` and `length` are bytes in the object, as they should be (for `long`: what is too much). */
export interface DamagedPiece {
  readonly piece: number;
  readonly offset: number;
  readonly length: number;
  readonly reason: DamageReason;
}

interface CutPiece {
  readonly index: number;
  readonly chunks: readonly Uint8Array[];
  readonly length: number;
  readonly digest: Buffer;
}

/** Passes bytes through and digests each 4 MiB of them. Empty data has no piece. */
export function hashPieces(body: ByteStream): HashedPieces {
  let buffer = Buffer.allocUnsafe(64 * DIGEST_BYTES);
  let used = 0;
  let size = 0;
  let ended = false;
  const keep = (digest: Buffer): void => {
    if (used === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    used += digest.copy(buffer, used);
  };
  async function* passThrough(): AsyncGenerator<Uint8Array> {
    let hash = createHash('sha256');
    for await (const chunk of body) {
      let from = 0;
      while (from < chunk.length) {
        const part = chunk.subarray(from, from + PIECE_BYTES - (size % PIECE_BYTES));
        hash.update(part);
        from += part.length;
        size += part.length;
        if (size % PIECE_BYTES === 0) {
          keep(hash.digest());
          hash = createHash('sha256');
        }
      }
      yield chunk;
    }
    if (size % PIECE_BYTES !== 0) keep(hash.digest());
    ended = true;
  }
  const digests = (): Buffer => {
    if (!ended) throw new TypeError('hashPieces: digests() was called before the stream came to its end');
    return Buffer.from(buffer.subarray(0, used));
  };
  return { stream: passThrough(), digests, size: () => size };
}

/** Holds at most one piece, and none when `hold` is false. */
async function* cutPieces(body: ByteStream, hold: boolean): AsyncGenerator<CutPiece> {
  let index = 0;
  let length = 0;
  let chunks: Uint8Array[] = [];
  let hash: Hash = createHash('sha256');
  for await (const chunk of body) {
    let from = 0;
    while (from < chunk.length) {
      const part = chunk.subarray(from, from + PIECE_BYTES - length);
      hash.update(part);
      if (hold) chunks.push(part);
      from += part.length;
      length += part.length;
      if (length < PIECE_BYTES) continue;
      yield { index, chunks, length, digest: hash.digest() };
      index += 1;
      length = 0;
      chunks = [];
      hash = createHash('sha256');
    }
  }
  if (length > 0) yield { index, chunks, length, digest: hash.digest() };
}

/** Bytes of a piece when the object has `size` bytes; 0 beyond its end. */
const lengthOfPiece = (piece: number, size: number): number => Math.max(0, Math.min(PIECE_BYTES, size - piece * PIECE_BYTES));

function checkCount(pieces: Uint8Array, expected: PiecesExpected): void {
  const needed = Math.ceil(expected.size / PIECE_BYTES) * DIGEST_BYTES;
  if (pieces.length === needed) return;
  throw new FreezerError('corrupt', `pieces of ${expected.level}: ${pieces.length} bytes, but ${expected.size} bytes of ${expected.object} need ${needed}`, {
    details: { object: 'pieces', size: pieces.length },
  });
}

function judge(cut: CutPiece, pieces: Uint8Array, size: number): DamagedPiece | undefined {
  const offset = cut.index * PIECE_BYTES;
  const length = lengthOfPiece(cut.index, size);
  if (cut.length > length) return { piece: cut.index, offset: offset + length, length: cut.length - length, reason: 'long' };
  if (cut.length < length) return { piece: cut.index, offset, length, reason: 'short' };
  const right = cut.digest.equals(pieces.subarray(cut.index * DIGEST_BYTES, (cut.index + 1) * DIGEST_BYTES));
  return right ? undefined : { piece: cut.index, offset, length, reason: 'digest' };
}

const WORDS: Readonly<Record<DamageReason, string>> = {
  digest: 'differ from what was stored',
  short: 'are missing or cut short',
  long: 'are beyond the end of what was stored',
};

function damageError(damage: DamagedPiece, { object, level }: PiecesExpected): FreezerError {
  const range = `bytes ${damage.offset} to ${damage.offset + damage.length - 1}`;
  return new FreezerError('corrupt', `${object} of ${level}: ${range} (piece ${damage.piece}) ${WORDS[damage.reason]}`, {
    details: { object, piece: damage.piece, offset: damage.offset },
  });
}

/** The piece in which a stream that ended after `count` pieces breaks off; undefined when it is whole. */
function missingPiece(count: number, size: number): DamagedPiece | undefined {
  const length = lengthOfPiece(count, size);
  return length === 0 ? undefined : { piece: count, offset: count * PIECE_BYTES, length, reason: 'short' };
}

/**
 * Yields the chunks of a piece only after its digest was found right; holds one piece (4 MiB).
 * Fails with `corrupt` (details: object, piece, offset) at the first piece that is other, too short or too much,
 * and at once when `pieces` itself has not the size that it must have.
 */
export async function* verifyPieces(body: ByteStream, pieces: Uint8Array, expected: PiecesExpected): AsyncGenerator<Uint8Array> {
  checkCount(pieces, expected);
  let count = 0;
  for await (const cut of cutPieces(body, true)) {
    const damage = judge(cut, pieces, expected.size);
    if (damage) throw damageError(damage, expected);
    count += 1;
    yield* cut.chunks;
  }
  const missing = missingPiece(count, expected.size);
  if (missing) throw damageError(missing, expected);
}

/**
 * Reads to the end and yields each damaged piece instead of failing; holds no bytes.
 * Of what lies beyond the end one piece is yielded per 4 MiB. Fails with `corrupt` when `pieces` itself has the wrong size.
 */
export async function* verifyPiecesReport(body: ByteStream, pieces: Uint8Array, expected: PiecesExpected): AsyncGenerator<DamagedPiece> {
  checkCount(pieces, expected);
  let count = 0;
  for await (const cut of cutPieces(body, false)) {
    const damage = judge(cut, pieces, expected.size);
    if (damage) yield damage;
    count += 1;
  }
  for (let missing = missingPiece(count, expected.size); missing; missing = missingPiece(count, expected.size)) {
    yield missing;
    count += 1;
  }
}
