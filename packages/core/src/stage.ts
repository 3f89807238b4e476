import type { ByteStream, CallOptions } from './bytes.ts';

/** A child process in a chain. Neighbours that are programs share a descriptor: their bytes never pass through Node. */
export interface ProgramStage {
  readonly kind: 'program';
  /** For messages: 'tar', 'gzip'. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to a minimal environment (PATH, HOME, LC_ALL=C, TZ). */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure, to be judged by whoever made the stage. Default: 0. */
  readonly okExits?: readonly number[];
  /** Every line of stderr, each char one byte. Without it the last 8 KiB are kept for the message. */
  readonly onStderrLine?: (line: string) => void;
}

/** A step inside Node. Pulls one chunk at a time; the returned stream fails when the input does. */
export interface TransformStage {
  readonly kind: 'transform';
  readonly name: string;
  apply(body: ByteStream, options: CallOptions): ByteStream;
}

/** Bytes that begin inside Node: standard input, an image download. */
export interface OpenStage {
  readonly kind: 'open';
  readonly name: string;
  open(options: CallOptions): ByteStream;
}

/** Bytes that end inside Node: an image upload. Must take the whole of `body` before it resolves. */
export interface SinkStage {
  readonly kind: 'sink';
  readonly name: string;
  take(body: ByteStream, options: CallOptions): Promise<void>;
}

/** A step of the data of a backup, in the order in which the bytes flow. */
export type Stage = ProgramStage | TransformStage | OpenStage | SinkStage;

/** How a program of a chain ended. */
export interface ProgramExit {
  readonly name: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to stderr, unless `onStderrLine` took it. */
  readonly stderr: string;
}
