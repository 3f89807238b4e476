import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkConsistency, consistencyChecksum } from './consistency-checksum.ts';
import { pythonEscape } from './python-escape.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'freezer-consistency-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ['./a b~', './a b~'],
  ['\xc3\xa9\xe2\x82\xac', '\\xe9\\u20ac'],
  ['\xf0\x9f\x98\x80', '\\U0001f600'],
  ['\xff\xc3', '\\udcff\\udcc3'],
  ['\xed\xa0\x80', '\\udced\\udca0\\udc80'],
  ['\t\n\r\\\x01\x7f', '\\t\\n\\r\\\\\\x01\\x7f'],
])('the path %j is %j for Python', (path, escaped) => {
  expect(pythonEscape(path)).toBe(escaped);
});

describe('the checksum', () => {
  test('of an empty directory and of a single file end with a name', async () => {
    // sha256 of '.' and of 'content'.
    expect(await consistencyChecksum({ path: root, ignoreLinks: true })).toBe('cdb4ee2aea69cc6a83331bbe96dc2caa9a299d21329efb0336fc02a82e1839a8.');
    writeFileSync(join(root, 'file'), 'content');
    const one = 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73file';
    expect(await consistencyChecksum({ path: join(root, 'file'), ignoreLinks: true })).toBe(one);
    await checkConsistency(root, one);
    await checkConsistency(root, one.slice(0, 64)).then(
      () => expect('').toBe('must fail'),
      (error: unknown) => expect(String(error)).toContain('did not match.'),
    );
  });

  test('sees content, names and links', async () => {
    const of = (ignoreLinks: boolean): Promise<string> => consistencyChecksum({ path: root, ignoreLinks });
    mkdirSync(join(root, 'a'));
    writeFileSync(join(root, 'a/file'), 'content');
    const before = await of(true);
    expect(await of(true)).toBe(before);
    writeFileSync(join(root, 'a/file'), 'contenT');
    expect(await of(true)).not.toBe(before);
    rmSync(join(root, 'a/file'));
    symlinkSync('/etc/hostname', join(root, 'a/file'));
    expect(await of(true)).not.toBe(await of(false));
  });

  test('stops when it is told to', async () => {
    await expect(consistencyChecksum({ path: root, ignoreLinks: true, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
