import { expect, test } from '@jest/globals';
import { entryOfFacts, readListing, showsItself, timeOf } from './listing.ts';

const UNIX = [
  'total 12',
  'drwx------    3 1001     1001         4096 Nov 28 20:58 .',
  'drwx------    5 1001     1001         4096 Nov 28 20:58 ..',
  '-rw-------    1 1001     1001           10 Nov 28 20:58  blank first',
  '-rw-r--r--+   1 me       users 12345678901 Jan  1  2024 a -> b',
  'drwxr-xr-x    2 1001     1001         4096 Nov 28 20:58 folder',
  'lrwxrwxrwx    1 1001     1001            4 Nov 28 20:58 link -> file',
  '-rw-------    1 1001     1001           10 Nov 28 20:58 no UTF-8 \uFFFD',
  '',
].join('\r\n');

test('LIST of Unix: blanks of names stay, links lose their target, what has no key is left out', () => {
  expect(readListing(UNIX)).toEqual([
    { name: ' blank first', type: 'file', size: 10 },
    { name: 'a -> b', type: 'file', size: 12_345_678_901 },
    { name: 'folder', type: 'folder', size: 4096 },
    { name: 'link', type: 'link', size: 4 },
  ]);
  expect(showsItself(UNIX)).toBe(true);
  expect(showsItself('-rw-------    1 1001     1001           10 Nov 28 20:58 a.')).toBe(false);
});

test('LIST of Windows', () => {
  expect(readListing('11-28-26  08:58PM       <DIR>          folder\r\n11-28-26  08:58PM                   10 file one\r\n')).toEqual([
    { name: 'folder', type: 'folder', size: 0 },
    { name: 'file one', type: 'file', size: 10 },
  ]);
});

test('MLSD: facts in any order and case', () => {
  expect(
    readListing(
      'type=cdir;modify=20261128205800; .\r\nmodify=20261128205800;Size=10;Type=file;UNIX.mode=0600;  blank; semicolon\r\ntype=OS.unix=slink:x;size=1; l\r\n',
    ),
  ).toEqual([
    { name: ' blank; semicolon', type: 'file', size: 10, modifiedAt: Date.UTC(2026, 10, 28, 20, 58) },
    { name: 'l', type: 'link', size: 1, modifiedAt: undefined },
  ]);
  expect(entryOfFacts('type=pdir; ..')).toBeUndefined();
});

test.each([
  ['20261128205801', Date.UTC(2026, 10, 28, 20, 58, 1)],
  ['20261128205801.5', Date.UTC(2026, 10, 28, 20, 58, 1, 500)],
  ['soon', undefined],
])('the time %s', (text, time) => {
  expect(timeOf(text)).toBe(time);
});
