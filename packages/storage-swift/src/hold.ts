import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, messageOf } from '@freezer/core';

const BLOCK = 1024 * 1024;
/** What is handed to a socket at once. */
const SLICE = 256 * 1024;

/** Keeps the bytes of a segment until the server has them. */
export interface Hold {
  readonly length: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Some of the bytes from `offset` on. */
  read(offset: number): Promise<Uint8Array>;
  release(): Promise<void>;
}

/** Blocks of memory that segments use one after the other, so that no garbage gathers. */
export class BlockPool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
  }

  giveBack(blocks: readonly Buffer[]): void {
    this.#free.push(...blocks);
  }
}

export class MemoryHold implements Hold {
  readonly #pool: BlockPool;
  readonly #blocks: Buffer[] = [];
  length = 0;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; ) {
      const filled = this.length % BLOCK;
      if (filled === 0) this.#blocks.push(this.#pool.take());
      const part = bytes.subarray(start, start + BLOCK - filled);
      this.#blocks.at(-1)?.set(part, filled);
      this.length += part.length;
      start += part.length;
    }
  }

  async read(offset: number): Promise<Uint8Array> {
    const block = this.#blocks[Math.floor(offset / BLOCK)] ?? Buffer.alloc(0);
    const from = offset % BLOCK;
    return block.subarray(from, Math.min(from + SLICE, BLOCK, from + this.length - offset));
  }

  async release(): Promise<void> {
    this.length = 0;
    this.#pool.giveBack(this.#blocks.splice(0));
  }
}

/** A file that nobody else can open: its name is gone before anything is written. */
export class FileHold implements Hold {
  readonly #folder: string;
  readonly #name: string;
  #file: FileHandle | undefined;
  length = 0;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  async append(bytes: Uint8Array): Promise<void> {
    try {
      this.#file ??= await this.#open();
      for (let start = 0; start < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, start, bytes.length - start, this.length);
        start += bytesWritten;
        this.length += bytesWritten;
      }
    } catch (error) {
      throw new FreezerError('unavailable', `swift storage: a segment cannot be kept in ${this.#folder}: ${messageOf(error)}`, {
        cause: error,
        retryable: false,
      });
    }
  }

  async read(offset: number): Promise<Uint8Array> {
    const slice = Buffer.allocUnsafeSlow(Math.min(SLICE, this.length - offset));
    const { bytesRead } = (await this.#file?.read(slice, 0, slice.length, offset)) ?? { bytesRead: 0 };
    return slice.subarray(0, bytesRead);
  }

  async release(): Promise<void> {
    this.length = 0;
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #open(): Promise<FileHandle> {
    const path = join(this.#folder, this.#name);
    const file = await open(path, 'wx+', 0o600);
    await rm(path);
    return file;
  }
}
