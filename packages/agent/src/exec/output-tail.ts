const KEPT_BYTES = 64 * 1024;

/** The end of what programs wrote, on standard output and standard error as it came. */
export class OutputTail {
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #total = 0;

  add(chunk: Uint8Array): void {
    this.#total += chunk.length;
    this.#kept.push(Buffer.from(chunk.length > KEPT_BYTES ? chunk.subarray(chunk.length - KEPT_BYTES) : chunk));
    this.#keptBytes += this.#kept.at(-1)?.length ?? 0;
    // Joined now and then, so that a program that writes byte by byte does not fill the memory with the wrappings.
    if (this.#keptBytes > 2 * KEPT_BYTES || this.#kept.length > 1024) this.#join();
  }

  #join(): void {
    const all = Buffer.concat(this.#kept);
    this.#kept = [all.subarray(Math.max(0, all.length - KEPT_BYTES))];
    this.#keptBytes = this.#kept[0]?.length ?? 0;
  }

  /** The last 64 KiB at most; what is no UTF-8 becomes the replacement character. */
  text(): string {
    this.#join();
    return (this.#kept[0] ?? Buffer.alloc(0)).toString('utf8');
  }

  /** Bytes written in all. */
  get total(): number {
    return this.#total;
  }

  get isCut(): boolean {
    return this.#total > KEPT_BYTES;
  }
}
