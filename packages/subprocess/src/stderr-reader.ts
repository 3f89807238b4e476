const TAIL_BYTES = 8 * 1024;
const MAX_LINE_BYTES = 64 * 1024;
/** The last is openssl's, which does not say why. A program whose output is a descriptor of ours has no other reason. */
const BROKEN_PIPE = /broken pipe|connection reset by peer|\bEPIPE\b|\bECONNRESET\b|error writing output file/i;
/** GNU tar ends with one of these; the line before says why. */
const SAYS_NOTHING = /Error is not recoverable|Exiting with failure status due to previous errors|^\s*$/;

/** Takes stderr apart into lines, each char one byte. Memory is bounded: a line beyond 64 KiB is handed over in pieces. */
export class StderrReader {
  /** The last 8 KiB, empty when there is a listener. */
  tail = '';
  /** The last line that says something. */
  lastLine = '';
  /** Whether it complained that nobody read what it wrote. */
  brokenPipe = false;
  private rest = '';
  private readonly onLine: ((line: string) => void) | undefined;

  constructor(onLine: ((line: string) => void) | undefined) {
    this.onLine = onLine;
  }

  push(chunk: Buffer): void {
    const text = chunk.toString('latin1');
    if (this.onLine === undefined) this.tail = (this.tail + text).slice(-TAIL_BYTES);
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.take(line);
    if (this.rest.length > MAX_LINE_BYTES) this.end();
  }

  /** A last line may lack its line end. */
  end(): void {
    const line = this.rest;
    this.rest = '';
    if (line !== '') this.take(line);
  }

  private take(line: string): void {
    if (!SAYS_NOTHING.test(line)) this.lastLine = line.slice(-MAX_LINE_BYTES);
    if (BROKEN_PIPE.test(line)) this.brokenPipe = true;
    this.onLine?.(line);
  }
}
