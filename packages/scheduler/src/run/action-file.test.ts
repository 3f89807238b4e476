import { readIni } from '@freezer/settings';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { actionFile } from './action-file.ts';

test('is what Freezer writes', () => {
  expect(actionFile({ action: 'backup', Path: '/a', flag: true, off: false, none: null, n: 3, list: ['a', 'b'] }, { os_trust_id: 't' })).toBe(
    '[action]\naction = backup\npath = /a\nflag = True\noff = False\nn = 3\nlist = a,b\nos_trust_id = t\n\n',
  );
});

test('no value becomes another key, a section or a reference', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\p{C}\p{Z}\s]/gu, 'x'));
  fc.assert(
    fc.property(
      fc.array(
        line.filter((text) => text !== '' && !/^[#;]/.test(text)),
        { minLength: 1, maxLength: 4 },
      ),
      (lines) => {
        const value = lines.join('\n');
        const entries = readIni(actionFile({ first: value, second: 'plain' }), 'file', 'job');
        expect(entries.map(({ key, value: read }) => [key, read])).toEqual([
          ['first', value],
          ['second', 'plain'],
        ]);
      },
    ),
  );
});

test('a key holds nothing that ends it', () => {
  expect(actionFile({ 'a = b\n[x]': '1' })).toBe('[action]\na_b_x_ = 1\n\n');
});

test('no key makes a comment, nor goes on with the value before it', () => {
  const file = actionFile({ first: '/a', '': '../b', ' ': '../c', '# x': 'd\ne', ';': 'f' });
  expect(readIni(file, 'file', 'job').map(({ key, value }) => [key, value])).toEqual([
    ['first', '/a'],
    ['__x', 'd\ne'],
    ['_', 'f'],
  ]);
});

test('what the scheduler adds stands last, in place of all that the action says of it', () => {
  const added = { os_trust_id: 'ours' };
  for (const name of ['os_trust_id', 'OS_TRUST_ID', 'os-trust-id', ' os trust id ', 'os_trust_id\u0085']) {
    const entries = readIni(actionFile({ [name]: 'other', command: 'x' }, added), 'file', 'job');
    expect(entries.at(-1)).toMatchObject({ key: 'os_trust_id', value: 'ours' });
  }
  expect(actionFile({ OS_TRUST_ID: 'other', command: 'x' }, added)).toBe('[action]\ncommand = x\nos_trust_id = ours\n\n');
});
