import { expect, test } from '@jest/globals';
import { helpAction } from './help-action.ts';

test.each([
  [['--help'], undefined],
  [['restore', '-h'], 'restore'],
  [['-h', '--action', 'admin'], 'admin'],
  [['--action=list', '-h'], 'list'],
  [['bogus', '-h'], undefined],
  [['-h', '--action'], undefined],
])('%j', (argv, action) => {
  expect(helpAction(argv)).toBe(action);
});
