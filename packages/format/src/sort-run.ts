import type { FileHandle } from 'node:fs/promises';
import { FreezerError } from '@freezer/core';

/** What is sorted: `line` by the bytes of `key`. Every char of both is one byte. */
export interface SortRecord {
  readonly key: string;
  readonly line: string;
}

const BUFFER_BYTES = 256 * 1024;
/** Two lengths of 32 bits before the bytes of key and line. */
const HEAD_BYTES = 8;

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, from, bytes.length - from);
    from += bytesWritten;
  }
}

/** Writes sorted records at the beginning of an empty file. */
export async function writeRun(handle: FileHandle, batches: AsyncIterable<readonly SortRecord[]>): Promise<void> {
  let buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let used = 0;
  for await (const batch of batches) {
    for (const { key, line } of batch) {
      const size = HEAD_BYTES + key.length + line.length;
      if (used + size > buffer.length) {
        await writeAll(handle, buffer.subarray(0, used));
        used = 0;
        if (size > buffer.length) buffer = Buffer.allocUnsafe(size);
      }
      used = buffer.writeUInt32LE(key.length, used);
      used = buffer.writeUInt32LE(line.length, used);
      used += buffer.write(key, used, 'latin1');
      used += buffer.write(line, used, 'latin1');
    }
  }
  await writeAll(handle, buffer.subarray(0, used));
}

/** Reads a run from its beginning: `refill` once, then `record`, and `advance`, or `refill` when that says false. */
export class RunReader {
  record: SortRecord = { key: '', line: '' };
  readonly #handle: FileHandle;
  readonly #index: number;
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #from = 0;
  #end = 0;
  #position = 0;

  constructor(handle: FileHandle, index: number) {
    this.#handle = handle;
    this.#index = index;
  }

  before(other: RunReader): boolean {
    const left = this.record.key;
    const right = other.record.key;
    return left === right ? this.#index < other.#index : left < right;
  }

  /** Bytes of the record at `#from`, as far as that is known. */
  #needed(): number {
    if (this.#end - this.#from < HEAD_BYTES) return HEAD_BYTES;
    return HEAD_BYTES + this.#buffer.readUInt32LE(this.#from) + this.#buffer.readUInt32LE(this.#from + 4);
  }

  /** Takes the next record if it is in memory. */
  advance(): boolean {
    const size = this.#needed();
    if (this.#end - this.#from < size) return false;
    const keyAt = this.#from + HEAD_BYTES;
    const lineAt = keyAt + this.#buffer.readUInt32LE(this.#from);
    this.#from += size;
    this.record = { key: this.#buffer.toString('latin1', keyAt, lineAt), line: this.#buffer.toString('latin1', lineAt, this.#from) };
    return true;
  }

  /** Reads on and takes the next record; false at the end. */
  async refill(): Promise<boolean> {
    while (!this.advance()) {
      const needed = this.#needed();
      const rest = this.#buffer.subarray(this.#from, this.#end);
      const buffer = needed > this.#buffer.length ? Buffer.allocUnsafe(needed) : this.#buffer;
      this.#end = rest.copy(buffer);
      this.#from = 0;
      this.#buffer = buffer;
      const { bytesRead } = await this.#handle.read(buffer, this.#end, buffer.length - this.#end, this.#position);
      if (bytesRead === 0 && this.#end > 0) throw new FreezerError('unexpected', 'sort: a temporary file ended within a record');
      if (bytesRead === 0) return false;
      this.#position += bytesRead;
      this.#end += bytesRead;
    }
    return true;
  }
}
