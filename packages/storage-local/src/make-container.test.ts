import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeContainer, prepareContainer } from './make-container.ts';

let place = '';
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'container-'));
});
afterEach(() => rm(place, { recursive: true }));

test('what is missing is made with the mode whatever the umask says, what is there stays', async () => {
  const before = process.umask(0o077);
  try {
    await makeContainer(join(place, 'a', 'b'), 0o750);
    await makeContainer(join(place, 'a', 'b'), 0o700);
  } finally {
    process.umask(before);
  }
  for (const path of ['a', 'a/b']) expect((await stat(join(place, path))).mode & 0o777).toBe(0o750);
});

test('a file in the way, and a file system that makes no folders, are said', async () => {
  await writeFile(join(place, 'file'), '');
  for (const path of [join(place, 'file'), join(place, 'file', 'below')]) {
    await expect(prepareContainer({ operation: 'prepare', key: '', path }, 0o700)).rejects.toMatchObject({
      code: 'already_exists',
      message: `local storage: prepare failed: a file is where the container, or a folder above it, should be (${path})`,
    });
  }
  if (process.platform === 'linux') await expect(makeContainer('/proc/nope/a', 0o700)).rejects.toMatchObject({ code: 'ENOENT' });
});
