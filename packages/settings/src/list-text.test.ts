import { expect, test } from '@jest/globals';
import { readListText } from './list-text.ts';

test.each([
  ['*.log', ['*.log']],
  ['a, b', ['a, b']],
  ["['x', 'y, z']", ['x', 'y, z']],
  [`["it's", 'q"']`, ["it's", 'q"']],
  [String.raw`['a\\b', 'c\'d']`, [String.raw`a\b`, "c'd"]],
  ['[ab]*.log', ['[ab]*.log']],
  ["['broken]", ["['broken]"]],
  ['one\ntwo\n', ['one', 'two']],
  ['', []],
])('%j', (text, expected) => {
  expect(readListText(text)).toEqual(expected);
});
