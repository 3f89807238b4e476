import { createReadStream, fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { isatty } from 'node:tty';
import type { StandardInput } from '@freezer/agent';
import { type ByteStream, type CallOptions, FreezerError, messageOf } from '@freezer/core';

const READ_BYTES = 256 * 1024;
const STDIN_FD = 0;

/** Node takes devices and folders for an input without bytes, which would be an empty backup. */
function openStdin(): Readable {
  const found = fstatSync(STDIN_FD);
  if (found.isFIFO() || found.isSocket()) return process.stdin;
  return createReadStream('', { fd: STDIN_FD, autoClose: false, highWaterMark: READ_BYTES });
}

class ProcessInput implements StandardInput {
  readonly isTerminal: boolean;
  readonly #open: () => Readable;
  #stream: Readable | undefined;

  constructor(isTerminal: boolean, open: () => Readable) {
    this.isTerminal = isTerminal;
    this.#open = open;
  }

  async *bytes({ signal }: CallOptions): ByteStream {
    signal?.throwIfAborted();
    const stream = this.#open();
    this.#stream = stream;
    const stop = (): void => this.close();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      for await (const chunk of stream) yield chunk;
    } catch (cause) {
      signal?.throwIfAborted();
      throw new FreezerError('unexpected', `standard input cannot be read: ${messageOf(cause)}`, { cause });
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    signal?.throwIfAborted();
  }

  close(): void {
    this.#stream?.destroy();
  }
}

/** Standard input of this process; it is opened when its bytes are pulled, because Node then holds the process open for it. */
export const processInput = (isTerminal: boolean = isatty(STDIN_FD), open: () => Readable = openStdin): StandardInput => new ProcessInput(isTerminal, open);
