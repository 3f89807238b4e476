import { expect, test } from '@jest/globals';
import { fill } from './fill.ts';
import type { OutputOptions } from './output-options.ts';
import { listText, showText } from './write-result.ts';

const PLAIN: OutputOptions = {
  format: 'table',
  columns: [],
  sortColumns: [],
  isDescending: false,
  quote: 'nonnumeric',
  isIndented: true,
  width: undefined,
  printsEmpty: false,
  prefix: '',
  variables: [],
};
const LIST = {
  titles: ['Name', '# Jobs', 'Note'],
  rows: [
    ['b', 10, 'two\nlines'],
    ['ä日', 9, null],
    ['a', 9, true],
  ],
};

test('a table has rules, numbers stand right, wide characters count twice, cells have lines', async () => {
  expect(await listText(LIST, PLAIN)).toBe(
    [
      '+------+--------+-------+',
      '| Name | # Jobs | Note  |',
      '+------+--------+-------+',
      '| b    |     10 | two   |',
      '|      |        | lines |',
      '| ä日  |      9 | None  |',
      '| a    |      9 | True  |',
      '+------+--------+-------+\n',
    ].join('\n'),
  );
});

test('columns and order as wished: numbers by size, what is not there last', async () => {
  const sorted = { ...PLAIN, format: 'value', sortColumns: ['# Jobs', 'Name'] } as const;
  expect(await listText(LIST, { ...sorted, columns: ['Name'] })).toBe('a\nä日\nb\n');
  expect(await listText(LIST, { ...sorted, columns: ['Name'], isDescending: true })).toBe('b\nä日\na\n');
  expect(await listText({ titles: ['X'], rows: [[null], ['b'], ['a']] }, { ...sorted, sortColumns: ['X'] })).toBe('a\nb\nNone\n');
  await expect(listText(LIST, { ...PLAIN, columns: ['Nme'] })).rejects.toMatchObject({
    code: 'invalid',
    message: "there is no column 'Nme'; there is 'Name', '# Jobs', 'Note'",
  });
});

test('CSV, JSON, YAML', async () => {
  expect(await listText(LIST, { ...PLAIN, format: 'csv' })).toBe('"Name","# Jobs","Note"\n"b",10,"two\nlines"\n"ä日",9,""\n"a",9,True\n');
  expect(await listText({ titles: ['X'], rows: [['a,"b']] }, { ...PLAIN, format: 'csv', quote: 'none' })).toBe('X\na\\,\\"b\n');
  expect(JSON.parse(await listText(LIST, { ...PLAIN, format: 'json' }))).toEqual([
    { Name: 'b', '# Jobs': 10, Note: 'two\nlines' },
    { Name: 'ä日', '# Jobs': 9, Note: null },
    { Name: 'a', '# Jobs': 9, Note: true },
  ]);
  expect(await listText({ titles: ['X'], rows: [['ä']] }, { ...PLAIN, format: 'json', isIndented: false })).toBe('[{"X": "\\u00e4"}]\n');
  expect(await listText({ titles: ['X'], rows: [['no'], ['1']] }, { ...PLAIN, format: 'yaml' })).toBe('- X: "no"\n- X: "1"\n');
});

test('nothing is a row of nothing in a table, and nothing elsewhere', async () => {
  const nothing = { titles: ['Name'], rows: [] };
  expect(await listText(nothing, PLAIN)).toBe('+------+\n| Name |\n+------+\n|      |\n+------+\n');
  expect(await listText(nothing, { ...PLAIN, printsEmpty: true })).toBe('+------+\n| Name |\n+------+\n+------+\n');
  expect(await listText(nothing, { ...PLAIN, format: 'json' })).toBe('[]\n');
  expect(await listText(nothing, { ...PLAIN, format: 'value' })).toBe('');
});

test('shell: what a shell would run is escaped', async () => {
  const text = await showText(
    [
      ['Job ID', '$(id) `id` "x" \\'],
      ['a-b', 1],
    ],
    { ...PLAIN, format: 'shell', prefix: 'p_' },
  );
  expect(text).toBe('p_job_id="\\$(id) \\`id\\` \\"x\\" \\\\"\np_a_b="1"\n');
});

test('a table of a hundred thousand rows', async () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => [`job${index}`]);
  expect((await listText({ titles: ['Job ID'], rows }, PLAIN)).length).toBeGreaterThan(1_000_000);
});

test('words are broken at blanks, behind hyphens, and in the middle only when they are too long', () => {
  expect(fill('one two three', 7)).toEqual(['one two', 'three']);
  expect(fill('well-known words', 8)).toEqual(['well-', 'known', 'words']);
  expect(fill('a '.padEnd(12, 'x'), 6)).toEqual(['a xxxx', 'xxxxxx']);
  expect(fill('日本日本', 5)).toEqual(['日本', '日本']);
  expect(fill('', 5)).toEqual([]);
});
