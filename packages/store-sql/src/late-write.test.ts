import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Place } from './place.ts';
import { SqlStore } from './sql-store.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';

const OWNER = { projectId: 'p', userId: 'u' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-late-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a write that a hung database does after its caller was told of the timeout is taken back', async () => {
  const place = await openSqlite({ path: join(folder, 'api.sqlite'), timeoutMs: 5000 });
  let hangs = 0;
  const slow: Place = {
    ...place,
    write: (work) =>
      place.write(async (database) => {
        await wait(hangs);
        return await work(database);
      }),
  };
  await using store = new SqlStore(slow, 1000);
  await store.migrate();
  const actions = store.documents('actions');
  await actions.create('in-time', {}, OWNER);
  hangs = 1500;
  await expect(actions.create('late', {}, OWNER)).rejects.toMatchObject({ code: 'timeout' });
  hangs = 0;
  await wait(1000);
  await actions.create('next', {}, OWNER);
  expect((await actions.search({ scope: {}, limit: 10, offset: 0 })).map(({ id }) => id)).toEqual(['in-time', 'next']);
});

it('a write whose commit takes longer than the timeout is told as done, because it is', async () => {
  const place = await openSqlite({ path: join(folder, 'api.sqlite'), timeoutMs: 5000 });
  let hangs = 0;
  const slow: Place = {
    ...place,
    write: async (work) => {
      const result = await place.write(work);
      await wait(hangs);
      return result;
    },
  };
  await using store = new SqlStore(slow, 1000);
  await store.migrate();
  const actions = store.documents('actions');
  hangs = 1500;
  expect(await actions.create('slow', {}, OWNER)).toMatchObject({ id: 'slow' });
  hangs = 2500;
  await expect(actions.create('endless', {}, OWNER)).rejects.toMatchObject({ code: 'timeout' });
});
