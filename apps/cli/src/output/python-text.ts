import type { JsonValue } from '@freezer/models';

// Freezer's client is written in Python, and scripts read what it prints: absent is None, and structures are shown as Python writes them.

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const UNPRINTABLE = /[\\\p{C}\p{Z}]/gu;

/** A value in a cell: texts as they are, `None`, `True`, structures as literals. */
export function pythonText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : pythonLiteral(value);
}

/** As Python's `repr` writes it; the keys of objects are sorted. */
export function pythonLiteral(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (isList(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  return `{${sortedEntries(value)
    .map(([key, member]) => `${quoted(key)}: ${pythonLiteral(member)}`)
    .join(', ')}}`;
}

/** The same with the keys in their own order, as `print` of a `dict` writes it. */
export function pythonLiteralAsIs(value: JsonValue | undefined): string {
  if (typeof value !== 'object' || value === null) return pythonLiteral(value);
  if (isList(value)) return `[${value.map(pythonLiteralAsIs).join(', ')}]`;
  const members = Object.entries(value).map(([key, member]) => `${quoted(key)}: ${pythonLiteralAsIs(member)}`);
  return `{${members.join(', ')}}`;
}

export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Members that are there, in the order of their keys' code points. */
export function sortedEntries(value: { readonly [key: string]: JsonValue | undefined }): [string, JsonValue][] {
  const present = Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return present.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll(UNPRINTABLE, (char) => {
    if (char === ' ') return char;
    const known = ESCAPES[char];
    if (known !== undefined) return known;
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
