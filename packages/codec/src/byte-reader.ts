import type { ByteStream } from '@freezer/core';

/** Cuts a stream into pieces of given sizes, whatever the sizes in which it comes. */
export class ByteReader {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private pending: Uint8Array = new Uint8Array(0);
  private ended = false;

  constructor(body: ByteStream) {
    this.iterator = body[Symbol.asyncIterator]();
  }

  /** Fills `room`, or as much of it as there are bytes; returns the part that was filled. */
  async takeInto(room: Buffer): Promise<Buffer> {
    let filled = 0;
    while (filled < room.length && (await this.fill())) {
      const part = this.pending.subarray(0, room.length - filled);
      room.set(part, filled);
      filled += part.length;
      this.pending = this.pending.subarray(part.length);
    }
    return room.subarray(0, filled);
  }

  /** What is at hand, in the size in which it came; undefined at the end. */
  async takeSome(): Promise<Uint8Array | undefined> {
    if (!(await this.fill())) return undefined;
    const piece = this.pending;
    this.pending = new Uint8Array(0);
    return piece;
  }

  async isAtEnd(): Promise<boolean> {
    return !(await this.fill());
  }

  /** Lets go of the stream when it was not read to its end. */
  async release(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.iterator.return?.();
  }

  private async fill(): Promise<boolean> {
    while (this.pending.length === 0 && !this.ended) {
      const next = await this.iterator.next();
      if (next.done === true) this.ended = true;
      else this.pending = next.value;
    }
    return this.pending.length > 0;
  }
}
