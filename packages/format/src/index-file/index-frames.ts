import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { type ByteStream, FreezerError, messageOf, systemCodeOf } from '@freezer/core';

/** The longest line that is written or read, in bytes. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Bytes of lines that are gathered into one gzip member. */
const FRAME_BYTES = 1024 * 1024;
/** Two thirds of the default's CPU for a file that is a twentieth larger. */
const GZIP_LEVEL = 4;

const compress = promisify<Buffer, { level: number }, Buffer>(gzip);

/** Gathers lines (each char one byte, no line ends) into gzip members of about 1 MiB of text. */
export async function* frameLines(batches: AsyncIterable<readonly string[]>): ByteStream & AsyncGenerator<Uint8Array> {
  let lines: string[] = [];
  let size = 0;
  for await (const batch of batches) {
    for (const line of batch) {
      if (line.length > MAX_LINE_BYTES) throw new FreezerError('too_large', `index: a line of ${line.length} bytes; at most ${MAX_LINE_BYTES} are allowed`);
      lines.push(line);
      size += line.length + 1;
      if (size < FRAME_BYTES) continue;
      yield await frameOf(lines);
      lines = [];
      size = 0;
    }
  }
  if (lines.length > 0) yield await frameOf(lines);
}

const frameOf = (lines: readonly string[]): Promise<Buffer> => compress(Buffer.from(`${lines.join('\n')}\n`, 'latin1'), { level: GZIP_LEVEL });

/** What `body` failed with comes through as it is; only the words of zlib become `corrupt`. */
async function* gunzipped(body: ByteStream): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // The loop below sees every failure; a callback is needed so that nobody else does.
  pipeline(Readable.from(body, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    if (!systemCodeOf(error)?.startsWith('Z_')) throw error;
    throw new FreezerError('corrupt', `index: cannot be decompressed (${messageOf(error)})`, { cause: error, details: { object: 'index' } });
  }
}

/** The lines of an index, in batches, each char one byte. Fails with `corrupt`; holds one line and one chunk. */
export async function* linesOfFrames(body: ByteStream): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of gunzipped(body)) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_BYTES)
      throw new FreezerError('corrupt', `index: a line is longer than ${MAX_LINE_BYTES} bytes`, { details: { object: 'index' } });
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') throw new FreezerError('corrupt', 'index: is cut off within a line', { details: { object: 'index' } });
}
