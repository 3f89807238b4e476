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
 * - `oslo`: oslo.config: a value in quotes loses them, a blank line ends a value, `%` means itself.
 */
export type IniDialect = 'job' | 'plain' | 'oslo';

interface OpenEntry {
  readonly section: string;
  readonly key: string;
  readonly line: number;
  readonly indent: number;
  readonly parts: string[];
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isComment = (line: string, dialect: IniDialect): boolean => /^[#;]/.test(dialect === 'oslo' ? line : line.trimStart());

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
  const quoted = value.length > 1 && value[0] === value.at(-1) && (value[0] === '"' || value[0] === "'");
  return quoted ? value.slice(1, -1) : value;
}

function closeEntry(entry: OpenEntry, dialect: IniDialect): IniEntry {
  const text = entry.parts.join('\n').trimEnd();
  return { section: entry.section, key: entry.key, line: entry.line, value: dialect === 'oslo' ? unquote(text) : text };
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
    if (isComment(line, this.#dialect)) return;
    const text = line.trim();
    if (text === '') this.#blank();
    else if (this.#continues(line)) this.#open?.parts.push(text);
    else {
      this.close();
      if (text.startsWith('[')) this.#header(text, number);
      else this.#assignment(text, indentOf(line), number);
    }
  }

  close(): void {
    if (this.#open) this.entries.push(closeEntry(this.#open, this.#dialect));
    this.#open = undefined;
  }

  #blank(): void {
    if (this.#dialect === 'oslo') this.close();
    else this.#open?.parts.push('');
  }

  #continues(line: string): boolean {
    return this.#open !== undefined && indentOf(line) > this.#open.indent;
  }

  #header(text: string, number: number): void {
    const end = text.indexOf(']');
    if (end < 2) throw this.#wrong(number, 'a section must be written as [name]');
    this.#section = text.slice(1, end);
  }

  #assignment(text: string, indent: number, number: number): void {
    const delimiter = text.search(/[=:]/);
    if (delimiter < 1) throw this.#wrong(number, 'expected key = value');
    if (this.#section === undefined) throw this.#wrong(number, 'expected a section such as [default] before the first key');
    const key = text.slice(0, delimiter).trim().toLowerCase();
    this.#open = { section: this.#section, key, line: number, indent, parts: [text.slice(delimiter + 1).trim()] };
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
