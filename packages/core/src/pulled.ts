import { setTimeout as wait } from 'node:timers/promises';
import { abortable } from './abortable.ts';
import type { ByteStream } from './bytes.ts';

/** How long a body that was stopped may take to let go; one that hangs is left behind. */
const LET_GO_MS = 1000;

/** Tells a body that no more is wanted. What it throws then concerns nobody: the reason why it was stopped is already on its way. */
async function letGo(iterator: AsyncIterator<Uint8Array>): Promise<void> {
  const ending = new AbortController();
  const returned = Promise.resolve(iterator.return?.()).catch(() => undefined);
  const patience = wait(LET_GO_MS, undefined, { signal: ending.signal }).catch(() => undefined);
  await Promise.race([returned, patience]);
  ending.abort();
}

/** The chunks of a body; rejects as soon as `signal` says so, even when the body never answers. */
export async function* pulled(body: ByteStream, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = body[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await abortable(iterator.next(), signal).catch((error: unknown) => {
        // A body that threw has ended; one that was stopped has not.
        ended = !signal.aborted;
        throw error;
      });
      if (next.done === true) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    if (!ended) await letGo(iterator);
  }
}
