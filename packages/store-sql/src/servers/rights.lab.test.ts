import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, LabScript } from '@freezer/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { openSqlStore } from '../open-sql-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-postgresql-'));
let server: LabScript;
let url = '';
beforeAll(async () => {
  const script = fileURLToPath(new URL('../../../../tools/lab/postgresql.sh', import.meta.url));
  server = new LabScript(script, folder, { PGPORT: String(await freePort()) });
  url = server.start()[0] ?? '';
}, 120_000);
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

test('PostgreSQL: who has no right to the tables is told so, and not that there are none', async () => {
  await using store = await openSqlStore({ url });
  await store.migrate();
  const address = new URL(url.replace(/^postgresql\+\w+:/, 'postgresql:'));
  const admin = new Client({ connectionString: address.href });
  await admin.connect();
  await admin.query("create role weak login password 'weak'");
  await admin.end();
  [address.username, address.password] = ['weak', 'weak'];
  await using weak = await openSqlStore({ url: address.href });
  expect(await weak.describe()).toEqual(await store.describe());
  await expect(weak.drop()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('must be owner of table') });
  await expect(weak.documents('jobs').search({ scope: {}, limit: 1, offset: 0 })).rejects.toMatchObject({ code: 'permission_denied' });
}, 120_000);
