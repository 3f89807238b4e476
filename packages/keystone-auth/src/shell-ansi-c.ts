const LETTERS: Readonly<Record<string, string>> = { a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** What stands between `$'` and `'`: the escapes of C. Escapes that name bytes are read as UTF-8. */
export function ansiC(text: string): string {
  const bytes: Uint8Array[] = [];
  const escapes = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([\s\S])|([\s\S]))/g;
  let last = 0;
  for (const match of text.matchAll(escapes)) {
    bytes.push(Buffer.from(text.slice(last, match.index)));
    last = match.index + match[0].length;
    const [, hex, short, long, octal, control, letter = ''] = match;
    const point = short ?? long;
    if (hex !== undefined) bytes.push(Uint8Array.of(Number.parseInt(hex, 16)));
    else if (octal !== undefined) bytes.push(Uint8Array.of(Number.parseInt(octal, 8) & 0xff));
    else if (point !== undefined) bytes.push(Buffer.from(String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(point, 16)))));
    else if (control !== undefined) bytes.push(Uint8Array.of(control.charCodeAt(0) & 0x1f));
    else bytes.push(Buffer.from(LETTERS[letter] ?? (/["'?\\]/.test(letter) ? letter : `\\${letter}`)));
  }
  bytes.push(Buffer.from(text.slice(last)));
  const whole = Buffer.concat(bytes);
  // A variable ends at the first zero byte.
  const end = whole.indexOf(0);
  return (end < 0 ? whole : whole.subarray(0, end)).toString('utf8');
}
