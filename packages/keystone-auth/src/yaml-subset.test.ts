import { expect, test } from '@jest/globals';
import type { SettingsNode } from './settings-tree.ts';
import { parseYamlSubset } from './yaml-subset.ts';

const plain = (node: SettingsNode): unknown =>
  node instanceof Map ? Object.fromEntries([...node].map(([key, each]) => [key, plain(each as SettingsNode)])) : Array.isArray(node) ? node.map(plain) : node;

test.each<[string, string, unknown]>([
  ['nothing', '# only a comment\n---\n', null],
  ['a mapping in a mapping', 'a:\n  b: c\n  d:\n    e: f\ng: h\n', { a: { b: 'c', d: { e: 'f' } }, g: 'h' }],
  ['texts stay as they are', 'a: 0123\nb: true\nc: 1.50\nd: yes\ne: 2026-11-21', { a: '0123', b: 'true', c: '1.50', d: 'yes', e: '2026-11-21' }],
  ['empty ones', "a:\nb: ~\nc: null\nd: ''\ne: 'null'", { a: null, b: null, c: null, d: '', e: 'null' }],
  [
    'quotes',
    `a: 'it''s # no comment'\nb: "a\\tb \\"\\u00e9\\x41\\\\"  # comment\nc: http://h:5000/v3#x`,
    { a: "it's # no comment", b: 'a\tb "éA\\', c: 'http://h:5000/v3#x' },
  ],
  ['a list', 'a:\n  - b\n  - "c"\nd:\n- e\n- f: g\n  h: i\n-  - j\n   - k\nl: m', { a: ['b', 'c'], d: ['e', { f: 'g', h: 'i' }, ['j', 'k']], l: 'm' }],
  ['brackets', 'a: {b: c, "d": [e, "f, g", {}], h: }\ni: []', { a: { b: 'c', d: ['e', 'f, g', {}], h: null }, i: [] }],
  ['brackets over lines', 'a: {\n  b: c, # comment\n\n  d: [e,\n f]\n}\ng: h', { a: { b: 'c', d: ['e', 'f'] }, g: 'h' }],
  [
    'JSON',
    '{"clouds": {"x": {"auth": {"auth_url": "http://h/v3"}, "verify": false}}}',
    { clouds: { x: { auth: { auth_url: 'http://h/v3' }, verify: 'false' } } },
  ],
  [
    'anchors',
    'a: &x\n  b: c\n  d: e\nf:\n  <<: *x\n  d: own\ng: *x\nh: &t text\ni: *t',
    { a: { b: 'c', d: 'e' }, f: { b: 'c', d: 'own' }, g: { b: 'c', d: 'e' }, h: 'text', i: 'text' },
  ],
  ['keys with odd letters', '"a b": 1\n\'c: d\': 2\nmy cloud: 3\na-b.c/d: 4', { 'a b': '1', 'c: d': '2', 'my cloud': '3', 'a-b.c/d': '4' }],
  ['lines of Windows, a mark at the beginning', '\uFEFFa:\r\n  b: c\r\n', { a: { b: 'c' } }],
])('%s', (_name, text, expected) => {
  expect(plain(parseYamlSubset(text))).toEqual(expected);
});

test.each([
  ['a:\n\tb: c', 2, 'an indent has blanks only, no tabulators'],
  ['a: |\n  secret', 1, 'a value that begins with | is not supported; write it in quotes, on one line'],
  ['a: !!str secret', 1, 'a value that begins with ! is not supported; write it in quotes, on one line'],
  ['a: secret\n  more', 2, 'a value that goes on in the next line is not supported; write it on one line, in quotes'],
  ['a: "secret', 1, 'the " is not closed on its line'],
  ["a: 'secret", 1, "the ' is not closed on its line"],
  ['a: "x" secret', 1, 'something stands behind the value'],
  ['a: b: secret', 1, "a plain value may not hold ': '; write it in quotes"],
  ['a: 1\na: 2', 2, "'a' stands here twice"],
  ['a:\n  b: c\n d: e', 3, 'it does not stand under what is before it; a value ends on its line, and what belongs together has one indent'],
  ['a: 1\nsecret', 2, "it is no 'key: value'"],
  ['a: [b\nc: d', 2, 'a comma or ] is missing'],
  ['a: *x', 1, 'the * names nothing that stands before it'],
  ['a: "\\q"', 1, 'there is a backslash before what it does not change; double it'],
  ['a: 1\n---\nb: 2', 2, 'a second document is not supported'],
  ['? a\n: b', 1, 'directives and keys with ? are not supported'],
])('%j is refused in line %i', (text, line, reason) => {
  expect(() => parseYamlSubset(text)).toThrow(expect.objectContaining({ code: 'invalid', message: `line ${line}: ${reason}` }));
});
