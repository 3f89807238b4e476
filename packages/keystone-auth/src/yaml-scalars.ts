import type { KeystoneError } from './keystone-error.ts';
import type { SettingsNode } from './settings-tree.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

/** Reads one value: plain, quoted, an alias, or nested brackets. */
export class YamlScalars {
  readonly #text: string;
  readonly #refuse: (reason: string, newlines: number) => KeystoneError;
  readonly #aliased: (name: string) => SettingsNode | undefined;
  #at = 0;

  constructor(text: string, refuse: (reason: string, newlines: number) => KeystoneError, aliased: (name: string) => SettingsNode | undefined) {
    this.#text = text;
    this.#refuse = refuse;
    this.#aliased = aliased;
  }

  /** The value, with nothing but a comment behind it, and how many lines it goes on. */
  whole(): { readonly value: SettingsNode; readonly newlines: number } {
    const value = this.#value(false);
    const newlines = this.#newlines();
    const rest = /^[^\n]*/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    if (!/^\s*$|^\s+#/.test(rest)) throw this.#error('something stands behind the value');
    return { value, newlines };
  }

  #value(isInside: boolean): SettingsNode {
    const next = this.#text[this.#at] ?? '';
    if (next === '[') return this.#list();
    if (next === '{') return this.#mapping();
    if (next === "'") return this.#single();
    if (next === '"') return this.#double();
    if (next === '*') return this.#alias();
    if (/[!&|>%@`,\]}#]/.test(next)) throw this.#error(`a value that begins with ${next} is not supported; write it in quotes, on one line`);
    return this.#plain(isInside);
  }

  #plain(isInside: boolean): string | null {
    const pattern = isInside ? /^(?:[^\s,[\]{}#:]|[ \t]+(?=[^\s,[\]{}#:])|(?<=\S)#|:(?=[^\s,[\]{}]))*/ : /^(?:[^\s]|[ \t]+(?!#|\s|$))*/;
    const text = pattern.exec(this.#text.slice(this.#at))?.[0] ?? '';
    if (!isInside && /:(\s|$)/.test(text)) throw this.#error("a plain value may not hold ': '; write it in quotes");
    this.#at += text.length;
    return text === '' || text === '~' || /^null$/i.test(text) ? null : text;
  }

  #single(): string {
    const match = /^'((?:[^'\n]|'')*)'/.exec(this.#text.slice(this.#at));
    if (match === null) throw this.#error("the ' is not closed on its line");
    this.#at += match[0].length;
    return (match[1] ?? '').replaceAll("''", "'");
  }

  #double(): string {
    const match = /^"((?:[^"\\\n]|\\.)*)"/.exec(this.#text.slice(this.#at));
    if (match === null) throw this.#error('the " is not closed on its line');
    const text = (match[1] ?? '').replaceAll(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_all, x, u, long, letter) => {
      const point = x ?? u ?? long;
      if (point !== undefined && Number.parseInt(point, 16) <= 0x10ffff)
        return u === undefined ? String.fromCodePoint(Number.parseInt(point, 16)) : String.fromCharCode(Number.parseInt(point, 16));
      const meant = letter === undefined ? undefined : ESCAPES[letter];
      if (meant === undefined) throw this.#error('there is a backslash before what it does not change; double it');
      return meant;
    });
    this.#at += match[0].length;
    return text;
  }

  #alias(): SettingsNode {
    const match = /^\*([^\s,[\]{}]+)/.exec(this.#text.slice(this.#at));
    const value = this.#aliased(match?.[1] ?? '');
    if (match === null || value === undefined) throw this.#error('the * names nothing that stands before it');
    this.#at += match[0].length;
    return value;
  }

  #list(): SettingsNode {
    const items: SettingsNode[] = [];
    this.#at += 1;
    for (this.#skip(); this.#text[this.#at] !== ']'; this.#comma(']')) items.push(this.#value(true));
    this.#at += 1;
    return items;
  }

  #mapping(): SettingsNode {
    const entries = new Map<string, SettingsNode>();
    this.#at += 1;
    for (this.#skip(); this.#text[this.#at] !== '}'; this.#comma('}')) {
      const name = this.#value(true);
      if (typeof name !== 'string') throw this.#error('a key is a text');
      if (entries.has(name)) throw this.#error(`'${name}' stands here twice`);
      this.#skip();
      if (this.#text[this.#at] !== ':') throw this.#error('a colon is missing');
      this.#at += 1;
      this.#skip();
      const isEmpty = /[,}]/.test(this.#text[this.#at] ?? '');
      entries.set(name, isEmpty ? null : this.#value(true));
    }
    this.#at += 1;
    return entries;
  }

  #comma(closing: string): void {
    this.#skip();
    const next = this.#text[this.#at];
    if (next === ',') {
      this.#at += 1;
      this.#skip();
    } else if (next !== closing) throw this.#error(`a comma or ${closing} is missing`);
  }

  #skip(): void {
    this.#at += /^(?:\s|(?<=\s)#[^\n]*)*/.exec(this.#text.slice(this.#at))?.[0].length ?? 0;
  }

  #newlines(): number {
    return this.#text.slice(0, this.#at).split('\n').length - 1;
  }

  #error(reason: string): KeystoneError {
    return this.#refuse(reason, this.#newlines());
  }
}
