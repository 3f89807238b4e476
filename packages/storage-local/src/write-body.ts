import type { FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { ByteStream } from '@freezer/core';
import { type Deed, guarded } from './failure.ts';

/** Written at once at least, unless the body ends before; a pipe gives 64 KiB at a time. */
const GATHERED_BYTES = 1_048_576;
/** Linux takes 1024 pieces in one call. */
const GATHERED_CHUNKS = 512;

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let left = chunks;
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left);
    let whole = 0;
    while (whole < left.length && bytesWritten >= (left[whole]?.length ?? 0)) {
      bytesWritten -= left[whole]?.length ?? 0;
      whole += 1;
    }
    const cut = left[whole]?.subarray(bytesWritten);
    left = cut === undefined ? [] : [cut, ...left.slice(whole + 1)];
  }
}

/** How long an aborted body may take to let go; one that hangs is left behind. */
const LET_GO_MS = 1000;

/** Takes one chunk, or rejects as soon as `signal` says so, even when the body never answers. */
async function pull(iterator: AsyncIterator<Uint8Array>, signal: AbortSignal | undefined): Promise<IteratorResult<Uint8Array>> {
  signal?.throwIfAborted();
  if (!signal) return await iterator.next();
  const ending = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: ending.signal });
  });
  try {
    return await Promise.race([iterator.next(), aborted]);
  } finally {
    ending.abort();
  }
}

/** Tells a body that no more is wanted. What it throws then concerns nobody: the reason why it was stopped is already on its way. */
async function letGo(iterator: AsyncIterator<Uint8Array>): Promise<void> {
  const ending = new AbortController();
  const returned = Promise.resolve(iterator.return?.()).catch(() => undefined);
  const patience = wait(LET_GO_MS, undefined, { signal: ending.signal }).catch(() => undefined);
  await Promise.race([returned, patience]);
  ending.abort();
}

/**
 * Writes all of `body` and says how many bytes that were. Small chunks are gathered, none is copied.
 * What `body` throws is rethrown as it is; what the system reports becomes an error about `deed`.
 */
export async function writeBody(file: FileHandle, body: ByteStream, deed: Deed, signal: AbortSignal | undefined): Promise<number> {
  const iterator = body[Symbol.asyncIterator]();
  let ended = false;
  let size = 0;
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  try {
    for (;;) {
      const next = await pull(iterator, signal).catch((error: unknown) => {
        // A body that threw has ended; one that was aborted has not.
        ended = signal?.aborted !== true;
        throw error;
      });
      ended = next.done === true;
      if (!ended && next.value.length > 0) {
        chunks.push(next.value);
        gathered += next.value.length;
      }
      if (gathered > 0 && (ended || gathered >= GATHERED_BYTES || chunks.length >= GATHERED_CHUNKS)) {
        const full = chunks;
        await guarded(deed, () => writeAll(file, full));
        size += gathered;
        chunks = [];
        gathered = 0;
      }
      if (ended) return size;
    }
  } finally {
    if (!ended) await letGo(iterator);
  }
}
