import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SILENT, type Storage } from '@freezer/core';
import { describeStorageContract, OpenSshServer } from '@freezer/testing';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { sshStorage } from './ssh-plugin.ts';

jest.setTimeout(20_000);

const base = mkdtempSync(path.join(tmpdir(), 'freezer-ssh-'));
// Everything above a chroot must be root's alone, which /tmp is not.
const jail = mkdtempSync('/var/lib/freezer-ssh-');
let normal: OpenSshServer;
let jailed: OpenSshServer;

beforeAll(async () => {
  for (const name of ['normal', 'jailed']) mkdirSync(`${base}/${name}`);
  normal = await OpenSshServer.start({ folder: `${base}/normal` });
  jailed = await OpenSshServer.start({ folder: `${base}/jailed`, chroot: jail });
});
afterAll(async () => {
  await normal.stop();
  await jailed.stop();
  for (const folder of [base, jail]) rmSync(folder, { recursive: true, force: true });
});

const openAs = async (server: OpenSshServer, container: string, id: string): Promise<Storage> =>
  await sshStorage.open(
    sshStorage.settings.parse({
      container,
      ssh_host: '127.0.0.1',
      ssh_port: server.port,
      ssh_username: server.username,
      ssh_key: server.keyFile,
      ssh_known_hosts: `${base}/known_hosts`,
    }),
    { logger: SILENT, run: { id, owner: Buffer.from(`owner of ${id}`) } },
  );

let root = base;
describeStorageContract('ssh', {
  open: async () => {
    root = await mkdtemp(`${base}/`);
    return await openAs(normal, `${root}/backups`, 'run-one');
  },
  openAnother: async () => await openAs(normal, `${root}/backups`, 'run-two'),
  manyObjects: 600,
});

let folder = '';
describeStorageContract('ssh, sftp-only in a chroot', {
  open: async () => {
    folder = path.basename(await mkdtemp(`${jail}/`));
    return await openAs(jailed, `/${folder}/backups`, 'run-one');
  },
  openAnother: async () => await openAs(jailed, `/${folder}/backups`, 'run-two'),
  manyObjects: 300,
});
