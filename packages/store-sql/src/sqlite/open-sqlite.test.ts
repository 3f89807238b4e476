import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openSqlite } from './open-sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what is no database is named', async () => {
  const other = join(folder, 'other.txt');
  writeFileSync(other, 'x'.repeat(5000));
  for (const path of [folder, other]) {
    const message = expect.stringContaining(`database file '${path}' cannot be opened: `);
    await expect(openSqlite({ path, timeoutMs: 1000 })).rejects.toMatchObject({ message });
  }
});
