import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, LabScript } from '@freezer/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, documentOf } from './harness/ask.ts';
import { Place } from './harness/place.ts';
import { Service } from './harness/service.ts';

const script = (name: string): string => fileURLToPath(new URL(`../../../tools/lab/${name}.sh`, import.meta.url));

describe.each([
  ['SQLite', undefined, ''],
  ['PostgreSQL', 'postgresql', 'PGPORT'],
  ['MariaDB', 'mariadb', 'MYSQL_TCP_PORT'],
] as const)('two processes on one %s', (_name, file, portName) => {
  // The database runs as a user of its own, who has no way into a place of ours.
  const folder = mkdtempSync(join(tmpdir(), 'freezer-one-store-'));
  let place: Place;
  let server: LabScript | undefined;
  let services: readonly Service[] = [];
  let urls: readonly string[] = [];
  let token = '';
  let argv: readonly string[] = [];

  beforeAll(async () => {
    place = new Place();
    server = file && new LabScript(script(file), folder, { [portName]: String(await freePort()) });
    const url = server?.start()[0];
    argv = url === undefined ? [] : ['--database-connection', url];
    // The tables are made by the first; both are told of one token.
    const first = new Service(place, argv);
    const firstUrl = await first.url();
    const second = new Service(place, argv);
    services = [first, second];
    urls = [firstUrl, await second.url()];
    token = String((JSON.parse(place.read('state/api-trial.json')) as { readonly token: string }).token);
  }, 180_000);
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop('SIGKILL')));
    server?.stop();
    rmSync(folder, { recursive: true });
    place.remove();
  });

  const post = async (url: string, path: string, body: object) => await ask(`${url}/v2/trial${path}`, { method: 'POST', token, body });

  test('exactly one of many starts of a round raises the tag, and no update is lost', async () => {
    const [one = '', two = ''] = urls;
    expect((await post(one, '/sessions/s', { schedule: {}, session_tag: 0, hold_off: 60 })).status).toBe(201);
    expect((await post(one, '/clients', { client_id: 'c' })).status).toBe(201);
    const jobs = Array.from({ length: 12 }, (_, n) => `j${n}`);
    for (const job_id of jobs) {
      expect((await post(two, '/jobs', { job_id, client_id: 'c', job_actions: [] })).status).toBe(201);
      expect((await ask(`${one}/v2/trial/sessions/s/jobs/${job_id}`, { method: 'PUT', token })).status).toBe(204);
    }
    const started = await Promise.all(
      jobs.map(async (job_id, n) => await post(urls[n % 2] ?? '', '/sessions/s/action', { start: { job_id, current_tag: 0 } })),
    );
    expect(started.map(({ status, text }) => [status, text])).toEqual(jobs.map(() => [202, '{"result":"success","session_tag":1}']));
    const session = documentOf(await ask(`${two}/v2/trial/sessions/s`, { token })) as {
      readonly session_tag: number;
      readonly jobs: Readonly<Record<string, { readonly status: string }>>;
    };
    expect(session.session_tag).toBe(1);
    expect(Object.values(session.jobs).map(({ status }) => status)).toEqual(jobs.map(() => 'running'));
  }, 120_000);

  test('what was answered with 201 is there after kill -9 of a process, and of the database', async () => {
    const [, two = ''] = urls;
    const told: string[] = [];
    const strike = (): void => void (server ? server.kill() : services[0]?.child.kill('SIGKILL'));
    const write = async (worker: number): Promise<void> => {
      for (let n = 0; n < 40; n += 1) {
        const action_id = `a-${worker}-${n}`;
        const answer = await post(urls[worker % 2] ?? '', '/actions', { action_id, freezer_action: { action: 'backup' } }).catch(() => undefined);
        if (answer?.status === 201) told.push(action_id);
        if (told.length === 40) strike();
      }
    };
    await Promise.all(Array.from({ length: 4 }, async (_, worker) => await write(worker)));
    expect(told.length).toBeGreaterThanOrEqual(40);
    if (server) {
      expect((await ask(`${two}/v2/trial/actions`, { token })).status).toBe(503);
      server.start();
    } else expect(await services[0]?.ended).toMatchObject({ signal: 'SIGKILL' });
    for (const id of told) expect([id, (await ask(`${two}/v2/trial/actions/${id}`, { token })).status]).toEqual([id, 200]);
  }, 180_000);
});
