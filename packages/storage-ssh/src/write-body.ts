import { type ByteStream, pulled, rechunk } from '@freezer/core';
import { type Deed, failure, guarded, isLost, isStatus, STATUS, translated } from './failure.ts';
import { InFlight } from './in-flight.ts';
import type { Handle, Session } from './session.ts';

/** One request. OpenSSH takes 255 KiB at once; for servers that take less, ssh2 cuts it. */
const PIECE_BYTES = 131_072;
/** So many requests wait for their answers: 4 MiB, more than the window of a channel of OpenSSH (2 MiB). */
const PIECES_IN_FLIGHT = 32;

/** An open file on the server. */
export interface OpenFile {
  readonly session: Session;
  readonly handle: Handle;
  /** Where it lies, to ask for free space. */
  readonly folder: string;
}

/**
 * Writes all of `body` and says how many bytes that were. What `body` throws is rethrown as it is; what the server or the connection
 * reports becomes an error about `deed`, at once, also while the body has nothing to give.
 */
export async function writeBody({ session, handle, folder }: OpenFile, body: ByteStream, deed: Deed, signal: AbortSignal | undefined): Promise<number> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  const onLost = (): void => stop.abort(translated(session.lost.reason, deed));
  signal?.addEventListener('abort', onAbort, { once: true });
  session.lost.addEventListener('abort', onLost, { once: true });
  if (session.lost.aborted) onLost();
  const writes = new InFlight(PIECES_IN_FLIGHT, stop);
  let size = 0;
  try {
    for await (const piece of rechunk(pulled(body, stop.signal), PIECE_BYTES)) {
      const position = size;
      size += piece.length;
      await writes.start(async () => await writePiece({ session, handle, folder }, piece, position, deed));
    }
    await writes.drain();
    return size;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    session.lost.removeEventListener('abort', onLost);
  }
}

async function writePiece({ session, handle, folder }: OpenFile, piece: Uint8Array, position: number, deed: Deed): Promise<void> {
  try {
    await session.write(handle, piece, position);
  } catch (error) {
    throw await whyRefused(session, folder, error, deed);
  }
}

/** An SFTP server has one word, 'failure', for a full disk and for most of all else: the file system is asked. */
export async function whyRefused(session: Session, folder: string, error: unknown, deed: Deed): Promise<unknown> {
  if (isLost(error) || !isStatus(error, STATUS.failure)) return translated(error, deed);
  const isFull = await guarded(deed, () => session.isFull(folder)).catch(() => false);
  return isFull ? failure('no_space', deed, 'no space left on the server', error) : translated(error, deed);
}
