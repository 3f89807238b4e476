import { FreezerError } from '@freezer/core';

/** One `key = value` of an INI file. */
export interface IniEntry {
  /** Without the brackets, as written. */
  readonly section: string;
  /** In lower case. */
  readonly key: string;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * - `job`: Python's configparser, which reads Freezer's job files: continuation lines are indented, `%%` is `%`, `%(key)s` another value.
 * - `plain`: the same without a meaning for `%`, as Python reads a logging configuration.
 * - `oslo`: oslo.config: a value in quotes loses them, a blank line or a comment ends a value, `%` means itself.
 */
export type IniDialect = 'job' | 'plain' | 'oslo';

interface OpenEntry {
  readonly section: string;
  readonly key: string;
  readonly line: number;
  readonly indent: number;
  readonly parts: string[];
}

/** What Python takes for white space; JavaScript has another idea of it. */
const BLANK = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${BLANK}]+`);
const TRAILING = new RegExp(`[${BLANK}]+$`);

const trimStart = (text: string): string => text.replace(LEADING, '');
const trimEnd = (text: string): string => {
  // Looked for from the end: an expression that begins anywhere takes long over long runs of blanks.
  let end = text.length;
  while (end > 0 && TRAILING.test(text[end - 1] ?? '')) end--;
  return text.slice(0, end);
};
const trim = (text: string): string => trimEnd(trimStart(text));
const indentOf = (line: string): number => line.length - trimStart(line).length;

/** Only `%%` and `%(key)s` are special: any other `%`, over which configparser stumbles, is taken as it is. */
function interpolate(entries: readonly IniEntry[]): IniEntry[] {
  const values = new Map(entries.map((entry) => [`${entry.section}\n${entry.key}`, entry.value]));
  const expand = (entry: IniEntry): string =>
    entry.value.replaceAll(/%(?:%|\(([^)]*)\)s)/g, (whole, name: string | undefined) => {
      if (name === undefined) return '%';
      return values.get(`${entry.section}\n${name.toLowerCase()}`) ?? values.get(`DEFAULT\n${name.toLowerCase()}`) ?? whole;
    });
  return entries.map((entry) => ({ ...entry, value: expand(entry) }));
}

function unquote(value: string): string {
  const [first] = value;
  return (first === '"' || first === "'") && value.endsWith(first) ? value.slice(1, -1) : value;
}

class IniReader {
  readonly entries: IniEntry[] = [];
  #open: OpenEntry | undefined;
  #section: string | undefined;
  readonly #place: string;
  readonly #dialect: IniDialect;

  constructor(place: string, dialect: IniDialect) {
    this.#place = place;
    this.#dialect = dialect;
  }

  take(line: string, number: number): void {
    const text = trim(line);
    if (text === '') this.#blank();
    else if (this.#isComment(line)) this.#comment();
    else if (this.#continues(line)) this.#open?.parts.push(text);
    else {
      this.close();
      if (this.#dialect === 'oslo' && /^[ \t]/.test(line)) throw this.#wrong(number, 'is indented, but there is no value that it could go on with');
      if (text.startsWith('[')) this.#header(text, number);
      else this.#assignment(text, indentOf(line), number);
    }
  }

  close(): void {
    if (this.#open) {
      const { section, key, line, parts } = this.#open;
      const value = parts.join('\n');
      this.entries.push({ section, key, line, value: this.#dialect === 'oslo' ? value : trimEnd(value) });
    }
    this.#open = undefined;
  }

  #isComment(line: string): boolean {
    return /^[#;]/.test(this.#dialect === 'oslo' ? line : trimStart(line));
  }

  #comment(): void {
    if (this.#dialect === 'oslo') this.close();
  }

  #blank(): void {
    if (this.#dialect === 'oslo') this.close();
    else this.#open?.parts.push('');
  }

  #continues(line: string): boolean {
    if (this.#open === undefined) return false;
    return this.#dialect === 'oslo' ? /^[ \t]/.test(line) : indentOf(line) > this.#open.indent;
  }

  #header(text: string, number: number): void {
    const end = text.lastIndexOf(']');
    if (end < 2 || (this.#dialect === 'oslo' && end < text.length - 1)) throw this.#wrong(number, 'a section must be written as [name]');
    this.#section = text.slice(1, end);
  }

  #assignment(text: string, indent: number, number: number): void {
    const delimiter = text.search(/[=:]/);
    if (delimiter < 1) throw this.#wrong(number, 'expected key = value');
    if (this.#section === undefined) throw this.#wrong(number, 'expected a section such as [default] before the first key');
    const value = trim(text.slice(delimiter + 1));
    const first = this.#dialect === 'oslo' ? unquote(value) : value;
    this.#open = { section: this.#section, key: trim(text.slice(0, delimiter)).toLowerCase(), line: number, indent, parts: [first] };
  }

  #wrong(line: number, reason: string): FreezerError {
    return new FreezerError('invalid', `${this.#place} line ${line}: ${reason}`);
  }
}

/**
 * The entries of an INI file in their order. Comments are lines that begin with `#` or `;`; both signs mean themselves inside a value.
 * `place` names the file in messages. Fails with `invalid`; a message never holds a value.
 */
export function readIni(text: string, place: string, dialect: IniDialect): readonly IniEntry[] {
  const reader = new IniReader(place, dialect);
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((line, index) => {
      reader.take(line, index + 1);
    });
  reader.close();
  return dialect === 'job' ? interpolate(reader.entries) : reader.entries;
}
