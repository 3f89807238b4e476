import { type ByteStream, FreezerError } from '@freezer/core';

/** Takes a stream apart into runs of bytes of known length. Holds one chunk. */
export class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = Buffer.alloc(0);
  #at = 0;

  constructor(body: ByteStream) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** Exactly `length` bytes; undefined when the stream ends before the first of them. Fails with `corrupt` when it ends in between. */
  async take(length: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    for await (const part of this.#parts(length, true)) parts.push(part);
    return parts.length === 0 && length > 0 ? undefined : Buffer.concat(parts);
  }

  /** The next `length` bytes as they come. Fails with `corrupt` when the stream ends before. */
  pass(length: number): AsyncGenerator<Uint8Array> {
    return this.#parts(length, false);
  }

  /** Throws them away. */
  async skip(length: number): Promise<void> {
    for await (const part of this.#parts(length, false)) void part;
  }

  async *#parts(length: number, mayEnd: boolean): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (this.#at === this.#chunk.length && !(await this.#pull())) {
        if (mayEnd && left === length) return;
        throw new FreezerError('corrupt', 'tar: the archive is cut off');
      }
      const part = this.#chunk.subarray(this.#at, this.#at + left);
      this.#at += part.length;
      left -= part.length;
      yield part;
    }
  }

  async #pull(): Promise<boolean> {
    const step = await this.#chunks.next();
    if (step.done === true) return false;
    this.#chunk = step.value;
    this.#at = 0;
    return true;
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
