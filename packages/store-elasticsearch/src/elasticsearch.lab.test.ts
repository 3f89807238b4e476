import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FreezerError } from '@freezer/core';
import { describeStoreContract, freePort, LabScript } from '@freezer/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importFreezerIndex } from './import/freezer-index.ts';
import type { ImportedDocument } from './import/old-document.ts';
import { openElasticsearchStore } from './open-elasticsearch-store.ts';
import { recordId, recordOf } from './record.ts';

const SCRIPT = fileURLToPath(new URL('../../../tools/lab/elasticsearch.sh', import.meta.url));
const OWNER = { projectId: 'p', userId: 'u' };

describe.each([['8.19.21'], ['7.17.29']])('Elasticsearch %s', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'freezer-elasticsearch-'));
  let server: LabScript;
  let url = '';
  let place = 0;
  beforeAll(async () => {
    server = new LabScript(SCRIPT, folder, { ES_PORT: String(await freePort()), ES_VERSION: version, HOME: process.env['HOME'] ?? '/root' });
    url = server.start()[0] ?? '';
  }, 300_000);
  afterAll(() => {
    server.stop();
    rmSync(folder, { recursive: true });
  }, 120_000);

  const open = async (options: object = {}) => await openElasticsearchStore({ hosts: [url], index: `test-${place}`, refreshIntervalMs: 5, ...options });
  const openFresh = async () => {
    // The indices of the last case are in the way of nobody, but in the memory of the server.
    const before = await open();
    await before.drop();
    await before[Symbol.asyncDispose]();
    place += 1;
    return await open();
  };

  // Each write waits for a refresh.
  describeStoreContract(`Elasticsearch ${version}`, { open: openFresh, openAnother: async () => await open(), manyDocuments: 110 });

  it('gives indices that are there the settings of now', async () => {
    await using store = await openFresh();
    await store.migrate();
    await using other = await open({ numberOfReplicas: 1 });
    await other.updateSettings();
    const settings = (await (await fetch(`${url}/test-${place}-jobs/_settings`)).json()) as Record<string, { settings: { index: Record<string, string> } }>;
    expect(Object.entries(settings).map(([name, { settings: each }]) => [name, each.index['number_of_replicas']])).toEqual([
      [`test-${place}-jobs-000001`, '1'],
    ]);
  });

  it("imports the index of Freezer's own driver", async () => {
    const put = async (path: string, body: object): Promise<void> => {
      const answer = await fetch(`${url}${path}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      if (!answer.ok) throw new TypeError(`${path}: ${await answer.text()}`);
    };
    const ids = { project_id: 'p', user_id: 'u' };
    const documents = {
      clients: { ...ids, client: { client_id: 'c', hostname: 'h' }, uuid: 'x' },
      jobs: { ...ids, job_id: 'j', client_id: 'c', job_schedule: { status: 'stop' }, job_actions: [] },
      actions: { ...ids, action_id: 'a', freezer_action: { action: 'backup' } },
      sessions: { ...ids, session_id: 's', session_tag: 1, jobs: { j: {} } },
      backups: { ...ids, backup_id: 'b', backup_metadata: { level: 0 } },
    };
    // Version 7 is the last one that knows types, one for each index.
    const typed = version.startsWith('7');
    for (const [kind, document] of Object.entries(documents)) {
      await put(typed ? `/old-${kind}/${kind}/1?refresh=true` : `/old/_doc/${kind}?refresh=true`, document);
    }
    const found: ImportedDocument[] = [];
    for await (const each of importFreezerIndex({ hosts: [url], index: typed ? 'old-*' : 'old' })) found.push(each);
    expect(found.map(({ kind, id, owner }) => [kind, id, owner.projectId, owner.userId]).toSorted()).toEqual([
      ['actions', 'a', 'p', 'u'],
      ['backups', 'b', 'p', 'u'],
      ['clients', 'p/c', 'p', 'u'],
      ['jobs', 'j', 'p', 'u'],
      ['sessions', 's', 'p', 'u'],
    ]);
    const nowhere = importFreezerIndex({ hosts: [url], index: 'nowhere' }).next();
    await expect(nowhere).rejects.toMatchObject({ code: 'not_found' });
  });

  // What takes long is tried on one release.
  if (!version.startsWith('8')) return;

  it('100 000 documents are found, counted, sorted and paged, also beyond the ten thousand that a search gives at once', async () => {
    await using store = await openFresh();
    await store.migrate();
    const backups = store.documents<{ readonly n: number; readonly hostname: string }>('backups');
    const documentOf = (n: number) => ({ n, hostname: `h${n % 1000}` });
    const count = 100_000;
    // What so many calls of `create` would write, in a few requests.
    for (let start = 0; start < count - 200; start += 8000) {
      const numbers = Array.from({ length: Math.min(8000, count - 200 - start) }, (_, index) => start + index);
      const lines = numbers.flatMap((n) => {
        const facts = { owner: OWNER, created: 1_000_000 + n, revision: 1, write: `w-${n}` };
        return [JSON.stringify({ create: { _id: recordId(`b-${n}`) } }), JSON.stringify(recordOf(`b-${n}`, JSON.stringify(documentOf(n)), facts))];
      });
      const headers = { 'content-type': 'application/x-ndjson' };
      const answer = await fetch(`${url}/test-${place}-backups/_bulk?refresh=true`, { method: 'POST', headers, body: `${lines.join('\n')}\n` });
      expect(await answer.json()).toMatchObject({ errors: false });
    }
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => await backups.create(`b-${count - 200 + index}`, documentOf(count - 200 + index), OWNER)),
    );
    const scope = { projectId: 'p' };
    const sort = { path: 'n', descending: false };
    const found = await backups.search({ scope, limit: 5, offset: 20_500, sort });
    expect(found.map(({ document }) => document.n)).toEqual([20_500, 20_501, 20_502, 20_503, 20_504]);
    const many = await backups.search({ scope, limit: 10_500, offset: 0, sort });
    expect(many.map(({ document }) => document.n)).toEqual(Array.from({ length: 10_500 }, (_, n) => n));
    expect((await backups.search({ scope, limit: 2, offset: 0, marker: 'b-49999' })).map(({ id }) => id)).toEqual(['b-50000', 'b-50001']);
    expect(await backups.count({ scope })).toBe(count);
    expect(await backups.count({ scope, match: [{ key: 'hostname', value: 'h7' }] })).toBe(100);
    expect(await backups.count({ scope, ranges: [{ path: 'n', from: 100, to: 10_399 }] })).toBe(10_300);
    expect(await backups.search({ scope, limit: 5, offset: 0, sort, marker: `b-${count - 1}` })).toEqual([]);
  }, 600_000);

  it('has each document whose create resolved after the server was killed', async () => {
    await using store = await openFresh();
    await store.migrate();
    await using writer = await open({ retries: 0 });
    const told: string[] = [];
    const sessions = writer.documents<{ readonly session_id: string }>('sessions');
    const write = async (worker: number): Promise<unknown> => {
      for (let n = 0; ; n += 1) {
        const id = `s-${worker}-${n}`;
        try {
          await sessions.create(id, { session_id: id }, OWNER);
        } catch (error) {
          return error;
        }
        told.push(id);
        if (told.length === 100) server.kill();
      }
    };
    const errors = await Promise.all(Array.from({ length: 8 }, async (_, worker) => await write(worker)));
    for (const error of errors) expect(FreezerError.is(error, 'unavailable')).toBe(true);
    expect(told.length).toBeGreaterThanOrEqual(100);
    expect(FreezerError.is(await writer.ping().catch((error: unknown) => error), 'unavailable')).toBe(true);
    server.start();
    await store.ping();
    const kept = new Set((await store.documents<object>('sessions').search({ scope: {}, limit: 10_000, offset: 0 })).map(({ id }) => id));
    expect(told.filter((id) => !kept.has(id))).toEqual([]);
  }, 300_000);
});
