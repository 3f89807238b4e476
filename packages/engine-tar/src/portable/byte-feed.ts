import type { ByteStream } from '@freezer/core';

/** Bytes taken from a stream in the sizes that the reader wants. Holds one chunk. */
export class ByteFeed {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(stream: ByteStream) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The next bytes, at most `length` of them; undefined at the end. */
  async some(length: number): Promise<Uint8Array | undefined> {
    while (this.#at >= this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#chunk = next.value;
      this.#at = 0;
    }
    const part = this.#chunk.subarray(this.#at, this.#at + length);
    this.#at += part.length;
    return part;
  }

  /** Exactly `length` bytes, or fewer where the stream ends. */
  async take(length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    const first = (await this.some(length)) ?? new Uint8Array(0);
    if (first.length === length) return Buffer.from(first.buffer, first.byteOffset, length);
    const parts = [first];
    let got = first.length;
    while (got < length) {
      const part = await this.some(length - got);
      if (part === undefined) break;
      parts.push(part);
      got += part.length;
    }
    return Buffer.concat(parts, got);
  }

  /** Tells the stream that no more is wanted. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
