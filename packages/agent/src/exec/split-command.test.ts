import { describe, expect, test } from '@jest/globals';
import { splitCommand } from './split-command.ts';

describe('a command', () => {
  test.each<[string, string[][]]>([
    ['/bin/echo  a b ', [['/bin/echo', 'a', 'b']]],
    ['echo "two words" \'$HOME *\' a\\ b', [['echo', 'two words', '$HOME *', 'a b']]],
    ['echo "" \'\' x""y', [['echo', '', '', 'xy']]],
    ['echo "a\\"b\\n\\\\" \'\\\'', [['echo', 'a"b\\n\\', '\\']]],
    ['curl http://h/?a=1&b=2; > x < y `z` $(w)', [['curl', 'http://h/?a=1&b=2;', '>', 'x', '<', 'y', '`z`', '$(w)']]],
    ['a|b', [['a'], ['b']]],
    ['a x | b "|" \\| | c', [['a', 'x'], ['b', '|', '|'], ['c']]],
    ['a\tb\nc\\\nd', [['a', 'b', 'cd']]],
  ])('%j', (command, programs) => {
    expect(splitCommand(command)).toEqual(programs);
  });

  test.each<[string, RegExp]>([
    ['', /a program is missing/],
    ['a |', /a program is missing/],
    ['| a', /a program is missing/],
    ['a || b', /\|\| is a word of a shell/],
    ["a 'b", /quote ' is not closed/],
    ['a "b', /quote " is not closed/],
    ['a \\', /ends with a backslash/],
    ['a\0b', /NUL/],
  ])('%j is refused', (command, message) => {
    expect(() => splitCommand(command)).toThrow(message);
  });
});
