import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStoreContract } from '@freezer/testing';
import { afterAll } from '@jest/globals';
import { openSqlStore } from './open-sql-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-sqlite-'));
let place = 0;
afterAll(() => rmSync(folder, { recursive: true }));

describeStoreContract('SQLite', {
  open: async () => await openSqlStore({ path: join(folder, `${(place += 1)}.db`) }),
  openAnother: async () => await openSqlStore({ url: `sqlite:///${join(folder, `${place}.db`)}` }),
});
