import { FreezerError } from '@freezer/core';

const BLANK = /\s/;
/** Inside double quotes a backslash is itself before anything else. */
const ESCAPED_IN_DOUBLE = /["\\$`\n]/;

/** Takes a text apart as a shell takes it apart into words, without any of a shell's expansions. */
class Splitter {
  readonly #text: string;
  readonly #programs: string[][] = [[]];
  #word: string | undefined;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  split(): readonly (readonly string[])[] {
    while (this.#at < this.#text.length) this.#take(this.#next());
    this.#endWord();
    if (this.#programs.some((words) => words.length === 0)) throw new FreezerError('invalid', '--command: a program is missing before or behind a |');
    return this.#programs;
  }

  #take(char: string): void {
    if (BLANK.test(char)) this.#endWord();
    else if (char === '|') this.#endProgram();
    else if (char === "'") this.#append(this.#upTo("'"));
    else if (char === '"') this.#append(this.#doubleQuoted());
    else if (char === '\\') this.#append(this.#escaped());
    else this.#append(char);
  }

  #next(): string {
    const char = this.#text.charAt(this.#at);
    this.#at += 1;
    return char;
  }

  #append(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#programs.at(-1)?.push(this.#word);
    this.#word = undefined;
  }

  #endProgram(): void {
    if (this.#text.charAt(this.#at) === '|') throw new FreezerError('invalid', '--command: || is a word of a shell: quote it, or give --shell');
    this.#endWord();
    this.#programs.push([]);
  }

  #upTo(quote: string): string {
    const end = this.#text.indexOf(quote, this.#at);
    if (end < 0) throw new FreezerError('invalid', `--command: the quote ${quote} is not closed`);
    const inside = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return inside;
  }

  #doubleQuoted(): string {
    let inside = '';
    while (this.#at < this.#text.length) {
      const char = this.#next();
      if (char === '"') return inside;
      inside += char === '\\' && ESCAPED_IN_DOUBLE.test(this.#text.charAt(this.#at)) ? this.#escaped() : char;
    }
    throw new FreezerError('invalid', '--command: the quote " is not closed');
  }

  /** A line end behind a backslash is no character at all. */
  #escaped(): string {
    if (this.#at >= this.#text.length) throw new FreezerError('invalid', '--command: ends with a backslash');
    const char = this.#next();
    return char === '\n' ? '' : char;
  }
}

/**
 * The programs of a command with their arguments, in the order of their bytes: blanks part words, quotes and backslashes keep them together,
 * `|` parts programs. Nothing else means anything: `$`, `*`, `;`, `&`, `<` and `>` are themselves. Fails with `invalid`.
 */
export function splitCommand(command: string): readonly (readonly string[])[] {
  if (command.includes('\0')) throw new FreezerError('invalid', '--command: must not hold a NUL byte');
  return new Splitter(command).split();
}
