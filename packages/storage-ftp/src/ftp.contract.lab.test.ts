import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SILENT, type Storage } from '@freezer/core';
import { describeStorageContract, FtpServers } from '@freezer/testing';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { ftpStorage, ftpsStorage } from './ftp-plugin.ts';

jest.setTimeout(20_000);

const base = mkdtempSync(path.join(tmpdir(), 'freezer-ftp-'));
chmodSync(base, 0o755);
let servers: FtpServers;
let round = 0;

beforeAll(async () => {
  servers = await FtpServers.start(`${base}/servers`);
});
afterAll(() => {
  servers.stop();
  rmSync(base, { recursive: true, force: true });
});

const openAs = async (kind: 'ftp' | 'ftps', port: number, id: string): Promise<Storage> => {
  const plugin = kind === 'ftp' ? ftpStorage : ftpsStorage;
  const settings = {
    ...servers.settings,
    ftp_port: port,
    container: `c${round}/backups`,
    ftp_tls: port === servers.facts.implicit_port ? 'implicit' : 'explicit',
  };
  return await plugin.open(plugin.settings.parse(settings), { logger: SILENT, run: { id, owner: Buffer.from(`owner of ${id}`) } });
};

const suite = (name: string, kind: 'ftp' | 'ftps', portOf: () => number): void =>
  describeStorageContract(name, {
    open: async () => {
      round += 1;
      return await openAs(kind, portOf(), 'run-one');
    },
    openAnother: async () => await openAs(kind, portOf(), 'run-two'),
    manyObjects: 150,
  });

suite('ftp, a server that knows LIST alone', 'ftp', () => servers.facts.port);
suite('ftp, a server that knows MLSD', 'ftp', () => servers.facts.facts_port);
suite('ftps, explicit', 'ftps', () => servers.facts.port);
suite('ftps, implicit', 'ftps', () => servers.facts.implicit_port);
