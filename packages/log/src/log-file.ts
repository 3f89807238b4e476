import { closeSync, fstatSync, openSync, type Stats, statSync, writeSync } from 'node:fs';
import type { LogSink } from './log-record.ts';
import { isRotationDue, putAside, type Rotation } from './rotation.ts';

export interface LogFileRequest {
  readonly path: string;
  /** Begin with an empty file. */
  readonly truncate?: boolean;
  /** Open the file anew when it was moved away or removed. */
  readonly follow: boolean;
  readonly rotation?: Rotation | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const sameFile = (one: Stats, other: Stats | undefined): boolean => other !== undefined && one.ino === other.ino && one.dev === other.dev;

/** When the file was made, so that runs of a minute each come to the end of a day; the last change where the file system does not know. */
const begunAt = (stats: Stats): number => (stats.birthtimeMs > 0 && stats.birthtimeMs <= stats.mtimeMs ? stats.birthtimeMs : stats.mtimeMs);

/** Appends whole lines to a file that is made with 0600, at once and in one call each. */
export class LogFile implements LogSink {
  readonly #request: LogFileRequest;
  #descriptor: number | undefined;

  /** Fails as `node:fs` does when the file cannot be opened. */
  constructor(request: LogFileRequest) {
    this.#request = request;
    this.#descriptor = openSync(request.path, request.truncate ? 'w' : 'a', 0o600);
  }

  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    const { follow, rotation } = this.#request;
    if (follow || rotation) this.#keepUp();
    if (rotation) this.#rotate(rotation, bytes.length);
    writeSync(this.#open(), bytes);
  }

  async close(): Promise<void> {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    this.#descriptor ??= openSync(this.#request.path, 'a', 0o600);
    return this.#descriptor;
  }

  #reopen(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Another process may have put the file aside meanwhile: writing on would write into the old one. */
  #keepUp(): void {
    if (!sameFile(fstatSync(this.#open()), statSync(this.#request.path, { throwIfNoEntry: false }))) this.#reopen();
  }

  #rotate(rotation: Rotation, bytes: number): void {
    const stats = fstatSync(this.#open());
    const begun = begunAt(stats);
    if (!stats.isFile() || !isRotationDue(rotation, { size: stats.size, begun }, bytes, this.#request.now())) return;
    putAside(this.#request.path, rotation, begun);
    this.#reopen();
  }
}
