import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

jest.setTimeout(120_000);

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
});
afterEach(() => here[Symbol.dispose]());

test('--consistency-check gives the checksum that --consistency-checksum asks for', async () => {
  // One name in each directory: the checksum depends on the order in which a disk lists them.
  mkdirSync(here.path('source/a'), { recursive: true });
  writeFileSync(here.path('source/a/file'), 'content');
  const made = await here.run('backup', '-F', here.path('source'), '--nosync', '--consistency-check', '--metadata-out', '-');
  const { consistency_checksum: checksum } = JSON.parse(made.out) as { consistency_checksum: string };
  expect(checksum).toMatch(/^[0-9a-f]{64}$/);
  expect(await here.run('restore', '--restore-abs-path', here.path('good'), '--consistency-checksum', checksum)).toMatchObject({ code: 0 });
  const other = checksum.replaceAll(/[0-9]/g, 'a');
  expect(await here.run('restore', '--restore-abs-path', here.path('bad'), '--consistency-checksum', other)).toMatchObject({
    code: 1,
    complaints: `Critical Error: Backup Consistency Check failed: backup checksum (${other}) and restore checksum (${checksum}) did not match.\n`,
  });
  expect(await here.run('restore', '--restore-abs-path', here.path('part'), '--path', 'a', '--consistency-checksum', checksum)).toMatchObject({ code: 2 });
  const plain = await here.run('backup', '-F', here.path('source'), '--nosync', '--metadata-out', '-');
  expect(JSON.parse(plain.out)).toMatchObject({ consistency_checksum: '' });
});
