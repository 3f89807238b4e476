import { displayPath, FreezerError } from '@freezer/core';
import type { ByteFeed } from './byte-feed.ts';

const CHUNK_BYTES = 1024 * 1024;

/** The data of one entry of an archive, to be read once and in order. */
export class MemberData {
  readonly bytes: number;
  readonly #feed: ByteFeed;
  readonly #name: string;
  #left: number;
  #padding: number;

  constructor(feed: ByteFeed, { bytes, padding, name }: { readonly bytes: number; readonly padding: number; readonly name: string }) {
    if (bytes < 0) throw new FreezerError('corrupt', 'tar: the map of a sparse file is longer than the entry');
    this.#feed = feed;
    this.#name = name;
    this.#left = bytes;
    this.#padding = padding;
    this.bytes = bytes;
  }

  /** What is left of it. Fails with `corrupt` when the archive ends before. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.#left > 0) {
      const chunk = await this.#some(this.#left);
      this.#left -= chunk.length;
      yield chunk;
    }
  }

  /** At most `length` bytes, at least one while there are any. */
  async some(length: number): Promise<Uint8Array> {
    const chunk = await this.#some(Math.min(length, this.#left));
    this.#left -= chunk.length;
    return chunk;
  }

  /** Passes over what was not read. */
  async skip(): Promise<void> {
    while (this.#left > 0) this.#left -= (await this.#some(this.#left)).length;
    while (this.#padding > 0) this.#padding -= (await this.#some(this.#padding)).length;
  }

  async #some(length: number): Promise<Uint8Array> {
    const chunk = await this.#feed.some(Math.min(length, CHUNK_BYTES));
    if (chunk === undefined) throw new FreezerError('corrupt', `tar: the archive ends within '${displayPath(this.#name)}'`);
    return chunk;
  }
}
