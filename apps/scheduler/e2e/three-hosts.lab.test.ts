import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FreezerClient } from '@freezer/client-sdk';
import { messageOf } from '@freezer/core';
import { KeystoneSession, sessionOptionsFromEnvironment } from '@freezer/keystone-auth';
import { freePort } from '@freezer/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Bench, type Daemon, REAL_AGENT } from './harness/bench.ts';
import { type Account, Keystone } from './harness/keystone.ts';
import { LabHost } from './harness/lab-host.ts';
import { waitFor } from './harness/wait-for.ts';

// A minute and a half where the machine has nothing else to do.
jest.setTimeout(600_000);

const API = join(import.meta.dirname, '../../api/dist/main.js');
const LAB = join(import.meta.dirname, '../../../tools/lab');
const run = promisify(execFile);

/** Seconds: shorter than the test takes, so that tokens end by themselves as well. */
const TOKEN_LIFE = 40;
const NAMES = ['host1', 'host2', 'host3'] as const;

let bench: Bench;
let keystone: Keystone;
let account: Account;
let accountId: string;
let api: ChildProcess;
let url: string;
let client: FreezerClient;
let session: KeystoneSession;
const hosts: LabHost[] = [];
const daemons: Daemon[] = [];

async function startApi(): Promise<void> {
  const out = openSync(bench.path('api.log'), 'a');
  api = spawn(process.execPath, [API, '--config-file', bench.path('api.conf'), '--state-dir', bench.path('api')], {
    stdio: ['ignore', out, out],
    env: bench.environment,
  });
  await waitFor(
    'the API listens',
    () =>
      fetch(url).then(
        () => true,
        () => false,
      ),
    60,
  );
}

async function killApi(): Promise<void> {
  const ended = new Promise((resolve) => api.once('exit', resolve));
  api.kill('SIGKILL');
  await ended;
}

/** Ports of which as many follow as a server takes: far above those that are given out. */
const portOf = (offset: number): number => 20_000 + (process.pid % 1000) * 10 + offset;

beforeAll(async () => {
  bench = await Bench.open();
  // Elasticsearch refuses to be root, and lies in here.
  await chmod(bench.folder, 0o711);
  const [swiftPort, keystonePort, searchPort, apiPort] = [portOf(0), await freePort(), portOf(7), await freePort()];
  const words = { KEYSTONE_TOKEN_SECONDS: String(TOKEN_LIFE), KEYSTONE_PORT: String(keystonePort), SWIFT_PORT: String(swiftPort), ES_PORT: String(searchPort) };
  const env = { ...bench.environment, ...words, HOME: process.env['HOME'] };
  await Promise.all(['swift', 'elasticsearch'].map((name) => run(join(LAB, `${name}.sh`), ['start', bench.path(name)], { env })));
  const { users } = JSON.parse(readFileSync(bench.path('swift', 'lab.json'), 'utf8')) as {
    users: { freezer: { id: string; password: string; project: string } };
  };
  accountId = users.freezer.id;
  account = { user: 'freezer', password: users.freezer.password, project: users.freezer.project };
  keystone = Keystone.at(bench.path('swift', 'keystone'), keystonePort);
  await keystone.account('freezer-api', 'service', 'admin');
  url = `http://127.0.0.1:${apiPort}`;
  const login = `auth_type = password\nauth_url = ${keystone.url}\nusername = freezer-api\npassword = pw-freezer-api\nproject_name = service\nuser_domain_name = Default\nproject_domain_name = Default\n`;
  const search = readFileSync(bench.path('elasticsearch', 'url'), 'utf8').trim();
  await mkdir(bench.path('api'));
  await writeFile(
    bench.path('api.conf'),
    `[DEFAULT]\nbind_host = 127.0.0.1\nbind_port = ${apiPort}\n[storage]\nbackend = elasticsearch\n[elasticsearch]\nhosts = ${search}\n[keystone_authtoken]\n${login}`,
  );
  await startApi();
  await keystone.register(url);
  session = new KeystoneSession(sessionOptionsFromEnvironment(keystone.environment(account)));
  client = new FreezerClient({
    endpoint: url,
    project: async () => (await session.identity()).project?.id ?? '',
    token: (rejected) => (rejected === undefined ? session.token() : session.renew(rejected)),
  });
  for (const [index, name] of NAMES.entries()) {
    await mkdir(bench.path(name, 'data'), { recursive: true });
    await writeFile(bench.path(name, 'data', 'file'), `of ${name}`);
    const host = LabHost.start(index, [swiftPort, keystonePort, apiPort]);
    hosts.push(host);
    const options = [
      '-c',
      name,
      '-i',
      '1',
      '--http-timeout',
      '15',
      '--session-start-timeout',
      '300',
      '--state-dir',
      bench.path(name, 'state'),
      '--agent-path',
      REAL_AGENT,
    ];
    daemons.push(bench.start(options, keystone.environment(account), host.within));
  }
  await waitFor('all schedulers are registered', () => daemons.every((daemon) => daemon.log().includes('the API knows this client')), 120).catch(failed);
}, 300_000);

afterAll(async () => {
  api?.kill('SIGKILL');
  await client?.close();
  await session?.close();
  for (const daemon of daemons) daemon.process.kill('SIGTERM');
  await Promise.all(daemons.map(({ ended }) => ended));
  for (const host of hosts) await host.stop();
  for (const name of ['swift', 'elasticsearch']) if (existsSync(bench.path(name))) await run(join(LAB, `${name}.sh`), ['stop', bench.path(name)]);
  await bench?.close();
});

/** The failure, with what everybody said last: a lab run shows little else. */
function failed(error: unknown): never {
  const said = daemons.map((daemon, index) => `${NAMES[index]}:\n${daemon.log().slice(-2000)}`);
  const api = `API:\n${readFileSync(bench.path('api.log'), 'utf8').slice(-2000)}`;
  throw new Error([messageOf(error), ...said, api].join('\n'), { cause: error });
}

async function member(sessionId: string, name: string): Promise<string> {
  const places = { state_dir: bench.path(name, 'agent-state'), log_file: bench.path(name, 'agent.log') };
  const freezer = { action: 'backup', mode: 'fs', storage: 'swift', container: sessionId, hostname: name, backup_name: 'all', ...places };
  const job = {
    client_id: name,
    description: name,
    job_actions: [{ freezer_action: { ...freezer, path_to_backup: bench.path(name, 'data') }, max_retries: 0 }],
  };
  const { id } = await client.jobs.create({ ...job, job_schedule: { status: 'stop', event: 'stop' } } as Parameters<typeof client.jobs.create>[0]);
  await client.sessions.addJob(sessionId, id);
  await client.jobs.start(id);
  return id;
}

test('a session of three hosts: the API killed in the middle, tokens revoked and ended, one host cut off', async () => {
  const soon = (): string => new Date(Date.now() + 25_000).toISOString().replace(/\.\d+/, '');
  const { id } = await client.sessions.create({ description: 'three', hold_off: 4, schedule: { schedule_date: soon() } } as Parameters<
    typeof client.sessions.create
  >[0]);
  const jobs = await Promise.all(NAMES.map((name) => member(id, name)));
  const [one = '', two = '', three = ''] = jobs;
  const state = async () => (await client.sessions.get(id)) ?? Promise.reject(new TypeError('the session is gone'));
  const statusOf = async (job: string) => (await client.jobs.get(job))?.job_schedule;
  // What another try of this test left is not looked at.
  const mine = { limit: 100, filters: { session_id: id } };
  hosts[2]?.mend();
  try {
    // Round 1: the API is killed while the members run.
    await waitFor('a member runs', async () => (await Promise.all(jobs.map(statusOf))).some((schedule) => schedule?.status === 'running'), 120);
    await killApi();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await startApi();
    // Those whose begin was lost with the API are missing until they have said it again.
    await waitFor('round 1 is over', async () => (await state()).result === 'success', 180);
    expect(await state()).toMatchObject({ session_tag: 1, result: 'success', jobs: Object.fromEntries(jobs.map((job) => [job, { result: 'success' }])) });
    await waitFor('its backups are known', async () => (await client.backups.list(mine)).length === 3);

    // Round 2: no token that there was is good, the API remembers none of them, and host 3 is alone.
    const planned = soon();
    for (const job of jobs) {
      await waitFor('it is done', async () => (await statusOf(job))?.status === 'completed', 60);
      await client.jobs.update(job, { job_schedule: { schedule_date: planned } });
      await client.jobs.start(job);
    }
    await waitFor('host 3 knows', async () => (await statusOf(three))?.next_run_at === Date.parse(planned) / 1000, 60);
    hosts[2]?.cut();
    await keystone.revokeAll(accountId);
    await killApi();
    await startApi();
    await waitFor('round 2 is over without host 3', async () => (await state()).session_tag === 2 && (await state()).status === 'completed', 180);
    expect(await state()).toMatchObject({
      result: 'fail',
      missing: [three],
      jobs: { [one]: { result: 'success' }, [two]: { result: 'success' }, [three]: { status: 'missed' } },
    });
    hosts[2]?.mend();
    await waitFor('host 3 has joined its round', async () => (await state()).result === 'success', 180);
    expect(await state()).toMatchObject({ session_tag: 2, status: 'completed', missing: [], jobs: { [three]: { result: 'success' } } });

    // Each ran twice, and everybody knows.
    for (const job of jobs) await waitFor('it is done', async () => (await statusOf(job))?.status === 'completed', 30);
    expect((await Promise.all(jobs.map(statusOf))).map((schedule) => schedule?.result)).toEqual(['success', 'success', 'success']);
    const backups = (await client.backups.list(mine)).map(({ backup_metadata: made }) => `${made.hostname} ${String(made['session_tag'])}`);
    expect(backups.toSorted()).toEqual(NAMES.flatMap((name) => [`${name} 1`, `${name} 2`]).toSorted());
    expect((await client.runs.list(mine)).map(({ result }) => result)).toEqual(Array.from({ length: 6 }, () => 'success'));
    const target = bench.path('target');
    const words = ['--action', 'restore', '--storage', 'swift', '-C', id, '--hostname', 'host3', '-N', 'all', '--restore-abs-path', target];
    await run(process.execPath, [REAL_AGENT, ...words, '--log-file', bench.path('restore.log')], {
      env: { ...bench.environment, ...keystone.environment(account) },
    });
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('of host3');
  } catch (error) {
    const known = await Promise.all([state(), ...jobs.map(statusOf), client.runs.list(mine)]).catch(String);
    failed(new Error(`${messageOf(error)}; known: ${JSON.stringify(known)}`));
  }
});
