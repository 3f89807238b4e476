import { bytePathOf } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { PathMatch } from './path-match.ts';

const PATHS = ['.', 'etc', 'etc/passwd', 'etc/passwd-', 'etc/ssh/sshd_config', 'etc/ssh/ssh.d/a.conf', 'passwd', 'a[1].txt', 'x.conf', 'ü', 'z\nz'].map(
  bytePathOf,
);
const accepted = (style: 'tree' | 'name', ...words: string[]): readonly string[] => {
  const match = new PathMatch({ words, style, sourcePath: '/src' });
  return PATHS.filter((path) => match.accepts(path)).map((path) => Buffer.from(path, 'latin1').toString());
};

describe('in a tree', () => {
  test.each<[string[], readonly string[]]>([
    [['etc/passwd'], ['etc/passwd']],
    [['./etc/passwd'], ['etc/passwd']],
    [['/src/etc/ssh/'], ['etc/ssh/sshd_config', 'etc/ssh/ssh.d/a.conf']],
    [['/etc/passwd'], ['etc/passwd']],
    [['*.conf'], ['etc/ssh/ssh.d/a.conf', 'x.conf']],
    [['etc/*/sshd_config'], ['etc/ssh/sshd_config']],
    [['etc/*'], PATHS.slice(2, 6)],
    [['etc/**/*.conf'], ['etc/ssh/ssh.d/a.conf']],
    [['ssh.d'], []],
    [['*.d'], ['etc/ssh/ssh.d/a.conf']],
    [['a[1].txt'], ['a[1].txt']],
    [
      ['[x-z].conf', '[!a-y]'],
      ['x.conf', 'ü'],
    ],
    [['?'], ['ü']],
    [['z?z'], ['z\nz']],
    [[String.raw`a\[1\].txt`], ['a[1].txt']],
    [['[z-a]*', '[', 'a)b|c'], []],
  ])('%j', (words, expected) => {
    expect(accepted('tree', ...words).filter((path) => path !== '.')).toEqual(expected);
  });

  test('a dot, the source and no word at all are everything', () => {
    for (const words of [['.'], ['/src'], ['/'], []]) expect(accepted('tree', ...words)).toHaveLength(PATHS.length);
  });
});

test.each<[string[], readonly string[]]>([
  [['passwd'], ['etc/passwd', 'passwd']],
  [['passwd*'], ['etc/passwd', 'etc/passwd-', 'passwd']],
  [['etc/passwd'], ['etc/passwd']],
  [['ssh'], []],
  [['**/a.conf'], ['etc/ssh/ssh.d/a.conf']],
])('by name: %j', (words, expected) => {
  expect(accepted('name', ...words)).toEqual(expected);
});

test('words that meant nothing are known', () => {
  const match = new PathMatch({ words: ['etc', 'nothing', '*.none'], style: 'tree', sourcePath: undefined });
  for (const path of PATHS) match.accepts(path);
  expect(match.unmatched()).toEqual(['nothing', '*.none']);
});
