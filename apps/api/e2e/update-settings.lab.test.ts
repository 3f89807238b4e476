import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, LabScript } from '@freezer/testing';
import { expect, test } from '@jest/globals';
import { Place } from './harness/place.ts';
import { manage } from './harness/service.ts';

const SCRIPT = fileURLToPath(new URL('../../../tools/lab/elasticsearch.sh', import.meta.url));

test('db update-settings gives indices that are there the number of copies, and a test of it changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freezer-update-settings-'));
  const place = new Place();
  const server = new LabScript(SCRIPT, folder, { ES_PORT: String(await freePort()) });
  try {
    const [url = ''] = server.start();
    const run = (...words: readonly string[]) => manage(place, ['--elasticsearch-hosts', url, '--storage-driver', 'elasticsearch', 'db', ...words]);
    const db = (...words: readonly string[]) => run(...words).code;
    const copies = async (): Promise<unknown> => {
      const settings = (await (await fetch(`${url}/freezer-*/_settings`)).json()) as Record<string, { settings: { index: Record<string, string> } }>;
      return [...new Set(Object.values(settings).map(({ settings: { index } }) => index['number_of_replicas']))];
    };
    expect(db('sync')).toBe(0);
    expect(await copies()).toEqual(['0']);
    expect(db('update-settings', '-r', '1', '-t')).toBe(0);
    expect(await copies()).toEqual(['0']);
    expect(run('update-settings', '-r', '1')).toMatchObject({ code: 0, out: expect.stringMatching(/\nset: number_of_replicas = 1\n$/) });
    expect(await copies()).toEqual(['1']);
    // Not named, the number is the cluster's.
    expect(run('update-settings')).toMatchObject({ code: 0, out: expect.stringMatching(/\nnothing to set: number_of_replicas is not named /) });
    expect(await copies()).toEqual(['1']);
  } finally {
    server.stop();
    rmSync(folder, { recursive: true });
    place.remove();
  }
}, 300_000);
