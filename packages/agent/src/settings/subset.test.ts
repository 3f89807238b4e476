import { expect, test } from '@jest/globals';
import { readSubset } from './subset.ts';

test.each([
  ['10%', { kind: 'share', percent: 10 }],
  [' 2.5 % ', { kind: 'share', percent: 2.5 }],
  ['.5%', { kind: 'share', percent: 0.5 }],
  ['100%', { kind: 'share', percent: 100 }],
  ['1/1', { kind: 'part', part: 1, parts: 1 }],
  ['03 / 7', { kind: 'part', part: 3, parts: 7 }],
])('%j', (text, subset) => {
  expect(readSubset(text)).toEqual(subset);
});

test.each(['', '10', '0%', '0.0001%', '100.1%', '-1%', '1e1%', '0/7', '8/7', '1/0', '1/1000000', '1/7%', 'half'])('%j is no subset', (text) => {
  expect(readSubset(text)).toBeUndefined();
});
