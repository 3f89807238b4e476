import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';

/** Standard output, one chunk at a time. Once its reader is gone (`| head`, a terminal that was closed), what comes is dropped. */
export interface StandardOutput {
  write(chunk: string | Uint8Array): Promise<void>;
  /** Whether the reader is gone. */
  readonly closed: boolean;
}

const failed = (cause: unknown): FreezerError => new FreezerError('unavailable', `standard output: ${messageOf(cause)}`, { cause });

/** Its `write` fails with `unavailable` when the output cannot be written, on a full disk. */
export function openStandardOutput(stream: NodeJS.WritableStream): StandardOutput {
  let closed = false;
  const takeError = (error: unknown): boolean => {
    const code = systemCodeOf(error);
    // Of a file EIO is a disk that fails.
    if (code === 'EPIPE' || (code === 'EIO' && 'isTTY' in stream && stream.isTTY === true)) closed = true;
    return closed;
  };
  stream.on('error', takeError);
  return {
    get closed() {
      return closed;
    },
    write: (chunk) =>
      closed
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            stream.write(chunk, (error) => (error && !takeError(error) ? reject(failed(error)) : resolve()));
          }),
  };
}
