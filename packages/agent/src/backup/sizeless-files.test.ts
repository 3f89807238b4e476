import { expect, test } from '@jest/globals';
import { sizelessReason } from './sizeless-files.ts';

test('a source whose files do not say how much they hold is named, and no other', async () => {
  expect(await sizelessReason('/proc/self/net')).toContain('file system proc');
  for (const path of [import.meta.dirname, '/sys', '/nowhere']) expect(await sizelessReason(path)).toBeUndefined();
});
