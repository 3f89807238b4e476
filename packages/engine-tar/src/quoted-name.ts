import { FreezerError } from '@freezer/core';

const SIMPLE: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"', '?': '?', ' ': ' ' };
const OCTAL = /[0-7]{1,3}/y;

/** A name and the place behind its closing quote. Each char of `value` is one byte. */
export interface QuotedName {
  readonly value: string;
  readonly end: number;
}

/**
 * Reads a name in the style `--quoting-style=c` whose opening quote is at `start`.
 * Fails with `corrupt` when there is none, or when it does not end.
 */
export function readQuotedName(text: string, start: number): QuotedName {
  if (text[start] !== '"') throw unreadable(text);
  const quote = text.indexOf('"', start + 1);
  const slash = text.indexOf('\\', start + 1);
  if (quote < 0) throw unreadable(text);
  if (slash < 0 || slash > quote) return { value: text.slice(start + 1, quote), end: quote + 1 };
  return readEscaped(text, start + 1);
}

function readEscaped(text: string, start: number): QuotedName {
  let value = '';
  let at = start;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') return { value, end: at + 1 };
    if (char !== '\\') {
      value += char;
      at += 1;
      continue;
    }
    OCTAL.lastIndex = at + 1;
    const octal = OCTAL.exec(text)?.[0];
    const plain = SIMPLE[text.charAt(at + 1)];
    if (octal === undefined && plain === undefined) throw unreadable(text);
    value += octal === undefined ? plain : String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    at += 1 + (octal?.length ?? 1);
  }
  throw unreadable(text);
}

const unreadable = (text: string): FreezerError =>
  new FreezerError('corrupt', `tar: a name in quotes was expected in '${text.slice(0, 200).replaceAll(/[\0-\x1f]/g, '?')}'`);
