import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeStoreContract, freePort, LabScript } from '@freezer/testing';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { openSqlStore } from '../open-sql-store.ts';

const script = (name: string): string => fileURLToPath(new URL(`../../../../tools/lab/${name}.sh`, import.meta.url));

describe.each([
  ['PostgreSQL', 'postgresql', 'PGPORT'],
  ['MariaDB', 'mariadb', 'MYSQL_TCP_PORT'],
])('%s', (name, file, portName) => {
  const folder = mkdtempSync(join(tmpdir(), `freezer-${file}-`));
  let server: LabScript;
  let url = '';
  beforeAll(async () => {
    server = new LabScript(script(file), folder, { [portName]: String(await freePort()) });
    url = server.start()[0] ?? '';
  }, 120_000);
  afterAll(() => {
    server.stop();
    rmSync(folder, { recursive: true });
  });

  describeStoreContract(name, {
    open: async () => {
      const store = await openSqlStore({ url });
      await store.drop();
      return store;
    },
    openAnother: async () => await openSqlStore({ url, poolSize: 3 }),
  });
});
