import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, messageOf } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makePassFile, readPassFile } from './pass-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pass-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(content: string | Uint8Array, mode = 0o600): ReturnType<typeof readPassFile> {
  const path = join(folder, 'pass');
  await writeFile(path, content);
  await chmod(path, mode);
  return readPassFile(path);
}

const failureOf = async (work: Promise<unknown>): Promise<{ code: string; message: string }> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return { code: FreezerError.is(error) ? error.code : 'none', message: messageOf(error) };
};

describe('readPassFile', () => {
  test('the first line without its line feed, as openssl takes it', async () => {
    expect((await read('one\ntwo\n')).bytes.toString()).toBe('one');
    expect((await read('one')).bytes.toString()).toBe('one');
    expect((await read('one\r\n')).bytes.toString()).toBe('one\r');
    expect((await read(Buffer.from([0xff, 0x20, 0x0a]))).bytes.toString('hex')).toBe('ff20');
    expect((await read('x'.repeat(1023))).bytes).toHaveLength(1023);
  });

  test('says when it is weak, and when others can read it', async () => {
    expect(await read('fifteen letters')).toMatchObject({ weak: true, readableByOthers: false });
    expect(await read('sixteen letters!', 0o640)).toMatchObject({ weak: false, readableByOthers: true });
  });

  test('refuses what is no passphrase, and never says what is in the file', async () => {
    for (const content of ['', '\nsecond', 'nul\0byte', 'y'.repeat(1024)]) {
      const { code, message } = await failureOf(read(content));
      expect(code).toBe('invalid');
      expect(message).toContain(`--encrypt-pass-file '${join(folder, 'pass')}'`);
      expect(message).not.toMatch(/second|yyy/);
    }
    expect((await failureOf(readPassFile('/dev/zero'))).code).toBe('invalid');
  });

  test('a file that is missing or a folder are the same wrong usage', async () => {
    for (const [path, reason] of [
      [join(folder, 'none'), 'there is no such file'],
      [folder, 'is a directory'],
    ] as const) {
      expect(await failureOf(readPassFile(path))).toMatchObject({ code: 'invalid', message: `--encrypt-pass-file '${path}': ${reason}` });
    }
  });
});

describe('makePassFile', () => {
  test('writes 32 random bytes as base64, 0600, that can be read', async () => {
    const path = join(folder, 'new');
    await makePassFile(path);
    expect(await readFile(path, 'latin1')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readPassFile(path)).toMatchObject({ weak: false, readableByOthers: false });
  });

  test('leaves a file that exists alone, and names a folder that does not', async () => {
    const path = join(folder, 'pass');
    await writeFile(path, 'precious');
    expect((await failureOf(makePassFile(path))).code).toBe('already_exists');
    expect(await readFile(path, 'latin1')).toBe('precious');
    expect((await failureOf(makePassFile(join(folder, 'none/pass')))).code).toBe('not_found');
  });
});
