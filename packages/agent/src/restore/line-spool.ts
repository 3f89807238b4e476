import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type CallOptions, FreezerError } from '@freezer/core';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

const FRAME_CHARS = 256 * 1024;
const HEAD_BYTES = 4;

/** Takes lines for a private file, compressed. Every char of a line is one byte; a line holds no line end. */
export class LineSpool {
  readonly #handle: FileHandle;
  #lines: string[] = [];
  #chars = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Makes the file (0600), or makes it anew, with the lines that `fill` adds. Resolves to its path. */
  static async write(path: string, fill: (spool: LineSpool) => Promise<void>): Promise<string> {
    const handle = await open(path, 'w', 0o600);
    try {
      const spool = new LineSpool(handle);
      await fill(spool);
      await spool.#flush();
    } finally {
      await handle.close();
    }
    return path;
  }

  async add(line: string): Promise<void> {
    this.#lines.push(line);
    this.#chars += line.length + 1;
    if (this.#chars >= FRAME_CHARS) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const frame = await pack(Buffer.from(this.#lines.join('\n'), 'latin1'), { level: 1 });
    this.#lines = [];
    this.#chars = 0;
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(frame.length);
    await this.#handle.writeFile(Buffer.concat([head, frame]));
  }
}

/** The lines of a spool that is written, in the order in which they were added. May be read several times, also at once. */
export async function* readSpool(path: string, { signal }: CallOptions = {}): AsyncGenerator<string> {
  const handle = await open(path, 'r');
  try {
    for (;;) {
      signal?.throwIfAborted();
      const head = await readExactly(handle, HEAD_BYTES);
      if (head === undefined) return;
      const frame = await readExactly(handle, head.readUInt32LE());
      if (frame === undefined) throw new FreezerError('corrupt', `restore: the work file ${path} is cut off`);
      yield* (await unpack(frame)).toString('latin1').split('\n');
    }
  } finally {
    await handle.close();
  }
}

/** Undefined at the end of the file. */
async function readExactly(handle: FileHandle, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafe(length);
  for (let from = 0; from < length; ) {
    const { bytesRead } = await handle.read(bytes, from, length - from);
    if (bytesRead === 0) return undefined;
    from += bytesRead;
  }
  return bytes;
}
