import type { ByteStream, CallOptions } from '@freezer/core';

/** Standard input of the process. Nothing of it is read before `bytes` is pulled. */
export interface StandardInput {
  readonly isTerminal: boolean;
  /** Single-use. An abort ends it, also while nothing comes. */
  bytes(options: CallOptions): ByteStream;
  /** Lets go whoever writes into it. Idempotent. */
  close(): void;
}
