import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, LabScript } from '@freezer/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kysely, MysqlDialect, sql } from 'kysely';
import { createPool } from 'mysql2';
import { openSqlStore } from '../open-sql-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-mariadb-'));
let server: LabScript;
let url = '';
beforeAll(async () => {
  const script = fileURLToPath(new URL('../../../../tools/lab/mariadb.sh', import.meta.url));
  server = new LabScript(script, folder, { MYSQL_TCP_PORT: String(await freePort()) });
  url = server.start()[0] ?? '';
}, 120_000);
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

test('MariaDB: a removal that is cut off half way leaves a store that is made again', async () => {
  const { hostname: host, port, username: user, password, pathname } = new URL(url);
  const pool = createPool({ host, port: Number(port), user, password, database: pathname.slice(1), connectionLimit: 2 });
  await using other = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) });
  await using store = await openSqlStore({ url });
  await store.migrate();
  // Who reads a table keeps it from being removed.
  let removal: Promise<unknown> = Promise.resolve();
  await other.transaction().execute(async (reader) => {
    await sql`select count(*) from freezer_numbers`.execute(reader);
    removal = store.drop().catch((error: unknown) => error);
    for (;;) {
      const { rows } = await sql<{ id: number }>`select id from information_schema.processlist where info like 'drop table%freezer_numbers%'`.execute(other);
      if (rows[0] === undefined) continue;
      await sql`kill ${sql.lit(Number(rows[0].id))}`.execute(other);
      break;
    }
  });
  expect(await removal).toBeInstanceOf(Error);
  expect((await store.describe()).length).toBeGreaterThan(0);
  await store.migrate();
  const owner = { projectId: 'p', userId: 'u' };
  await store.documents('jobs').create('j', { n: 1 }, owner);
  expect(await store.documents('jobs').get('j', {})).toMatchObject({ id: 'j', document: { n: 1 } });
}, 120_000);
