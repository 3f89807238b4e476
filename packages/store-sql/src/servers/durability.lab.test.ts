import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FreezerError } from '@freezer/core';
import { freePort, LabScript } from '@freezer/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSqlStore } from '../open-sql-store.ts';

const script = (name: string): string => fileURLToPath(new URL(`../../../../tools/lab/${name}.sh`, import.meta.url));
const OWNER = { projectId: 'p', userId: 'u' };

/** A process of its own that opens the store at `url`. It is built code: a child knows nothing of jest. */
const WRITER = `
  import { openSqlStore } from '@freezer/store-sql';
  const [url, work] = process.argv.slice(1);
  const store = await openSqlStore({ url });
  const documents = store.documents('sessions');
  const owner = ${JSON.stringify(OWNER)};
  if (work === 'create') {
    await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
      for (let n = 0; ; n += 1) {
        const id = process.pid + '-' + worker + '-' + n;
        try {
          await documents.create(id, { session_id: id, padding: 'x'.repeat(500) }, owner);
        } catch (error) {
          if (error.code === 'unavailable') return;
          throw error;
        }
        process.stdout.write(id + '\\n');
      }
    }));
    process.exit(0);
  }
  for (let done = 0; done < Number(work); ) {
    const current = await documents.get('counter', {});
    try {
      await documents.replace('counter', { session_tag: current.document.session_tag + 1 }, owner, current);
      done += 1;
    } catch (error) {
      if (error.code !== 'conflict') throw error;
    }
  }
  await store[Symbol.asyncDispose]();
`;

const startWriter = (url: string, work: string) =>
  spawn(process.execPath, ['--input-type=module', '--eval', WRITER, '--', url, work], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** The ids that the writer was told are written, until there are `count`; then `strike` is called, and what was told until the end is added. */
async function toldUntil(writer: ReturnType<typeof startWriter>, count: number, strike: () => void): Promise<string[]> {
  const told: string[] = [];
  let struck = false;
  for await (const line of createInterface({ input: writer.stdout })) {
    told.push(line);
    if (told.length >= count && !struck) {
      struck = true;
      strike();
    }
  }
  return told;
}

const ended = async (writer: ReturnType<typeof startWriter>): Promise<number | null> =>
  writer.exitCode ?? (writer.signalCode === null ? await new Promise((resolve) => writer.once('exit', resolve)) : null);

describe.each([
  ['SQLite', undefined, ''],
  ['PostgreSQL', 'postgresql', 'PGPORT'],
  ['MariaDB', 'mariadb', 'MYSQL_TCP_PORT'],
] as const)('%s', (_, file, portName) => {
  const folder = mkdtempSync(join(tmpdir(), 'freezer-durable-'));
  let server: LabScript | undefined;
  let url = `sqlite:///${join(folder, 'freezer.db')}`;
  beforeAll(async () => {
    server = file && new LabScript(script(file), folder, { [portName]: String(await freePort()) });
    url = server?.start()[0] ?? url;
    await using store = await openSqlStore({ url });
    await store.migrate();
  }, 120_000);
  afterAll(() => {
    server?.stop();
    rmSync(folder, { recursive: true });
  });

  const expectAll = async (told: readonly string[]): Promise<void> => {
    await using store = await openSqlStore({ url });
    const sessions = store.documents<{ session_id: string }>('sessions');
    for (const id of told) expect((await sessions.get(id, {}))?.document.session_id).toBe(id);
    const found = await sessions.search({ scope: { projectId: 'p' }, match: [{ key: 'session_id', value: told.at(-1) ?? '' }], limit: 2, offset: 0 });
    expect(found.map(({ id }) => id)).toEqual([told.at(-1)]);
    // Documents, terms and totals are of the same moment.
    expect(await sessions.count({ scope: { projectId: 'p' } })).toBe(
      (await sessions.search({ scope: { projectId: 'p' }, limit: 1_000_000, offset: 0 })).length,
    );
  };

  it('has each document whose create resolved after the process was killed', async () => {
    for (let round = 0; round < 3; round += 1) {
      const writer = startWriter(url, 'create');
      const told = await toldUntil(writer, 100 + 77 * round, () => writer.kill('SIGKILL'));
      expect(told.length).toBeGreaterThanOrEqual(100);
      await expectAll(told);
    }
  }, 120_000);

  it('loses no update of two processes that write one document', async () => {
    await using store = await openSqlStore({ url });
    const sessions = store.documents<{ session_tag: number }>('sessions');
    await sessions.create('counter', { session_tag: 0 }, OWNER);
    const writers = [startWriter(url, '60'), startWriter(url, '60')];
    for (const writer of writers) expect(await ended(writer)).toBe(0);
    expect(await sessions.get('counter', {})).toMatchObject({ document: { session_tag: 120 }, revision: 121 });
  }, 120_000);

  // SQLite has no server to be killed.
  if (file === undefined) return;
  it('has each document whose create resolved after the database was killed', async () => {
    for (let round = 0; round < 2; round += 1) {
      const writer = startWriter(url, 'create');
      const told = await toldUntil(writer, 100 + 77 * round, () => server?.kill());
      expect(await ended(writer)).toBe(0);
      await using store = await openSqlStore({ url });
      const error = await store.ping().catch((reason: unknown) => reason);
      expect(FreezerError.is(error, 'unavailable')).toBe(true);
      server?.start();
      // The pool of a store that was open all the time recovers.
      await store.ping();
      await expectAll(told);
    }
  }, 120_000);
});
