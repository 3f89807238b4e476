import { expect, it } from '@jest/globals';
import { absoluteRoot, folderOfPath, inFolder, nameOfPath, reasonAgainstKey } from './file-keys.ts';

it.each([
  ['/srv/backup/', '/home/u', '/srv/backup'],
  ['backup', '/home/u', '/home/u/backup'],
  ['./a//b/../c', '/home/u', '/home/u/a/c'],
  ['/../..', '/', '/'],
  ['backup', '/', '/backup'],
])('container %s of home %s is %s', (container, home, root) => expect(absoluteRoot(container, home)).toBe(root));

it.each(['', '/a', 'a/', 'a//b', '..', 'a/../b', '.', 'a\0b', '.freezer-tmp/x', 'a/.freezer-tmp', '\ud800'])('key %j is refused', (key) => {
  expect(reasonAgainstKey(key)).toEqual(expect.any(String));
});

it.each(['a', "a b/$(x)'\n/*", '...', 'freezer-tmp'])('key %j is a path', (key) => expect(reasonAgainstKey(key)).toBeUndefined());

it.each([
  ['/a/b', '/a', 'b'],
  ['/a', '/', 'a'],
])('%s is above %s and %s', (path, above, name) => {
  expect([folderOfPath(path), nameOfPath(path)]).toEqual([above, name]);
  expect(inFolder(above, name)).toBe(path);
});

it('above the root is the root', () => expect(folderOfPath('/')).toBe('/'));
