import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openFolders } from './open-folders.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'freezer-open-folders-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const modeOf = async (path: string): Promise<number> => (await stat(join(root, path))).mode & 0o7777;

it('the owner of each folder may do everything again; nobody else may more than before, and files stay as they are', async () => {
  await mkdir(join(root, 'closed/below'), { recursive: true });
  await mkdir(join(root, 'setgid'));
  await writeFile(join(root, 'closed/file'), 'x', { mode: 0o400 });
  await chmod(join(root, 'setgid'), 0o2755);
  await chmod(join(root, 'closed/below'), 0o055);
  await chmod(join(root, 'closed'), 0o555);
  await openFolders(root);
  expect(await modeOf('closed')).toBe(0o755);
  expect(await modeOf('closed/below')).toBe(0o755);
  expect(await modeOf('setgid')).toBe(0o2755);
  expect(await modeOf('closed/file')).toBe(0o400);
});

it('no symbolic link is followed', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'freezer-open-folders-outside-'));
  try {
    await mkdir(join(outside, 'closed'), { mode: 0o500 });
    await symlink(outside, join(root, 'link'));
    await openFolders(root);
    expect((await stat(join(outside, 'closed'))).mode & 0o777).toBe(0o500);
  } finally {
    await rm(outside, { recursive: true });
  }
});

it('a folder that is gone is no failure, an abort is one', async () => {
  await openFolders(join(root, 'gone'));
  await expect(openFolders(root, { signal: AbortSignal.abort(new RangeError('stopped')) })).rejects.toThrow(new RangeError('stopped'));
});
