/** A terminal that can draw a line anew. */
export interface Terminal {
  /** Its width now. */
  readonly columns: () => number;
  /** Fails when the terminal is gone. */
  readonly write: (text: string) => void;
}

const ANEW = '\r\u001b[K';

/** The last line of a terminal, which is drawn anew again and again; everything else that is written there stands above it. */
export class StatusLine {
  readonly #terminal: Terminal;
  #shown = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** How long a text may be: a line that fills the last column would go on in the next row. */
  get columns(): number {
    return Math.max(0, this.#terminal.columns() - 1);
  }

  /** Draws the line, unless it stands there already. `text` is one line of printable text. */
  show(text: string): void {
    if (text === this.#shown) return;
    this.#terminal.write(`\r${text}\u001b[K`);
    this.#shown = text;
  }

  /** Takes the line away. Never fails: where the terminal is gone, so is the line. */
  clear(): void {
    if (this.#shown === '') return;
    this.#shown = '';
    try {
      this.#terminal.write(ANEW);
    } catch {
      return;
    }
  }

  /** Writes ended lines in its place; the next `show` draws it below them. */
  print(lines: string): void {
    this.#terminal.write(this.#shown === '' ? lines : `${ANEW}${lines}`);
    this.#shown = '';
  }
}
