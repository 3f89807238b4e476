import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogRecord, LogSink } from './log-record.ts';

/** So many bytes may wait for a log service that is slow; memory must not grow with the log. */
const MOST_WAITING = 1 << 20;
const LAST_WORDS_MS = 5000;

export interface StreamSinkRequest {
  readonly stream: Writable;
  /** What the service wants before a line: its severity. */
  readonly prefix: (record: LogRecord) => string;
  /** Takes, without a line end, what the service does not. */
  readonly spill: (line: string) => void;
  /** Resolves when the service is gone, to why. */
  readonly gone: Promise<string>;
  /** For messages: `syslog`. */
  readonly name: string;
}

/** Sends lines to a service as it takes them. Lines that it cannot take go to `spill`, and the first time it is said why. */
export class StreamSink implements LogSink {
  readonly #request: StreamSinkRequest;
  #reason: string | undefined;
  #closing = false;

  constructor(request: StreamSinkRequest) {
    this.#request = request;
    // What became of the service is told by `gone`; without a listener an error of the stream would end the process.
    request.stream.on('error', () => this.#request.stream.destroy());
    void request.gone.then((reason) => this.#lose(reason));
  }

  write(line: string, record: LogRecord): void {
    const { stream, spill, prefix } = this.#request;
    if (this.#reason !== undefined || stream.destroyed || stream.writableLength > MOST_WAITING) spill(line);
    else stream.write(`${prefix(record)}${line}\n`);
  }

  async close(): Promise<void> {
    const { stream, gone } = this.#request;
    this.#closing = true;
    stream.end();
    const late = new AbortController();
    await Promise.race([gone, sleep(LAST_WORDS_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    stream.destroy();
  }

  #lose(reason: string): void {
    if (this.#reason === undefined && !this.#closing) this.#request.spill(`the log does not reach ${this.#request.name} any more: ${reason}`);
    this.#reason = reason;
  }
}
