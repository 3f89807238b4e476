import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeFolders } from './make-folders.ts';

let place = '';
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'folders-'));
});
afterEach(() => rm(place, { recursive: true }));

test('what is missing is made with the mode, what is there stays', async () => {
  await makeFolders(join(place, 'a', 'b', 'c'), 0o700);
  await makeFolders(join(place, 'a', 'b', 'c'), 0o755);
  for (const path of ['a', 'a/b', 'a/b/c']) expect((await stat(join(place, path))).mode & 0o777).toBe(0o700);
});

test('a file in the way, and a file system that makes no folders, are said', async () => {
  await writeFile(join(place, 'file'), '');
  await expect(makeFolders(join(place, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolders(join(place, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  if (process.platform === 'linux') await expect(makeFolders('/proc/nope/a')).rejects.toMatchObject({ code: 'ENOENT' });
});
