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

/**
 * Takes chunks one by one, and rejects as soon as `signal` says so, even when the body never answers. One listener serves all chunks:
 * one for each, with a controller to take it off again, cost 0.1 s of CPU in a backup of 100 MB.
 */
class AbortablePull {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.#reject?.(this.#signal?.reason);
  #reject: ((reason: unknown) => void) | undefined;

  constructor(iterator: AsyncIterator<Uint8Array>, signal: AbortSignal | undefined) {
    this.#iterator = iterator;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return new Promise((resolve, reject) => {
      this.#signal?.throwIfAborted();
      this.#reject = reject;
      this.#iterator.next().then(resolve, reject);
    });
  }

  /** No more is taken. */
  release(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
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
  const pull = new AbortablePull(iterator, signal);
  let ended = false;
  let size = 0;
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  try {
    for (;;) {
      const next = await pull.next().catch((error: unknown) => {
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
    pull.release();
    if (!ended) await letGo(iterator);
  }
}
