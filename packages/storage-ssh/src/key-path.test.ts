import { expect, it } from '@jest/globals';
import { absoluteRoot, folderOfPath, pathOfKey, pathOfPrefix } from './key-path.ts';

it.each([
  ['/srv/backup/', '/home/u', '/srv/backup'],
  ['backup', '/home/u', '/home/u/backup'],
  ['./a//b/../c', '/home/u', '/home/u/a/c'],
  ['/../..', '/', '/'],
  ['backup', '/', '/backup'],
])('container %s of home %s is %s', (container, home, root) => expect(absoluteRoot(container, home)).toBe(root));

it('a key is a path below the container, as it is: SFTP knows no quoting', () => {
  expect(pathOfKey('/b', 'put', "a b/$(x)'\n/*")).toBe("/b/a b/$(x)'\n/*");
  expect(pathOfKey('/', 'put', 'a')).toBe('/a');
  expect(pathOfPrefix('/', 'list', '')).toBe('/');
});

it.each(['', '/a', 'a/', 'a//b', '..', 'a/../b', '.', 'a\0b', '.freezer-tmp/x', 'a/.freezer-tmp', '\ud800'])('key %j is refused', (key) => {
  expect(() => pathOfKey('/b', 'put', key)).toThrow(expect.objectContaining({ code: 'invalid' }));
});

it.each([
  ['/a/b', '/a'],
  ['/a', '/'],
  ['/', '/'],
])('above %s is %s', (path, above) => expect(folderOfPath(path)).toBe(above));
