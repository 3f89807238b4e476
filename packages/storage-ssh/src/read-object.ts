import type { ByteRange, ByteStream } from '@freezer/core';
import { type Deed, failure, guarded, isStatus, STATUS } from './failure.ts';
import type { Handle, Session } from './session.ts';

/** One request. OpenSSH gives 255 KiB at once; of servers that give less, the rest is asked for again. */
const PIECE_BYTES = 131_072;
/** So many requests wait for their answers at most: 4 MiB. */
const PIECES_IN_FLIGHT = 32;
/** Doubled by each piece that had to be waited for: who reads slowly, as a limit of the rate makes it, has little asked for that is not taken yet. */
const FIRST_IN_FLIGHT = 2;

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
    for (let limit = FIRST_IN_FLIGHT; given < end; ) {
      for (; pieces.length < limit && asked < end; asked += PIECE_BYTES) pieces.push(askFor(session, handle, asked, Math.min(PIECE_BYTES, end - asked)));
      signal?.throwIfAborted();
      const next = pieces.shift();
      if (next?.isThere === false) limit = Math.min(PIECES_IN_FLIGHT, limit * 2);
      const piece = await guarded(deed, () => next?.answer ?? Promise.resolve(Buffer.alloc(0)), signal);
      const isCut = piece.length < Math.min(PIECE_BYTES, end - given);
      given += piece.length;
      if (piece.length > 0) yield piece;
      if (isCut) throw failure('corrupt', deed, `it ends at byte ${given} and had ${size} bytes when it was opened`);
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
  isThere: boolean;
}

/** Those that nobody waits for any more, after the reader left, fail unseen. */
function askFor(session: ReadingSession, handle: Handle, position: number, length: number): Asked {
  const asked: Asked = { answer: readPiece(session, handle, position, length), isThere: false };
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
