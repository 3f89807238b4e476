import type { ByteStream, CallOptions } from './bytes.ts';
import { FreezerError } from './errors.ts';
import type { RateLimit } from './rate-limit.ts';

/** A stream of these bytes. May be read any number of times. */
export const once = (bytes: Uint8Array): ByteStream => ({
  async *[Symbol.asyncIterator]() {
    if (bytes.length > 0) yield bytes;
  },
});

/** All bytes of a stream that is known to be small. Fails with `too_large` beyond `maxBytes`; `what` names it in the message. */
export async function collect(stream: ByteStream, options: { readonly maxBytes: number; readonly what?: string } & CallOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    options.signal?.throwIfAborted();
    bytes += chunk.length;
    if (bytes > options.maxBytes)
      throw new FreezerError('too_large', `${options.what ?? 'stream'}: holds more than the ${options.maxBytes} bytes that are allowed`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** The same bytes; `onBytes` is told the size of each chunk before it is passed on. */
export async function* counted(stream: ByteStream, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** The same bytes, no faster than `limit`. Chunks above a tenth of a second's worth are passed on in slices. */
export async function* throttled(stream: ByteStream, limit: RateLimit, options: CallOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) {
    if (limit.bytesPerSecond === Number.POSITIVE_INFINITY) {
      yield chunk;
      continue;
    }
    for (let start = 0; start < chunk.length; ) {
      const slice = Math.min(chunk.length - start, Math.max(1024, Math.floor(limit.bytesPerSecond / 10)));
      await limit.take(slice, options);
      yield chunk.subarray(start, start + slice);
      start += slice;
    }
  }
}

/** The same bytes in chunks of exactly `chunkBytes`, the last one shorter. Copies only what lies across a border. */
export async function* rechunk(stream: ByteStream, chunkBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  if (!(Number.isSafeInteger(chunkBytes) && chunkBytes > 0)) throw new TypeError(`rechunk: ${chunkBytes} is no chunk size`);
  let parts: Uint8Array[] = [];
  let gathered = 0;
  for await (const chunk of stream) {
    for (let start = 0; start < chunk.length; ) {
      const part = chunk.subarray(start, start + chunkBytes - gathered);
      parts.push(part);
      gathered += part.length;
      start += part.length;
      if (gathered < chunkBytes) continue;
      yield parts.length === 1 ? part : Buffer.concat(parts, gathered);
      parts = [];
      gathered = 0;
    }
  }
  if (gathered > 0) yield Buffer.concat(parts, gathered);
}
