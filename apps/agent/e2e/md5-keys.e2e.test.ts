import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ours, oursEnds } from './harness/our-agent.ts';
import { mustRun } from './harness/run-program.ts';
import { treeLines } from './harness/tree-lines.ts';

// OpenSSL before 1.1.0 made the key by MD5, and the stream does not say so. Python with a newer OpenSSL cannot restore such sets.
const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
const PASS_FILE = join(FIXTURES, 'encrypted.passfile');

jest.setTimeout(60_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

async function where(): Promise<readonly string[]> {
  return ['--storage', 'local', '-C', join(lab.root, 'st'), '--hostname', 'fixhost', '-N', 'fix', '--encrypt-pass-file', PASS_FILE];
}

/** The golden encrypted set, each of its levels encrypted again as an old OpenSSL did it. */
async function md5Set(): Promise<void> {
  await mustRun('tar', ['-xzf', join(FIXTURES, 'tar-gzip-encrypted-2levels.tar.gz'), '-C', lab.root]);
  const files = (await mustRun('find', [join(lab.root, 'st/data'), '-name', 'data', '-type', 'f'])).trim().split('\n');
  expect(files).toHaveLength(2);
  for (const file of files) {
    const cipher = ['enc', '-aes-256-cfb', '-pass', `file:${PASS_FILE}`];
    await mustRun('openssl', [...cipher, '-d', '-md', 'sha256', '-in', file, '-out', `${lab.root}/plain`]);
    await mustRun('openssl', [...cipher, '-md', 'md5', '-in', `${lab.root}/plain`, '-out', file]);
  }
}

it('a set with keys made by MD5 is verified and restored', async () => {
  await mustRun('tar', ['-xzf', join(FIXTURES, 'tar-gzip-encrypted-2levels.tar.gz'), '-C', lab.root]);
  const usual = lab.target();
  await mkdir(usual);
  await oursEnds(lab, process.getuid?.() === 0 ? 0 : 3, 'restore', ['--restore-abs-path', usual, ...(await where())]);
  await rm(join(lab.root, 'st'), { recursive: true });
  await md5Set();
  await oursEnds(lab, 0, 'verify', await where());
  const target = lab.target();
  await oursEnds(lab, process.getuid?.() === 0 ? 0 : 3, 'restore', ['--restore-abs-path', target, ...(await where())]);
  const lines = await treeLines(target);
  expect(lines.length).toBeGreaterThan(10);
  expect(lines).toEqual(await treeLines(usual));
});

it('another passphrase is refused before anything is written', async () => {
  await md5Set();
  const options = (await where()).with(-1, await lab.otherPassFile('wrong\n'));
  const target = lab.target();
  const { code, stderr } = await ours(lab, 'restore', ['--restore-abs-path', target, ...options]);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('passphrase') });
  await expect(treeLines(target)).rejects.toThrow('ENOENT');
});
