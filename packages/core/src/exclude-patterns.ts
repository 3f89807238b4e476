import type { BytePath } from './bytes.ts';

/** Whether a path is left out by patterns as GNU tar has them: at the beginning of any part of the path, `*` matches `/`, and what is below goes too. */
export function excluder(patterns: readonly string[]): (path: BytePath) => boolean {
  const tests = patterns.map((pattern) => new RegExp(`(?:^|/)${translate(Buffer.from(pattern, 'utf8').toString('latin1'))}(?:/|$)`, 's'));
  return (path) => tests.some((test) => test.test(`./${path}`));
}

/** A pattern of the shell as a regular expression. */
function translate(pattern: string): string {
  let text = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '*') text += '.*';
    else if (char === '?') text += '.';
    else if (char === '\\' && at + 1 < pattern.length) text += escaped(pattern.charAt((at += 1)));
    else if (char === '[') {
      const set = readSet(pattern, at);
      text += set?.text ?? '\\[';
      at = set?.end ?? at;
    } else text += escaped(char);
  }
  return text;
}

/** `[a-z]`, `[!a-z]`, `[[:digit:]]`; undefined when it does not end. */
function readSet(pattern: string, start: number): { readonly text: string; readonly end: number } | undefined {
  let at = start + 1;
  const isNegated = pattern[at] === '!' || pattern[at] === '^';
  if (isNegated) at += 1;
  let text = '';
  for (let isFirst = true; at < pattern.length; at += 1, isFirst = false) {
    const char = pattern.charAt(at);
    if (char === ']' && !isFirst) return { text: `[${isNegated ? '^' : ''}${text}]`, end: at };
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at));
    const chars = named === null ? undefined : NAMED_SETS[named[1] ?? ''];
    if (named && chars !== undefined) {
      text += chars;
      at += named[0].length - 1;
    } else if (char === '\\' && at + 1 < pattern.length) text += escaped(pattern.charAt((at += 1)));
    else text += char === '-' && !isFirst && pattern[at + 1] !== ']' ? '-' : escaped(char);
  }
  return undefined;
}

const NAMED_SETS: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  xdigit: '0-9A-Fa-f',
  punct: '!-\\/:-@\\[-`{-~',
};

const escaped = (char: string): string => (/[\w\x80-\xff]/.test(char) ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
