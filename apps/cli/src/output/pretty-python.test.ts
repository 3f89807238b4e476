import { expect, test } from '@jest/globals';
import { prettyPython } from './pretty-python.ts';
import { pythonLiteral, pythonLiteralAsIs, pythonText } from './python-text.ts';

test.each([
  [null, 'None'],
  [true, 'True'],
  [0, '0'],
  [2.5, '2.5'],
  ['plain', "'plain'"],
  ["it's", `"it's"`],
  [`it's "both"`, `'it\\'s "both"'`],
  ['tab\tline\nback\\', "'tab\\tline\\nback\\\\'"],
  ['\u0000\u001b\u00a0\u2028\ufeff', "'\\x00\\x1b\\xa0\\u2028\\ufeff'"],
  ['日本 ü 😀', "'日本 ü 😀'"],
  ['\u{e0001}', "'\\U000e0001'"],
  [[], '[]'],
  [{}, '{}'],
  [{ b: [1, null], a: 'x' }, "{'a': 'x', 'b': [1, None]}"],
])('%j is %s in Python', (value, expected) => {
  expect(pythonLiteral(value)).toBe(expected);
});

test('a text in a cell is itself, and print keeps the order of the keys', () => {
  expect(pythonText('a b')).toBe('a b');
  expect(pythonText(undefined)).toBe('None');
  expect(pythonLiteralAsIs({ b: 1, a: { d: 1, c: [{ f: 1, e: 2 }] } })).toBe("{'b': 1, 'a': {'d': 1, 'c': [{'f': 1, 'e': 2}]}}");
});

test('what fits in 80 characters is one line, what does not is broken at its members', () => {
  expect(prettyPython({ a: 'x'.repeat(72) })).toBe(`{'a': '${'x'.repeat(72)}'}`);
  expect(prettyPython({ first: 'x'.repeat(40), second: ['y'.repeat(40), { deep: true }] })).toBe(
    `{'first': '${'x'.repeat(40)}',\n 'second': ['${'y'.repeat(40)}', {'deep': True}]}`,
  );
});

test('a long text is broken behind blanks and line ends, in parentheses when it is alone', () => {
  const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
  expect(prettyPython(words)).toBe(
    "('word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 '\n 'word12 word13 word14 word15 word16 word17 word18 word19')",
  );
  expect(prettyPython({ a: `one\ntwo ${'z'.repeat(80)}` })).toBe(`{'a': 'one\\n'\n      'two '\n      '${'z'.repeat(80)}'}`);
  expect(prettyPython(['w'.repeat(100)])).toBe(`['${'w'.repeat(100)}']`);
});
