import { expect, test } from '@jest/globals';
import { nearestName } from './suggest.ts';

const NAMES = ['max-level', 'always-level', 'debug', 'json'];

test.each([
  ['max-levl', 'max-level'],
  ['mxa-level', 'max-level'],
  ['max-level', 'max-level'],
  ['alwayslevel', 'always-level'],
  ['jsno', 'json'],
  ['de', 'debug'],
  ['xyz', undefined],
  ['', undefined],
])('%j', (given, expected) => {
  expect(nearestName(given, NAMES)).toBe(expected);
});
