/** Keeps the last bytes of a stream. */
export class ByteTail {
  readonly #most: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
    while (this.#length - (this.#chunks[0]?.byteLength ?? 0) >= this.#most) this.#length -= this.#chunks.shift()?.byteLength ?? 0;
  }

  /** Begins at a line where something was dropped, and is valid UTF-8. */
  text(): string {
    const bytes = Buffer.concat(this.#chunks);
    if (bytes.length <= this.#most) return bytes.toString('utf8');
    const kept = bytes.subarray(bytes.length - this.#most);
    const line = kept.indexOf(0x0a);
    return kept.subarray(line >= 0 && line < kept.length - 1 ? line + 1 : 0).toString('utf8');
  }
}

/** Keeps the first bytes of a stream, and knows whether there were more. */
export class ByteHead {
  readonly #most: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Uint8Array): void {
    if (this.#length <= this.#most) this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
  }

  /** Undefined: there was more than is kept, so it is no document any more. */
  text(): string | undefined {
    return this.#length > this.#most ? undefined : Buffer.concat(this.#chunks).toString('utf8');
  }
}
