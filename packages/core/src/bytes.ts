/**
 * A run of bytes, pulled one chunk at a time: backpressure is the shape itself.
 * A chunk is never reused by its producer. Single-use unless the maker says otherwise.
 */
export type ByteStream = AsyncIterable<Uint8Array>;

/** Common to every call that does input or output. */
export interface CallOptions {
  /** Aborting rejects with the signal's reason and leaves nothing half done visible. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A path exactly as the file system has it: a string in which every char is one byte (code 0 to 255).
 * Comparing two with `<` compares their bytes; a name that is no UTF-8 needs no special case.
 * `./`-less, `/`-separated, relative to the source; the source itself is `.`.
 */
export type BytePath = string;

/** The byte path of ordinary text. */
export const bytePathOf = (text: string): BytePath => Buffer.from(text, 'utf8').toString('latin1');

/** What to hand to `node:fs`. */
export const bytesOfPath = (path: BytePath): Buffer => Buffer.from(path, 'latin1');

/** For people: UTF-8 where it is UTF-8, and U+FFFD where it is not. */
export const displayPath = (path: BytePath): string => Buffer.from(path, 'latin1').toString('utf8');
