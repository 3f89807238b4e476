import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findProgram } from './find-program.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-program-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the first name that can be executed, in the order of the names, then of PATH', async () => {
  for (const name of ['one', 'two']) await mkdir(join(folder, name));
  for (const name of ['one/gzip', 'two/gzip', 'two/pigz']) {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  }
  await writeFile(join(folder, 'one/pigz'), '', { mode: 0o644 });
  await mkdir(join(folder, 'one/xz'));
  const environment = { PATH: `${join(folder, 'one')}:${join(folder, 'two')}` };
  expect(await findProgram(['pigz', 'gzip'], environment)).toBe(join(folder, 'two/pigz'));
  expect(await findProgram(['bzip2', 'gzip'], environment)).toBe(join(folder, 'one/gzip'));
  expect(await findProgram(['xz'], environment)).toBeUndefined();
});

test('what was missing is looked for again', async () => {
  const environment = { PATH: folder };
  expect(await findProgram(['late'], environment)).toBeUndefined();
  await writeFile(join(folder, 'late'), '');
  await chmod(join(folder, 'late'), 0o755);
  expect(await findProgram(['late'], environment)).toBe(join(folder, 'late'));
});
