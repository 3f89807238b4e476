import { describe, expect, test } from '@jest/globals';
import { type IniDialect, readIni } from './ini.ts';

const read = (text: string, dialect: IniDialect = 'job'): unknown => readIni(text, 'f.ini', dialect).map(({ section, key, value }) => [section, key, value]);

describe('what both dialects share', () => {
  test.each<IniDialect>(['job', 'oslo'])('%s', (dialect) => {
    const text =
      '\uFEFF# first\r\n[a]\r\nKey = v ; no comment\r\nurl=http://h:1/#f\r\n; second\r\nb : c = d\r\nlong = one\r\n  two\r\nempty =\r\n[b]\r\nk=v\r\n';
    expect(read(text, dialect)).toEqual([
      ['a', 'key', 'v ; no comment'],
      ['a', 'url', 'http://h:1/#f'],
      ['a', 'b', 'c = d'],
      ['a', 'long', 'one\ntwo'],
      ['a', 'empty', ''],
      ['b', 'k', 'v'],
    ]);
  });

  test.each([
    ['[a]\nfoo\n', 'f.ini line 2: expected key = value'],
    ['a = b\n', 'f.ini line 1: expected a section such as [default] before the first key'],
    ['[a\nb = c', 'f.ini line 1: a section must be written as [name]'],
    ['[a]\n= secret\n', 'f.ini line 2: expected key = value'],
  ])('%j is refused', (text, message) => {
    expect(() => readIni(text, 'f.ini', 'job')).toThrow(expect.objectContaining({ code: 'invalid', message }));
  });
});

describe('job files', () => {
  test('percent signs', () => {
    expect(read('[a]\nx = 80%%FREE\ny = 80%FREE\nz = %(x)s!\nw = %(none)s')).toEqual([
      ['a', 'x', '80%FREE'],
      ['a', 'y', '80%FREE'],
      ['a', 'z', '80%%FREE!'],
      ['a', 'w', '%(none)s'],
    ]);
  });

  test('a value goes on behind blank lines and comments; quotes stay', () => {
    expect(read('[a]\nx = 1\n\n  # no\n  2\ny = "q"\n')).toEqual([
      ['a', 'x', '1\n\n2'],
      ['a', 'y', '"q"'],
    ]);
  });
});

describe('oslo.config files', () => {
  test('quotes go, percent signs stay, a blank line ends a value', () => {
    expect(read(`[a]\nx = "q "\ny = 80%%\nz = 'a"\n`, 'oslo')).toEqual([
      ['a', 'x', 'q '],
      ['a', 'y', '80%%'],
      ['a', 'z', `'a"`],
    ]);
    expect(() => read('[a]\nx = 1\n\n  y\n', 'oslo')).toThrow('f.ini line 4: is indented, but there is no value that it could go on with');
  });
});
