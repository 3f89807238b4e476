import { expect, test } from '@jest/globals';
import { reportText } from './restore-report.ts';

test.each([
  [['0_10', '1_11'], 'restored host_set of 1970-01-01T00:00:11Z (0_10, 1_11) to /to\n'],
  [[], 'restored host_set of 1970-01-01T00:00:11Z to /to\n'],
])('the levels that were read are named when there were any: %j', (levels, text) => {
  expect(reportText({ set: 'host_set', target: '/to', t: 11, levels, pruned: 0, problems: [], counts: undefined })).toBe(text);
});
