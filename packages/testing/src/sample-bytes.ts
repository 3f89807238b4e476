import { createHash } from 'node:crypto';
import type { ByteStream } from '@freezer/core';
import { createSeededRandom } from './tree/seeded-random.ts';

const CHUNK_BYTES = 65_536;

/** Bytes of any length whose every 64 KiB differ, so that a part that is lost, doubled or exchanged is seen. Never held as a whole. */
export function sampleBytes(size: number, seed = 1): ByteStream {
  const base = createSeededRandom(seed).bytes(CHUNK_BYTES);
  return {
    async *[Symbol.asyncIterator]() {
      for (let start = 0; start < size; start += CHUNK_BYTES) {
        const chunk = Buffer.from(base.subarray(0, Math.min(CHUNK_BYTES, size - start)));
        if (chunk.length >= 6) chunk.writeUIntLE(start, 0, 6);
        yield chunk;
      }
    },
  };
}

/** Length and SHA-256 of a stream, read to its end. */
export async function fingerprint(stream: ByteStream): Promise<string> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return `${size} bytes ${hash.digest('hex')}`;
}

/** All of a small stream. */
export async function readAll(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A stream of one text. */
export const textBody = (text: string): ByteStream => ({
  async *[Symbol.asyncIterator]() {
    if (text !== '') yield Buffer.from(text);
  },
});
