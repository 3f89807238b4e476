import { KeystoneError } from './keystone-error.ts';
import { ansiC } from './shell-ansi-c.ts';

/** A piece of a word: text, or a variable that is looked up when the statement is reached. `undefined`: only a shell could tell. */
type Piece = string | (() => string | undefined);

export interface ShellWord {
  /** As it stands in the file. */
  readonly raw: string;
  /** Without quotes, variables left out. */
  readonly text: string;
  readonly assigns?: { readonly name: string; readonly isAppended: boolean; readonly value: () => string | undefined };
}

export interface ShellStatement {
  /** Of its first word, from 1. */
  readonly line: number;
  /** What stood between it and the one before: a newline, `;`, `&`, `|`, `&&` or `||`. */
  readonly after: string;
  readonly words: readonly ShellWord[];
}

/** `undefined`: not set; `null`: only a shell could tell. */
type Lookup = (name: string) => string | null | undefined;

/** Cuts a shell file into statements and their words. Variables are looked up as each statement is consumed, so that later lines see earlier ones. */
export function* shellStatements(text: string, lookup: Lookup): Generator<ShellStatement> {
  const reader = new ShellReader(text.replaceAll('\r\n', '\n'), lookup);
  for (let statement = reader.statement(); statement !== undefined; statement = reader.statement()) yield statement;
}

// Blank, tabulator and newline alone: other white space is part of a word.
const END_OF_WORD = /[ \t\n;&|()<>]/;

class ShellReader {
  readonly #text: string;
  readonly #lookup: Lookup;
  #at = 0;
  #line = 1;
  #separator = '\n';

  constructor(text: string, lookup: Lookup) {
    this.#text = text;
    this.#lookup = lookup;
  }

  statement(): ShellStatement | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const words: ShellWord[] = [];
    const after = this.#separator;
    let line = this.#line;
    for (let isOpen = true; isOpen; ) {
      this.#skipBlanks();
      if (words.length === 0) line = this.#line;
      const next = this.#text[this.#at];
      if (next === undefined) isOpen = false;
      else if (/[\n;&|]/.test(next)) {
        this.#separator = this.#take(/^(&&|\|\|)/.test(this.#text.slice(this.#at, this.#at + 2)) ? 2 : 1);
        isOpen = false;
      } else if (this.#text.startsWith('<<', this.#at)) {
        throw new KeystoneError('invalid', `line ${this.#line}: a here document is not supported; allowed: NAME=value, export NAME=value, unset NAME`);
      } else if (/[()<>]/.test(next)) words.push({ raw: next, text: this.#take() });
      else words.push(this.#word());
    }
    return { line, after, words };
  }

  #skipBlanks(): void {
    for (;;) {
      const rest = this.#text.slice(this.#at, this.#at + 2);
      if (rest === '\\\n') this.#take(2);
      else if (/^[ \t]/.test(rest)) this.#take();
      else if (rest.startsWith('#')) while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#take();
      else return;
    }
  }

  #word(): ShellWord {
    const start = this.#at;
    // Only an unquoted name and `=` make an assignment.
    const match = /^([A-Za-z_]\w*)(\+?)=/.exec(this.#text.slice(start, start + 300));
    if (match !== null) this.#take(match[0].length);
    const pieces = this.#pieces(match !== null);
    const raw = this.#text.slice(start, this.#at);
    const name = match?.[1];
    if (name === undefined) return { raw, text: pieces.filter((piece) => typeof piece === 'string').join('') };
    return { raw, text: raw, assigns: { name, isAppended: match?.[2] === '+', value: () => joined(pieces) } };
  }

  #pieces(isAssignment: boolean): Piece[] {
    const pieces: Piece[] = [];
    // A tilde stands for a home folder at the beginning and after each colon.
    let mayBeTilde = isAssignment;
    for (let next = this.#text[this.#at]; next !== undefined && !END_OF_WORD.test(next); next = this.#text[this.#at]) {
      if (next === "'") pieces.push(this.#single());
      else if (next === '"') pieces.push(...this.#double());
      else if (next === '\\') pieces.push(this.#escaped());
      else if (next === '$' || next === '`') pieces.push(this.#dollar(false));
      else if (next === '~' && mayBeTilde) pieces.push(this.#tilde());
      else {
        pieces.push(this.#take());
        mayBeTilde = isAssignment && next === ':';
        continue;
      }
      mayBeTilde = false;
    }
    return pieces;
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw this.#unclosed("'");
    return this.#take(end + 1 - this.#at).slice(1, -1);
  }

  #double(): Piece[] {
    const opening = this.#unclosed('"');
    this.#take();
    const pieces: Piece[] = [];
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined) throw opening;
      if (next === '"') {
        this.#take();
        return pieces;
      }
      if (next === '\\') {
        const pair = this.#take(2);
        if (pair === '\\\n') continue;
        pieces.push(/["\\$`]/.test(pair.slice(1)) ? pair.slice(1) : pair);
      } else if (next === '$' || next === '`') pieces.push(this.#dollar(true));
      else pieces.push(this.#take());
    }
  }

  #escaped(): string {
    const pair = this.#take(2);
    // A backslash at the very end of a file stands for itself.
    return pair === '\\\n' ? '' : pair === '\\' ? '\\' : pair.slice(1);
  }

  #tilde(): Piece {
    const tilde = this.#take();
    const next = this.#text[this.#at];
    if (next === '"' || next === "'") return tilde;
    if (next !== undefined && !/[ \t\n;&|/:]/.test(next)) return () => undefined;
    return () => known(this.#lookup('HOME'), tilde);
  }

  #dollar(isQuoted: boolean): Piece {
    const rest = this.#text.slice(this.#at);
    // The name may go on in the next line.
    const broken = /^\$\{?\w*\\\n/.exec(rest);
    if (broken !== null) {
      this.#take(broken[0].length);
      return () => undefined;
    }
    const plain = /^\$([A-Za-z_]\w*)/.exec(rest) ?? /^\$\{([A-Za-z_]\w*)\}/.exec(rest);
    if (plain !== null) {
      this.#take(plain[0].length);
      const name = plain[1] ?? '';
      return () => known(this.#lookup(name), '');
    }
    const fallback = /^\$\{([A-Za-z_]\w*)(:?)-([^}"'`$\\\n~]*)\}/.exec(rest);
    if (fallback !== null) {
      this.#take(fallback[0].length);
      const [, name = '', colon, value = ''] = fallback;
      return () => {
        const found = this.#lookup(name);
        return known(found === '' && colon === ':' ? undefined : found, value);
      };
    }
    if (rest.startsWith("$'") && !isQuoted) return this.#ansiC();
    if (rest.startsWith('$"') && !isQuoted) {
      this.#take();
      const pieces = this.#double();
      return () => joined(pieces);
    }
    if (/^(\$[({[@*#?$!0-9-]|`)/.test(rest)) return this.#substitution();
    return this.#take();
  }

  #ansiC(): string {
    const end = /^\$'(?:[^'\\]|\\[\s\S])*'/.exec(this.#text.slice(this.#at));
    if (end === null) throw this.#unclosed("$'");
    return ansiC(this.#take(end[0].length).slice(2, -1));
  }

  /** Passes over `$(…)`, `${…}`, backticks and `$?`, counting what is opened inside. */
  #substitution(): Piece {
    const unclosed = this.#unclosed(this.#text.slice(this.#at, this.#at + 2));
    const first = this.#take() === '`' ? '`' : this.#take();
    const close = first === '(' ? ')' : first === '{' ? '}' : first === '[' ? ']' : first === '`' ? '`' : undefined;
    for (let depth = close === undefined ? 0 : 1; depth > 0; ) {
      const next = this.#text[this.#at];
      if (next === undefined) throw unclosed;
      if (next === "'" && close !== '`') {
        this.#single();
        continue;
      }
      if (next === '"' && close !== '`') {
        this.#double();
        continue;
      }
      this.#take(next === '\\' ? 2 : 1);
      if (next === close) depth -= 1;
      else if (next === first) depth += 1;
    }
    return () => undefined;
  }

  #take(length = 1): string {
    const taken = this.#text.slice(this.#at, this.#at + length);
    this.#at += taken.length;
    this.#line += taken.split('\n').length - 1;
    return taken;
  }

  #unclosed(what: string): KeystoneError {
    return new KeystoneError('invalid', `line ${this.#line}: the ${what} that is opened here is not closed`);
  }
}

function known(found: string | null | undefined, fallback: string): string | undefined {
  return found === null ? undefined : (found ?? fallback);
}

function joined(pieces: readonly Piece[]): string | undefined {
  let text = '';
  for (const piece of pieces) {
    const value = typeof piece === 'string' ? piece : piece();
    if (value === undefined) return undefined;
    text += value;
  }
  return text;
}
