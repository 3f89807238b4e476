import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { linkLoops } from './link-loops.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'loops-'));
});
afterEach(() => rm(root, { recursive: true }));

const loopsOf = (kind: string, resource: string) => linkLoops({ kind, resource } as Parameters<typeof linkLoops>[0], new AbortController().signal);

test('links to a folder above themselves are found, also by a detour; others, and links to files, are not', async () => {
  await mkdir(join(root, 'source/a/b'), { recursive: true });
  await mkdir(join(root, 'elsewhere'));
  await writeFile(join(root, 'source/file'), '');
  for (const [target, name] of [
    ['.', 'source/self'],
    ['../..', 'source/a/b/up'],
    ['a', 'source/aside'],
    ['file', 'source/to-file'],
    ['nowhere', 'source/dangling'],
    ['../elsewhere', 'source/out'],
    ['../source', 'elsewhere/back'],
  ] as const)
    await symlink(target, join(root, name));
  await symlink('..', Buffer.concat([Buffer.from(join(root, 'source/a/')), Buffer.from([0xff])]));
  expect(await loopsOf('path', join(root, 'source'))).toEqual(['a/b/up', 'a/\xff', 'aside/b/up', 'aside/\xff', 'out/back', 'self']);
  expect(await loopsOf('path', join(root, 'source/file'))).toEqual([]);
  expect(await loopsOf('stdin', 'stdin')).toEqual([]);
});
