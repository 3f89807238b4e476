import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerClient } from '@freezer/client-sdk';
import { KeystoneSession, sessionOptionsFromEnvironment } from '@freezer/keystone-auth';
import { freePort } from '@freezer/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { action, Bench } from './harness/bench.ts';
import { type Account, Keystone } from './harness/keystone.ts';
import { waitFor } from './harness/wait-for.ts';

jest.setTimeout(300_000);

const LAB = join(import.meta.dirname, '../../../tools/lab');
const API = join(import.meta.dirname, '../../api/dist/main.js');
const FAKE_AGENT = join(import.meta.dirname, 'harness/fake-agent.mjs');

let bench: Bench;
let keystone: Keystone;
let alpha: Account;
let pythonUrl: string;

beforeAll(async () => {
  bench = await Bench.open();
  keystone = await Keystone.start(bench.path('keystone'));
  await keystone.account('freezer', 'service', 'admin');
  await keystone.account('freezer', 'service', 'service');
  alpha = await keystone.account('alpha', 'alpha', 'member');
  const port = await freePort();
  execFileSync(join(LAB, 'python-api.sh'), ['start', bench.path('python-api')], {
    env: { KEYSTONE_URL: keystone.url, SERVICE_PASSWORD: 'pw-freezer', PYTHON_API_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  pythonUrl = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  execFileSync(join(LAB, 'python-api.sh'), ['stop', bench.path('python-api')]);
  keystone.stop();
  await bench.close();
});

function clientOf(url: string): FreezerClient {
  const session = new KeystoneSession(sessionOptionsFromEnvironment(keystone.environment(alpha)));
  return new FreezerClient({
    endpoint: url,
    project: async () => (await session.identity()).project?.id ?? '',
    token: (rejected) => (rejected === undefined ? session.token() : session.renew(rejected)),
  });
}

const DOCUMENT = JSON.stringify({ container: 'c', hostname: 'h', backup_name: 'b', action: 'backup', time_stamp: 1_795_000_000 });

describe('the API of Python, with our scheduler', () => {
  let client: FreezerClient;
  beforeAll(async () => {
    client = clientOf(pythonUrl);
    await bench.started(['-c', 'peer', '-i', '1', '--unscheduled-delay', '0', '--kill-grace', '1', '--concurrent-jobs', '4'], {
      ...keystone.environment(alpha),
      OS_BACKUP_URL: pythonUrl,
    });
  });
  afterAll(() => client.close());

  const create = async (name: string, keys: object, schedule: object = {}): Promise<string> =>
    (
      await client.jobs.create({ client_id: 'peer', description: name, job_actions: [action(name, { ...keys })], job_schedule: schedule } as Parameters<
        typeof client.jobs.create
      >[0])
    ).id;
  const becomes = (id: string, status: string) =>
    waitFor(
      `it becomes ${status}`,
      async () => {
        const schedule = (await client.jobs.get(id))?.job_schedule;
        return schedule?.status === status && schedule;
      },
      60,
    );

  test('a job runs to its end, and its backup is recorded once', async () => {
    const id = await create('first', { document: DOCUMENT });
    expect(await becomes(id, 'completed')).toMatchObject({ result: 'success' });
    const backups = await waitFor('the backup is recorded', async () => {
      const found = await client.backups.list({ limit: 100 });
      return found.length > 0 && found;
    });
    expect(backups.filter(({ backup_metadata: metadata }) => metadata['job_id'] === id)).toHaveLength(1);
  });

  test('what is done but incomplete fails there, for it knows no better word', async () => {
    const id = await create('part', { codes: '3' });
    expect(await becomes(id, 'completed')).toMatchObject({ result: 'fail' });
  });

  test('a recurring job keeps its schedule over stop, start, an edit and an abort', async () => {
    const id = await create('often', { seconds: 1 }, { schedule_interval: '2 seconds' });
    await waitFor('it runs', () => bench.facts('often', 'end').length > 0, 60);
    await client.jobs.stop(id);
    expect(await becomes(id, 'stop')).toMatchObject({ schedule_interval: '2 seconds' });
    const count = bench.facts('often', 'start').length;
    await client.jobs.start(id);
    await waitFor('it runs again', () => bench.facts('often', 'start').length > count, 60);
    await client.jobs.abort(id);
    expect(await becomes(id, 'stop')).toMatchObject({ schedule_interval: '2 seconds' });
    expect((await client.jobs.get(id))?.job_actions).toHaveLength(1);
  });

  test('a session counts its rounds', async () => {
    const { id: session } = await client.sessions.create({ description: 's', hold_off: 3, schedule: { schedule_interval: '5 seconds' } } as Parameters<
      typeof client.sessions.create
    >[0]);
    const id = await create('member', {}, { status: 'stop' });
    await client.sessions.addJob(session, id);
    await client.jobs.start(id);
    await waitFor(
      'a round is over',
      async () => {
        const found = await client.sessions.get(session);
        return found && found.session_tag > 0 && found.result === 'success';
      },
      60,
    );
  });
});

test('an account that Keystone does not know ends the start with exit 1; a Keystone that is away does not', async () => {
  const wrong = bench.start(['-c', 'wrong'], { ...keystone.environment(alpha), OS_PASSWORD: 'WR0NG', OS_BACKUP_URL: pythonUrl });
  expect(await wrong.ended).toBe(1);
  expect(wrong.log()).toMatch(/401|unauth/i);
  expect(wrong.log()).not.toContain('WR0NG');
  const patient = bench.start(['-c', 'patient', '-i', '1'], { ...keystone.environment(alpha), OS_AUTH_URL: 'http://127.0.0.1:1/v3' });
  await waitFor('it runs', () => patient.log().includes('the scheduler runs'));
  expect(patient.process.exitCode).toBeNull();
  patient.process.kill('SIGTERM');
  expect(await patient.ended).toBe(0);
});

test('our API, with the scheduler of Python: a job runs to its end', async () => {
  const state = bench.path('our-api');
  await mkdir(state);
  const port = await freePort();
  await writeFile(
    join(state, 'api.conf'),
    `[DEFAULT]\nbind_host = 127.0.0.1\nbind_port = ${port}\n[keystone_authtoken]\nauth_type = password\nauth_url = ${keystone.url}\nusername = freezer\npassword = pw-freezer\nproject_name = service\nuser_domain_name = Default\nproject_domain_name = Default\n`,
  );
  const log = openSync(join(state, 'log'), 'a');
  const api = spawn(process.execPath, [API, '--config-file', join(state, 'api.conf'), '--state-dir', state], {
    stdio: ['ignore', log, log],
    env: bench.environment,
  });
  const url = `http://127.0.0.1:${port}`;
  const bin = bench.path('bin');
  await mkdir(bin);
  await writeFile(join(bin, 'freezer-agent'), `#!/bin/sh\nexec ${process.execPath} ${FAKE_AGENT} "$@"\n`);
  await chmod(join(bin, 'freezer-agent'), 0o755);
  const client = clientOf(url);
  const started: ChildProcess[] = [];
  try {
    await waitFor(
      'our API listens',
      () =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      60,
    );
    const out = openSync(bench.path('python-scheduler.log'), 'a');
    const theirs = spawn('/usr/bin/freezer-scheduler', ['--no-daemon', '-c', 'theirs', '-i', '2', '-f', bench.path('python-jobs'), 'start'], {
      stdio: ['ignore', out, out],
      env: { ...bench.environment, ...keystone.environment(alpha), OS_BACKUP_URL: url, PATH: `${bin}:/usr/bin:/bin` },
    });
    started.push(theirs);
    await waitFor('it is registered', async () => (await client.clients.get('theirs')) !== undefined, 120);
    const { id } = await client.jobs.create({
      client_id: 'theirs',
      description: 'x',
      job_actions: [action('theirs', { document: DOCUMENT })],
      job_schedule: {},
    } as Parameters<typeof client.jobs.create>[0]);
    const end = await waitFor(
      'the job is completed',
      async () => {
        const schedule = (await client.jobs.get(id))?.job_schedule;
        return schedule?.status === 'completed' && schedule;
      },
      120,
    );
    expect(end.result).toBe('success');
    const backups = await client.backups.list({ limit: 100 });
    expect(backups.filter(({ backup_metadata: metadata }) => metadata['job_id'] === id)).toHaveLength(1);
  } catch (error) {
    process.stderr.write(readFileSync(bench.path('python-scheduler.log'), 'utf8').slice(-3000));
    throw error;
  } finally {
    for (const child of started) child.kill('SIGKILL');
    api.kill('SIGKILL');
    await client.close();
  }
});
