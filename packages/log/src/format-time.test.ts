import { expect, test } from '@jest/globals';
import { formatTime } from './format-time.ts';

test.each([
  ['%Y-%m-%d %H:%M:%S', '2026-11-01 16:04:09'],
  ['%a %A %b %B %e %j %p %I %y', 'Sun Sunday Nov November  1 305 PM 04 26'],
  ['%F %T %R %D %u %w %U %W', '2026-11-01 16:04:09 16:04 11/01/26 7 0 44 43'],
  ['100%% %Q %', '100% %Q %'],
])('%s', (pattern, expected) => {
  expect(formatTime(new Date(2026, 10, 1, 16, 4, 9), pattern)).toBe(expected);
});
