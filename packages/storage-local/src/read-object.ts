import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import type { ByteRange, ByteStream } from '@freezer/core';
import { type Deed, failure, guarded, isSystemError, translated } from './failure.ts';

const CHUNK_BYTES = 1_048_576;

/** The bytes of one object, or of a range of it, from the moment of the first pull: a replacement made later is not seen. */
export async function* readObject(path: string, deed: Deed, range: ByteRange | undefined, signal: AbortSignal | undefined): ByteStream {
  signal?.throwIfAborted();
  const file = await openObject(path, deed);
  try {
    const { size } = await guarded(deed, () => file.stat());
    if (range && range.offset > size) throw failure('range_not_satisfied', deed, `it has ${size} bytes, and none at offset ${range.offset}`);
    let position = range?.offset ?? 0;
    const end = range ? Math.min(size, range.offset + range.length) : size;
    while (position < end) {
      signal?.throwIfAborted();
      const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - position));
      const { bytesRead } = await guarded(deed, () => file.read(chunk, 0, chunk.length, position));
      if (bytesRead === 0) throw failure('corrupt', deed, `it ends at byte ${position} and had ${size} bytes when it was opened`);
      position += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Opens a regular file, and nothing else: a FIFO would hold the process for ever. */
async function openObject(path: string, deed: Deed): Promise<FileHandle> {
  try {
    if ((await stat(path)).isFile()) return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw translated(error, deed);
  }
  throw failure('not_found', deed, 'no such object');
}
