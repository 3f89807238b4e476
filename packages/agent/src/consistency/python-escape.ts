import type { BytePath } from '@freezer/core';

const LENGTHS: readonly (readonly [mask: number, lead: number, length: number])[] = [
  [0x80, 0x00, 1],
  [0xe0, 0xc0, 2],
  [0xf0, 0xe0, 3],
  [0xf8, 0xf0, 4],
];
const NAMED: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
]);

/** A path as Python has it: UTF-8 read, every byte that is none as a lone surrogate. */
function* codePoints(path: BytePath): Generator<number> {
  const bytes = Buffer.from(path, 'latin1');
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const length = LENGTHS.find(([mask, lead]) => (byte & mask) === lead)?.[2] ?? 1;
    const piece = bytes.subarray(at, at + length);
    const text = piece.toString('utf8');
    const isSound = Buffer.from(text, 'utf8').equals(piece) && [...text].length === 1;
    yield isSound ? (text.codePointAt(0) ?? 0) : 0xdc00 + byte;
    at += isSound ? length : 1;
  }
}

function escapeOne(code: number): string {
  const named = NAMED.get(code);
  if (named !== undefined) return named;
  if (code >= 0x20 && code < 0x7f) return String.fromCharCode(code);
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** A path in Python's encoding `unicode-escape`: ASCII only. */
export function pythonEscape(path: BytePath): string {
  let text = '';
  for (const code of codePoints(path)) text += escapeOne(code);
  return text;
}
