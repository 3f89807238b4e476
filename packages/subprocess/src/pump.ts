import type { Writable } from 'node:stream';
import type { ByteStream } from '@freezer/core';
import { settleLater } from './later.ts';

/** Bytes on their way into a program. */
export interface Pump {
  /**
   * How it went, once nothing more is written: undefined when all was taken, the program stopped reading, or `stop` was called;
   * else what `input` failed with. Never rejects.
   */
  readonly failure: Promise<{ readonly error: unknown } | undefined>;
  /** Takes no more of `input`, and gives the program a plain end of file after what was already handed over. Idempotent. */
  stop(): void;
}

/**
 * Writes `input` to the standard input of a program, pulling only as fast as the program reads.
 * A program that stops reading is no failure here: its exit says why. Whatever happens, `input` is released and stdin is closed.
 */
export function pumpInto(stdin: Writable, input: ByteStream): Pump {
  const iterator = input[Symbol.asyncIterator]();
  let open = true;
  const failure = settleLater<{ readonly error: unknown } | undefined>();
  const close = (failed?: { readonly error: unknown }): void => {
    if (!open) return;
    open = false;
    stdin.end();
    failure.resolve(failed);
  };
  const release = (): void => {
    if (!open) return;
    close();
    // A pull may be under way, for hours if it is one from a network; nobody may wait for it here.
    iterator.return?.().then(undefined, () => undefined);
  };
  stdin.once('close', release);

  const run = async (): Promise<void> => {
    while (open) {
      const next = await iterator.next();
      if (next.done === true) return close();
      if (open && !stdin.write(next.value)) await drained(stdin);
    }
  };
  run().catch((error: unknown) => close({ error }));
  return { failure: failure.promise, stop: release };
}

function drained(stdin: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stdin.destroyed) return resolve();
    const done = (): void => {
      stdin.off('drain', done);
      stdin.off('close', done);
      resolve();
    };
    stdin.once('drain', done);
    stdin.once('close', done);
  });
}
