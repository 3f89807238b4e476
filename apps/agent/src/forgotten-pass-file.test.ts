import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

let here: RunHere;
beforeEach(async () => {
  here = new RunHere();
  await mkdir(here.path('source'));
  await writeFile(here.path('source', 'file'), 'content\n');
  await writeFile(here.path('pass'), 'a passphrase that is long enough\n', { mode: 0o600 });
});
afterEach(() => here[Symbol.dispose]());

test.each([['--incremental'], ['--no-incremental']])('a backup in clear text behind encrypted ones is warned of (%s)', async (levels) => {
  const backup = async (...options: readonly string[]): Promise<string> => {
    await rm(here.path('log'), { force: true });
    expect((await here.run('backup', '-F', here.path('source'), '--nosync', '--force', levels, ...options)).code).toBe(0);
    return readFile(here.path('log'), 'utf8');
  };
  expect(await backup('--encrypt-pass-file', here.path('pass'))).not.toContain('clear text');
  expect(await backup('--encrypt-pass-file', here.path('pass'))).not.toContain('clear text');
  expect(await backup()).toContain('this backup is stored in clear text');
  expect(await backup()).not.toContain('clear text');
});
