import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { consistencyChecksum } from './consistency-checksum.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'freezer-consistency-'));
  for (const folder of ['a', 'a/empty', 'b', 'b/deep']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'a/one'), 'one');
  writeFileSync(join(root, 'a/nothing'), '');
  writeFileSync(join(root, 'b/deep/big'), Buffer.alloc(3_000_001, 'x'));
  for (const name of ['b/é€😀', 'b/back\\slash', 'b/new\nline', 'b/tab\t', 'b/\x01']) writeFileSync(join(root, name), name);
  symlinkSync('one', join(root, 'a/link'));
  symlinkSync('nowhere', join(root, 'a/dangling \xe9'));
  writeFileSync(Buffer.from(`${root}/b/no utf-8 \xff\xc3`, 'latin1'), 'x');
  symlinkSync('nowhere', Buffer.from(`${root}/b/link \xff\xed\xa0\x80`, 'latin1'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** As Freezer's job does it: in the directory, or beside the file. */
const SCRIPT = `import os, sys
from freezer.utils import checksum
os.chdir(sys.argv[1])
print(checksum.CheckSum(sys.argv[2], ignorelinks=sys.argv[3] == 'true').compute())`;

const python = (folder: string, path: string, ignoreLinks: boolean): string =>
  execFileSync('/usr/bin/python3', ['-W', 'ignore', '-c', SCRIPT, folder, path, String(ignoreLinks)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trimEnd();

test.each([true, false])("is Python's, links ignored: %s", async (ignoreLinks) => {
  expect(await consistencyChecksum({ path: root, ignoreLinks })).toBe(python(root, '.', ignoreLinks));
  expect(await consistencyChecksum({ path: join(root, 'a/empty'), ignoreLinks })).toBe(python(join(root, 'a/empty'), '.', ignoreLinks));
  expect(await consistencyChecksum({ path: join(root, 'a/one'), ignoreLinks })).toBe(python(join(root, 'a'), 'one', ignoreLinks));
  symlinkSync('../b', join(root, 'a/directory'));
  expect(await consistencyChecksum({ path: root, ignoreLinks })).toBe(python(root, '.', ignoreLinks));
});
