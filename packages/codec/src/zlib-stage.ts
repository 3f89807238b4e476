import type { Transform } from 'node:stream';
import { type ByteStream, FreezerError, messageOf, systemCodeOf, type TransformStage } from '@freezer/core';

/** Output of zlib comes in pieces of this size: larger ones save turns of the event loop. */
export const ZLIB_CHUNK_BYTES = 256 * 1024;

/**
 * A stage around one of node:zlib's streams. Damaged, empty or truncated data is `corrupt`, naming the stage; so are bytes that follow the
 * end, unless they are zeros (tapes and block devices pad with them). The whole of the body is read.
 */
export function zlibStage(name: string, create: () => ZlibStream): TransformStage {
  return { kind: 'transform', name, apply: (body, { signal }) => throughZlib(name, create(), body, signal) };
}

/** What node:zlib makes. */
export interface ZlibStream extends Transform {
  /** How many bytes the engine has taken so far; what follows the end of the data is not taken. */
  readonly bytesWritten: number;
}

async function* throughZlib(name: string, zlib: ZlibStream, body: ByteStream, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = body[Symbol.asyncIterator]();
  const abort = (): void => {
    zlib.destroy();
  };
  signal?.addEventListener('abort', abort, { once: true });
  let whole = false;
  const fed = feed(name, zlib, iterator);
  fed.catch((error: Error) => zlib.destroy(error));
  try {
    signal?.throwIfAborted();
    for await (const chunk of zlib) yield chunk;
    await fed;
    whole = true;
  } catch (error) {
    signal?.throwIfAborted();
    throw systemCodeOf(error)?.startsWith('Z_') === true
      ? new FreezerError('corrupt', `${name}: the data is damaged or cut off: ${messageOf(error)}`, { cause: error })
      : error;
  } finally {
    signal?.removeEventListener('abort', abort);
    zlib.destroy();
    // Not awaited: a pull may be under way, and the failure must be told before it is through.
    if (!whole) iterator.return?.().then(undefined, () => undefined);
  }
}

async function feed(name: string, zlib: ZlibStream, iterator: AsyncIterator<Uint8Array>): Promise<void> {
  let ended = false;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) break;
    const taken = ended ? 0 : await write(zlib, next.value);
    if (taken === next.value.length) continue;
    if (next.value.subarray(taken).some((byte) => byte !== 0)) throw new FreezerError('corrupt', `${name}: something follows the end of the data`);
    if (!ended) zlib.end();
    ended = true;
  }
  if (!ended) zlib.end();
}

/** Resolves, once the chunk is worked off, to how much of it the engine took. */
function write(zlib: ZlibStream, chunk: Uint8Array): Promise<number> {
  const before = zlib.bytesWritten;
  return new Promise((resolve, reject) => {
    zlib.write(chunk, (error) => {
      if (error) reject(error);
      else resolve(zlib.bytesWritten - before);
    });
  });
}
