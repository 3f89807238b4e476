import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeStoreContract, freePort, LabScript } from '@freezer/testing';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { openElasticsearchStore } from './open-elasticsearch-store.ts';

const SCRIPT = fileURLToPath(new URL('../../../tools/lab/elasticsearch.sh', import.meta.url));

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

  const open = async () => await openElasticsearchStore({ hosts: [url], index: `test-${place}`, refreshIntervalMs: 5 });

  describeStoreContract(`Elasticsearch ${version}`, {
    open: async () => {
      // The indices of the last case are in the way of nobody, but in the memory of the server.
      const before = await open();
      await before.drop();
      await before[Symbol.asyncDispose]();
      place += 1;
      return await open();
    },
    openAnother: open,
    // Each write waits for a refresh.
    manyDocuments: 110,
  });
});
