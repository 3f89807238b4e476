import { createReadStream } from 'node:fs';
import type { CallOptions } from '@freezer/core';

const PIECE_BYTES = 64 * 1024;

/**
 * The complete lines of a file, in batches, each char one byte, without their ends. What follows the last line end is left out:
 * a program that was killed may have been writing it.
 */
export async function* readLineBatches(path: string, { signal }: CallOptions = {}): AsyncGenerator<string[], void, undefined> {
  let rest = '';
  const stream = createReadStream(path, { encoding: 'latin1', highWaterMark: PIECE_BYTES, ...(signal === undefined ? {} : { signal }) });
  for await (const piece of stream as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
}
