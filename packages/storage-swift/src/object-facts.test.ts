import { expect, test } from '@jest/globals';
import { factsOf, manifestValue } from './object-facts.ts';

const HEADER_VALUE = /^[\x21-\xff][\x20-\x7e\x80-\xff]*$/;

test.each([
  ['plain', 'data/tar/h_n', 'plain/data/tar/h_n'],
  ['c', 'a%20b?c&d', 'c/a%2520b%3Fc%26d'],
  ['c', 'tab\tbell\u0007', 'c/tab%09bell%07'],
  [' led by a blank', 'ü', '%20led by a blank/ü'],
])('the manifest of %j and %j is one that a header can hold, and is read as what it was', (container, prefix, text) => {
  const value = manifestValue(container, prefix);
  expect(Buffer.from(value, 'latin1').toString('utf8')).toBe(text);
  expect(value).toMatch(HEADER_VALUE);
  expect(factsOf((name) => (name === 'x-object-manifest' ? value : undefined)).dynamic).toMatchObject({ container, prefix });
});
