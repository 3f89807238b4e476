import { describe, expect, test } from '@jest/globals';
import { formatJson } from './json.ts';
import { printable } from './printable.ts';
import { formatProperties, formatTable } from './table.ts';
import { textWidth } from './text-width.ts';
import { formatBytes, formatInstant, formatSeconds } from './units.ts';

describe('tables', () => {
  test('columns are aligned, also with wide characters, and a cell is one line', () => {
    const table = formatTable(
      [{ title: 'Name' }, { title: 'Size', align: 'right' }, { title: 'Last' }],
      [
        ['备份', 5, 'a\nb'],
        ['x', 12345, ''],
      ],
    );
    expect(table).toBe('Name   Size  Last\n备份      5  a\\nb\nx     12345\n');
    expect(
      formatProperties([
        ['a', 1],
        ['name', '\u001b[31m'],
      ]),
    ).toBe('a     1\nname  \\x1b[31m\n');
    expect(formatTable([{ title: 'A' }], [])).toBe('A\n');
  });

  test('widths', () => {
    expect(textWidth('é e\u0301 漢 😀')).toBe(9);
  });
});

test('a text for the terminal holds nothing that steers it', () => {
  expect(printable('a\tb\r\u202ec\u009b')).toBe('a\\tb\\x0d\\u202ec\\x9b');
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1_048_575, '1.0 MiB'],
  [1_572_864, '1.5 MiB'],
  [2 ** 60, '1024.0 PiB'],
])('%i bytes', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0.44, '0.4 s'],
  [12.3, '12 s'],
  [185, '3 min 05 s'],
  [7800, '2 h 10 min'],
])('%f seconds', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test('instants are local, JSON is one line', () => {
  expect(formatInstant(new Date(2026, 0, 2, 3, 4, 5).getTime() / 1000)).toBe('2026-01-02 03:04:05');
  expect(formatInstant(8_640_000_000_001)).toBe('@8640000000001');
  expect(formatJson({ a: 'x\ny' })).toBe('{"a":"x\\ny"}\n');
  expect(formatJson(undefined)).toBe('null\n');
});
