import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerClient } from '@freezer/client-sdk';
import { KeystoneSession, sessionOptionsFromEnvironment } from '@freezer/keystone-auth';
import { freePort } from '@freezer/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { action, Bench, type Daemon } from './harness/bench.ts';
import { type Account, Keystone } from './harness/keystone.ts';
import { waitFor } from './harness/wait-for.ts';

jest.setTimeout(300_000);

const API = join(import.meta.dirname, '../../api/dist/main.js');

let bench: Bench;
let keystone: Keystone;
let alpha: Account;
let service: Account;
let url: string;
let stopApi: (() => void) | undefined;
let daemon: Daemon;
let log: () => string;

beforeAll(async () => {
  bench = await Bench.open();
  keystone = await Keystone.start(bench.path('keystone'));
  service = await keystone.account('freezer', 'service', 'admin');
  await keystone.account('freezer', 'service', 'service');
  alpha = await keystone.account('alpha', 'alpha', 'member');
  const state = bench.path('our-api');
  await mkdir(state);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await writeFile(
    join(state, 'api.conf'),
    `[DEFAULT]\nbind_host = 127.0.0.1\nbind_port = ${port}\n[centralized_scheduler]\nenabled = true\ntrusts_delegated_roles = member\n[keystone_authtoken]\nauth_type = password\nauth_url = ${keystone.url}\nusername = freezer\npassword = pw-freezer\nproject_name = service\nuser_domain_name = Default\nproject_domain_name = Default\n`,
  );
  const out = openSync(join(state, 'log'), 'a');
  const api = spawn(process.execPath, [API, '--config-file', join(state, 'api.conf'), '--state-dir', state], {
    stdio: ['ignore', out, out],
    env: bench.environment,
  });
  stopApi = () => void api.kill('SIGKILL');
  await waitFor(
    'our API listens',
    () =>
      fetch(url).then(
        () => true,
        () => false,
      ),
    60,
  );
  await startScheduler();
});

async function startScheduler(): Promise<void> {
  const words = '--scheduler-centralized-scheduler -c central -i 1 --unscheduled-delay 0 --kill-grace 1 --concurrent-jobs 4 --project-concurrent-jobs 1';
  daemon = bench.start(words.split(' '), { ...keystone.environment(service), OS_BACKUP_URL: url });
  log = daemon.log;
  await waitFor('the scheduler runs', () => log().includes('the API knows this client'), 60);
}

afterAll(async () => {
  stopApi?.();
  keystone.stop();
  await bench.close();
});

test('A24: jobs of a tenant run with its trust; what would touch the host of the scheduler is refused', async () => {
  const session = new KeystoneSession(sessionOptionsFromEnvironment(keystone.environment(alpha)));
  const client = new FreezerClient({ endpoint: url, project: async () => (await session.identity()).project?.id ?? '', token: () => session.token() });
  const create = async (name: string, keys: object): Promise<string> =>
    (
      await client.jobs.create({ client_id: 'central', description: name, job_actions: [action(name, { ...keys })], job_schedule: {} } as Parameters<
        typeof client.jobs.create
      >[0])
    ).id;
  const completed = (id: string) =>
    waitFor(
      'the job is completed',
      async () => {
        const schedule = (await client.jobs.get(id))?.job_schedule;
        return schedule?.status === 'completed' && schedule;
      },
      60,
    );
  try {
    const good = await create('good', { mode: 'nova', storage: 'swift', engine_name: 'nova' });
    expect((await client.jobs.get(good))?.user_credentials?.trust_id).toMatch(/^[0-9a-f]{32}$/);
    expect(await completed(good)).toMatchObject({ result: 'success' });
    const [start] = bench.facts('good', 'start');
    const trust = (await client.jobs.get(good))?.user_credentials?.trust_id ?? '';
    expect(start?.env?.['OS_TRUST_ID']).toBe(trust);
    expect(start?.env?.['OS_PROJECT_NAME']).toBeUndefined();
    expect(start?.text).toContain(`os_trust_id = ${trust}\n`);
    const openstack = { mode: 'nova', storage: 'swift', engine_name: 'nova' };
    const two = [await create('one', { ...openstack, seconds: 2 }), await create('two', { ...openstack, seconds: 2 })];
    for (const id of two) expect(await completed(id)).toMatchObject({ result: 'success' });
    const [first, second] = ['one', 'two'].map((name) => ({ start: bench.facts(name, 'start')[0]?.at ?? 0, end: bench.facts(name, 'end')[0]?.at ?? 0 }));
    // There are four places, of which one project gets one.
    expect(first && second && (first.end <= second.start || second.end <= first.start)).toBe(true);
    await expect(create('local', { mode: 'fs' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(create('command', { action: 'exec', command: '/bin/true' })).rejects.toMatchObject({ code: 'invalid' });
    expect(log()).not.toContain('pw-freezer');
  } catch (error) {
    process.stderr.write(`${log()}\n${readFileSync(bench.path('our-api', 'log'), 'utf8').slice(-3000)}`);
    throw error;
  } finally {
    await client.close();
    await session.close();
  }
});

test('A24: a trust that was revoked concerns its own jobs alone, and what they do is still told', async () => {
  const session = new KeystoneSession(sessionOptionsFromEnvironment(keystone.environment(alpha)));
  const client = new FreezerClient({ endpoint: url, project: async () => (await session.identity()).project?.id ?? '', token: () => session.token() });
  const openstack = { mode: 'nova', storage: 'swift', engine_name: 'nova' };
  try {
    const { id } = await client.jobs.create({
      client_id: 'central',
      description: 'orphan',
      job_actions: [action('orphan', openstack)],
      job_schedule: { schedule_interval: '3 seconds' },
    } as Parameters<typeof client.jobs.create>[0]);
    const job = async () => await client.jobs.get(id);
    await waitFor('it has run', async () => (await job())?.job_schedule?.result === 'success', 60);
    const trust = (await job())?.user_credentials?.trust_id ?? '';
    await keystone.revokeTrust(trust, alpha);
    // One that knows no token of the trust.
    daemon.process.kill('SIGTERM');
    await daemon.ended;
    const restarted = Math.floor(Date.now() / 1000);
    await startScheduler();
    await waitFor('its runs are told of', async () => ((await job())?.job_schedule?.time_ended ?? 0) > restarted, 60);
    expect(await job()).toMatchObject({ description: 'orphan', job_schedule: { schedule_interval: '3 seconds' } });
  } finally {
    await client.close();
    await session.close();
  }
});
