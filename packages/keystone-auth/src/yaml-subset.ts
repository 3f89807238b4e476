import { KeystoneError } from './keystone-error.ts';
import type { SettingsNode } from './settings-tree.ts';
import { YamlScalars } from './yaml-scalars.ts';

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/**
 * The part of YAML that settings are written in: mappings, lists, quoted and plain values on one line, `{…}` and `[…]` (hence JSON), comments,
 * anchors, aliases and merge keys. Scalars stay texts as they are written (a password `0123` is no number); empty, `~` and `null` are `null`. All else is refused as `invalid` with its line; nothing is guessed.
 */
export function parseYamlSubset(text: string): SettingsNode {
  return new YamlReader(text).document();
}

class YamlReader {
  readonly #lines: Line[];
  readonly #anchors = new Map<string, SettingsNode>();
  #at = 0;

  constructor(text: string) {
    this.#lines = linesOf(text);
  }

  document(): SettingsNode {
    const first = this.#lines[0];
    if (first === undefined) return null;
    const value = this.#block(first.indent);
    const rest = this.#lines[this.#at];
    if (rest !== undefined) throw refuse(rest, 'it does not stand under what is before it; a value ends on its line, and what belongs together has one indent');
    return value;
  }

  #block(indent: number): SettingsNode {
    const line = this.#lines[this.#at];
    if (line === undefined) return null;
    if (/^-( |$)/.test(line.text)) return this.#list(indent);
    if (keyOf(line) !== undefined) return this.#mapping(indent);
    this.#at += 1;
    return this.#value(line.text, line, indent);
  }

  #mapping(indent: number): SettingsNode {
    const entries = new Map<string, SettingsNode>();
    const merged: SettingsNode[] = [];
    for (let line = this.#lines[this.#at]; line?.indent === indent && !/^-( |$)/.test(line.text); line = this.#lines[this.#at]) {
      const key = keyOf(line);
      if (key === undefined) throw refuse(line, "it is no 'key: value'");
      if (entries.has(key.name)) throw refuse(line, `'${key.name}' stands here twice`);
      this.#at += 1;
      const value = this.#value(key.rest, line, indent);
      if (key.name === '<<') merged.push(...(Array.isArray(value) ? (value as readonly SettingsNode[]) : [value]));
      else entries.set(key.name, value);
    }
    for (const each of merged) if (each instanceof Map) for (const [name, value] of each) if (!entries.has(name)) entries.set(name, value);
    return entries;
  }

  #list(indent: number): SettingsNode {
    const items: SettingsNode[] = [];
    for (let line = this.#lines[this.#at]; line?.indent === indent && /^-( |$)/.test(line.text); line = this.#lines[this.#at]) {
      const rest = line.text.slice(1).trimStart();
      const inner: Line = { number: line.number, indent: indent + line.text.length - rest.length, text: rest };
      if (/^-( |$)/.test(rest) || keyOf(inner) !== undefined) {
        // `- a: b`: the mapping begins behind the dash.
        this.#lines[this.#at] = inner;
        items.push(this.#block(inner.indent));
      } else {
        this.#at += 1;
        items.push(this.#value(rest, line, indent));
      }
    }
    return items;
  }

  /** What stands behind a key or dash, or below it. */
  #value(text: string, line: Line, indent: number): SettingsNode {
    const anchor = /^&([^\s,[\]{}]+)(?:\s+|$)/.exec(text);
    if (anchor !== null) {
      const value = this.#value(text.slice(anchor[0].length), line, indent);
      this.#anchors.set(anchor[1] ?? '', value);
      return value;
    }
    if (text === '' || text.startsWith('#')) return this.#below(indent);
    const scalars = new YamlScalars(
      this.#rest(text),
      (reason, offset) => refuse({ ...line, number: line.number + offset }, reason),
      (name) => this.#anchors.get(name),
    );
    const { value, newlines } = scalars.whole();
    // A list or mapping in brackets may end on a later line.
    while (this.#lines[this.#at] !== undefined && (this.#lines[this.#at]?.number ?? 0) <= line.number + newlines) this.#at += 1;
    const next = this.#lines[this.#at];
    if (next !== undefined && next.indent > indent)
      throw refuse(next, 'a value that goes on in the next line is not supported; write it on one line, in quotes');
    return value;
  }

  #below(indent: number): SettingsNode {
    const next = this.#lines[this.#at];
    if (next === undefined || next.indent < indent) return null;
    if (next.indent > indent) return this.#block(next.indent);
    // A list may stand as far left as its key.
    const isListOfKey = /^-( |$)/.test(next.text) && !/^-( |$)/.test(this.#lines[this.#at - 1]?.text ?? '');
    return isListOfKey ? this.#list(indent) : null;
  }

  /** The text, and the lines that follow with their numbers kept: for brackets. */
  #rest(text: string): string {
    if (!/^[[{]/.test(text)) return text;
    const parts = [text];
    let number = this.#lines[this.#at - 1]?.number ?? 0;
    for (const line of this.#lines.slice(this.#at)) {
      parts.push('\n'.repeat(line.number - number), line.text);
      number = line.number;
    }
    return parts.join('');
  }
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = raw.trimEnd();
    const body = content.trimStart();
    const line = { number: index + 1, indent: content.length - body.length, text: body };
    if (content === '...') return lines;
    if (content === '---' || /^--- *#/.test(content)) {
      if (lines.length > 0) throw refuse(line, 'a second document is not supported');
      continue;
    }
    if (body === '' || body.startsWith('#')) continue;
    if (content.slice(0, line.indent).includes('\t')) throw refuse(line, 'an indent has blanks only, no tabulators');
    if (/^(%|\? |\?$)/.test(body)) throw refuse(line, 'directives and keys with ? are not supported');
    lines.push(line);
  }
  return lines;
}

/** `name: rest`, with a plain or quoted name. */
function keyOf(line: Line): { readonly name: string; readonly rest: string } | undefined {
  const match = /^(?:'((?:[^']|'')*)'|"([^"\\]*)"|([^\s'"&*!|>%@`#,[\]{}-][^#]*?|-[^\s#][^#]*?)) *:(?:\s+(.*)|$)/.exec(line.text);
  if (match === null) return undefined;
  const [, single, double, plain, rest] = match;
  const name = single?.replaceAll("''", "'") ?? double ?? plain ?? '';
  return { name, rest: rest ?? '' };
}

function refuse(line: Line, reason: string): KeystoneError {
  return new KeystoneError('invalid', `line ${line.number}: ${reason}`);
}
