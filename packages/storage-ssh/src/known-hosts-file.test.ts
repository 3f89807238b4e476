import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { addKnownHost, readKnownHosts } from './known-hosts-file.ts';

const KEY = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from('one')]);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'freezer-known-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

it('makes folder and file for the user alone, and reads back what it wrote', async () => {
  const file = `${folder}/.ssh/known_hosts`;
  await addKnownHost(file, '[h]:2222', KEY);
  await addKnownHost(file, 'other', KEY);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  expect((await readKnownHosts([`${folder}/absent`, file])).map(({ where, hosts }) => [where, hosts])).toEqual([
    [`${file}:1`, '[h]:2222'],
    [`${file}:2`, 'other'],
  ]);
});

it('begins a new line where the last one has no end', async () => {
  const file = `${folder}/known_hosts`;
  await writeFile(file, '# mine');
  await addKnownHost(file, 'h', KEY);
  expect(await readFile(file, 'utf8')).toBe(`# mine\nh ssh-ed25519 ${KEY.toString('base64')}\n`);
});

it('a folder in place of the file is wrong usage that names the setting', async () => {
  await expect(readKnownHosts([folder])).rejects.toMatchObject({ code: 'invalid', message: `ssh_known_hosts: ${folder} cannot be read: EISDIR` });
});

it('fails at once where no folder can be made; Node alone would try for ever', async () => {
  if (process.platform === 'linux') await expect(addKnownHost('/proc/nope/known_hosts', 'h', KEY)).rejects.toMatchObject({ code: 'ENOENT' });
});
