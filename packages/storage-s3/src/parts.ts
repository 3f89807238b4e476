import type { ByteStream } from '@freezer/core';

/** A server takes no more parts of one object. */
export const PARTS_MAX = 10_000;
/** After so many parts their size is doubled: a stream whose length nobody knows has to fit. */
const PARTS_OF_A_SIZE = 2500;

/** The size of a part, counted from 1: the first `PARTS_OF_A_SIZE` have `partBytes`. */
export const sizeOfPart = (number: number, partBytes: number): number => partBytes * 2 ** Math.floor((number - 1) / PARTS_OF_A_SIZE);

/** Cuts a stream into parts. The last one is smaller, or as large as the others; only a stream of nothing gives an empty one. */
export async function* partsOf(body: ByteStream, partBytes: number): AsyncGenerator<Buffer, void, undefined> {
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  let number = 1;
  for await (const chunk of body) {
    for (let rest = chunk; rest.length > 0; ) {
      const limit = sizeOfPart(number, partBytes);
      // A part is given when more follows: whether it is the last one is known then.
      if (gathered === limit) {
        yield Buffer.concat(chunks);
        [chunks, gathered, number] = [[], 0, number + 1];
        continue;
      }
      const piece = rest.subarray(0, limit - gathered);
      chunks.push(piece);
      gathered += piece.length;
      rest = rest.subarray(piece.length);
    }
  }
  yield Buffer.concat(chunks);
}
