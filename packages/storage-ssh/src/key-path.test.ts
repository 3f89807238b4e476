import { expect, it } from '@jest/globals';
import { pathOfKey, pathOfPrefix } from './key-path.ts';

it('a key is a path below the container, as it is: SFTP knows no quoting', () => {
  expect(pathOfKey('/b', 'put', "a b/$(x)'\n/*")).toBe("/b/a b/$(x)'\n/*");
  expect(pathOfKey('/', 'put', 'a')).toBe('/a');
  expect(pathOfPrefix('/', 'list', '')).toBe('/');
});

it.each(['', '../b', '.freezer-tmp/x'])('key %j is refused', (key) => {
  expect(() => pathOfKey('/b', 'put', key)).toThrow(expect.objectContaining({ code: 'invalid' }));
});
