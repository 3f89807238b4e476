import type { ByteRange, ByteStream } from '@freezer/core';
import { type Deed, failure, guarded, isStatus, STATUS } from './failure.ts';
import type { Handle, Session } from './session.ts';

/** One request: the most that ssh2 asks OpenSSH for at once. Of servers that give less, the rest is asked for again. */
const PIECE_BYTES = 260_096;
/** So much is asked for and not taken at most: the window of a channel of ssh2. */
const AHEAD_BYTES = 8 * PIECE_BYTES;
/** Doubled by each piece that had to be waited for: who reads slowly, as a limit of the rate makes it, has little asked for that is not taken yet. */
const FIRST_AHEAD_BYTES = 65_536;
/** What is ahead of a slow reader is asked for in pieces that are as much smaller. */
const LEAST_PIECES_AHEAD = 4;

/** What reading needs of a connection. */
export type ReadingSession = Pick<Session, 'stat' | 'open' | 'fstat' | 'read' | 'close' | 'lost'>;

/** The bytes of one object, or of a range of it, from the moment of the first pull: a replacement made later is not seen. */
export async function* readObject(
  session: ReadingSession,
  path: string,
  deed: Deed,
  options: { readonly range?: ByteRange | undefined; readonly signal?: AbortSignal | undefined },
): ByteStream {
  const { range, signal } = options;
  const handle = await guarded(deed, () => openObject(session, path, deed), signal);
  const pieces: Asked[] = [];
  try {
    const { size } = await guarded(deed, () => session.fstat(handle), signal);
    if (range && range.offset > size) throw failure('range_not_satisfied', deed, `it has ${size} bytes, and none at offset ${range.offset}`);
    const end = range ? Math.min(size, range.offset + range.length) : size;
    let asked = range?.offset ?? 0;
    let given = asked;
    for (let ahead = FIRST_AHEAD_BYTES; given < end; ) {
      while (asked < end && asked - given < ahead) {
        const length = Math.min(PIECE_BYTES, ahead / LEAST_PIECES_AHEAD, end - asked);
        pieces.push(askFor(session, handle, asked, length));
        asked += length;
      }
      signal?.throwIfAborted();
      const next = pieces.shift();
      if (next === undefined) return;
      if (!next.isThere) ahead = Math.min(AHEAD_BYTES, ahead * 2);
      const piece = await guarded(deed, () => next.answer, signal);
      given += piece.length;
      if (piece.length > 0) yield piece;
      if (piece.length < next.length) throw failure('corrupt', deed, `it ends at byte ${given} and had ${size} bytes when it was opened`);
    }
  } finally {
    if (!session.lost.aborted) session.close(handle).catch(() => undefined);
  }
}

/** Opens a regular file, and nothing else: a FIFO would hold the server for ever. */
async function openObject(session: ReadingSession, path: string, deed: Deed): Promise<Handle> {
  try {
    if ((await session.stat(path)).isFile()) return await session.open(path, 'r');
  } catch (error) {
    if (!isStatus(error, STATUS.absent)) throw error;
  }
  throw failure('not_found', deed, 'no such object');
}

/** A piece that was asked for. */
interface Asked {
  readonly answer: Promise<Buffer>;
  readonly length: number;
  isThere: boolean;
}

/** Those that nobody waits for any more, after the reader left, fail unseen. */
function askFor(session: ReadingSession, handle: Handle, position: number, length: number): Asked {
  const asked: Asked = { answer: readPiece(session, handle, position, length), length, isThere: false };
  asked.answer.then(
    () => (asked.isThere = true),
    () => undefined,
  );
  return asked;
}

/** All bytes from `position` on; less only where the file ends. */
async function readPiece(session: ReadingSession, handle: Handle, position: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const read = await session.read(handle, piece, filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return piece.subarray(0, filled);
}
