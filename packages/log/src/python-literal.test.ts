import { expect, test } from '@jest/globals';
import { readPythonDict, readPythonTuple } from './python-literal.ts';

test.each([
  ["('/a, b', 'a', 10*1024 * 1024, 5)", ['/a, b', 'a', 10_485_760, 5]],
  [`("it's",)`, ["it's"]],
  [String.raw`('a\'b\\c', r'd\e')`, [String.raw`a'b\c`, String.raw`d\e`]],
  ['(sys.stderr,)', [{ name: 'sys.stderr' }]],
  ["(('localhost', 514), handlers.SysLogHandler.LOG_USER)", [{ name: "('localhost', 514)" }, { name: 'handlers.SysLogHandler.LOG_USER' }]],
  ['(None, True, False)', [undefined, true, false]],
  ['()', []],
  ['', []],
  ["('open", [{ name: "'open" }]],
])('%j', (text, expected) => {
  expect(readPythonTuple(text.endsWith(')') || text === '' ? text : `${text})`)).toEqual(expected);
});

test('a dict', () => {
  expect([...readPythonDict(`{'maxBytes': 1024, "mode": 'a'}`)]).toEqual([
    ['maxBytes', 1024],
    ['mode', 'a'],
  ]);
});
