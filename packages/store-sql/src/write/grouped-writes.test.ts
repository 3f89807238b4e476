import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openSqlStore } from '../open-sql-store.ts';
import { openConnection } from '../sqlite/sqlite-driver.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-writes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OWNER = { projectId: 'p', userId: 'u' };

describe('writes that share a transaction', () => {
  it('fail each for itself', async () => {
    await using store = await openSqlStore({ path: join(folder, 'each.db') });
    await store.migrate();
    const jobs = store.documents<object>('jobs');
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, index) => await jobs.create(`j${index % 150}`, { job_id: `${index}` }, OWNER)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(150);
    for (const result of results) if (result.status === 'rejected') expect(FreezerError.is(result.reason, 'already_exists')).toBe(true);
    expect(await jobs.count({ scope: { projectId: 'p' } })).toBe(150);
    expect(await jobs.count({ scope: { projectId: 'p' }, match: [{ key: 'job_id', value: '160' }] })).toBe(0);
  });

  it('wait for another process, and give up with unavailable', async () => {
    const path = join(folder, 'busy.db');
    await using store = await openSqlStore({ path });
    await store.migrate();
    const other = await openConnection(path);
    const jobs = store.documents<object>('jobs');
    other.exec('begin immediate');
    const patient = jobs.create('patient', {}, OWNER);
    // Reads go on meanwhile.
    expect(await jobs.get('patient', {})).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 150));
    other.exec('commit');
    expect((await patient).id).toBe('patient');
    await using hasty = await openSqlStore({ path, timeoutMs: 300 });
    other.exec('begin immediate');
    const error = await hasty
      .documents<object>('jobs')
      .create('impatient', {}, OWNER)
      .catch((reason: unknown) => reason);
    other.exec('commit');
    other.close();
    expect(FreezerError.is(error) && ['unavailable', 'timeout'].includes(error.code)).toBe(true);
  });
});
