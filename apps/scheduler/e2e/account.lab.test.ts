import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FreezerClient } from '@freezer/client-sdk';
import { KeystoneSession, sessionOptionsFromEnvironment } from '@freezer/keystone-auth';
import { freePort } from '@freezer/testing';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { action, Bench } from './harness/bench.ts';
import { type Account, Keystone } from './harness/keystone.ts';
import { waitFor } from './harness/wait-for.ts';

jest.setTimeout(300_000);

const API = join(import.meta.dirname, '../../api/dist/main.js');
/** Seconds that a token lives: ten more than the margin in which the scheduler takes a new one, so that each run needs some. */
const TOKEN_LIFE = 130;

let bench: Bench;
let keystone: Keystone;
let watcher: Account;
let url: string;
let api: ChildProcess | undefined;
let client: FreezerClient;
let session: KeystoneSession;
const daemons: ReturnType<Bench['start']>[] = [];

beforeAll(async () => {
  bench = await Bench.open();
  keystone = await Keystone.start(bench.path('keystone'), TOKEN_LIFE);
  await keystone.account('freezer-api', 'service', 'admin');
  watcher = await keystone.account('watcher', 'tenant', 'member');
  const state = bench.path('api');
  await mkdir(state);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  // What Keystone takes back counts at the API soon.
  const login = `auth_type = password\nauth_url = ${keystone.url}\nusername = freezer-api\npassword = pw-freezer-api\nproject_name = service\nuser_domain_name = Default\nproject_domain_name = Default\ntoken_cache_time = 2\n`;
  await writeFile(join(state, 'api.conf'), `[DEFAULT]\nbind_host = 127.0.0.1\nbind_port = ${port}\n[keystone_authtoken]\n${login}`);
  const out = openSync(join(state, 'log'), 'a');
  api = spawn(process.execPath, [API, '--config-file', join(state, 'api.conf'), '--state-dir', state], { stdio: ['ignore', out, out], env: bench.environment });
  const answers = (): Promise<boolean> =>
    fetch(url).then(
      () => true,
      () => false,
    );
  await waitFor('the API listens', answers, 60);
  await keystone.register(url);
  session = new KeystoneSession(sessionOptionsFromEnvironment(keystone.environment(watcher)));
  client = new FreezerClient({
    endpoint: url,
    project: async () => (await session.identity()).project?.id ?? '',
    token: (rejected) => (rejected === undefined ? session.token() : session.renew(rejected)),
  });
});

afterEach(async () => {
  for (const daemon of daemons.splice(0)) {
    daemon.process.kill('SIGTERM');
    await daemon.ended;
  }
});

afterAll(async () => {
  await client?.close();
  await session?.close();
  api?.kill('SIGKILL');
  keystone?.stop();
  await bench?.close();
});

async function start(name: string, words: readonly string[], environment: Record<string, string>): Promise<ReturnType<Bench['start']>> {
  const common = ['-c', name, '-i', '1', '--unscheduled-delay', '0', '--state-dir', bench.path(`state-${name}`), '--http-timeout', '5'];
  const daemon = bench.start([...common, ...words], environment);
  daemons.push(daemon);
  await waitFor('the scheduler is registered', () => daemon.log().includes('the API knows this client') || daemon.process.exitCode !== null, 90);
  expect(daemon.log()).toContain('the API knows this client');
  return daemon;
}

async function create(host: string, name: string, keys: object, schedule: object = {}): Promise<string> {
  const job = { client_id: host, description: name, job_actions: [action(name, { ...keys })], job_schedule: schedule };
  return (await client.jobs.create(job as Parameters<typeof client.jobs.create>[0])).id;
}

const becomes = (id: string, status: string, seconds = 90) =>
  waitFor(
    `${id} becomes ${status}`,
    async () => {
      const schedule = await client.jobs.get(id).then(
        (found) => found?.job_schedule,
        () => undefined,
      );
      return schedule?.status === status && schedule;
    },
    seconds,
  );
const begins = (name: string) => waitFor(`${name} begins`, () => bench.facts(name, 'start').length > 0, 60);

const record = (name: string): string => JSON.stringify({ container: 'c', hostname: 'h', backup_name: name, action: 'backup', time_stamp: 1_795_000_000 });
const isRecorded = (id: string) =>
  waitFor('the backup is recorded', async () => (await client.backups.list({ limit: 100 })).some(({ backup_metadata: made }) => made.job_id === id), 90);

test('A20: all tokens revoked in the middle of a run, and Keystone away for its end: what happened arrives, once', async () => {
  const owner = await keystone.account('revoked', 'tenant', 'member');
  const { userId } = await keystone.login(owner);
  const daemon = await start('node1', [], keystone.environment(owner));
  const long = await create('node1', 'long', { seconds: 8, document: record('long') });
  await begins('long');
  keystone.stop();
  await waitFor('the run ends', () => bench.facts('long', 'end').length === 1);
  await sleep(1000);
  keystone.start();
  await keystone.revokeAll(userId);
  expect(await becomes(long, 'completed')).toMatchObject({ result: 'success' });
  await isRecorded(long);
  expect(bench.facts('long', 'start')).toHaveLength(1);
  expect(daemon.log()).not.toContain('pw-revoked');
});

test('A20: a password that is changed on disk counts after a reload, without an end of what runs', async () => {
  const owner = await keystone.account('changed', 'tenant', 'member');
  const { userId } = await keystone.login(owner);
  const config = bench.path('scheduler.conf');
  const write = (password: string): Promise<void> => {
    const { OS_PASSWORD: _, ...names } = keystone.environment(owner);
    const lines = Object.entries(names).map(([name, value]) => `${name.toLowerCase()} = ${value}`);
    return writeFile(config, `[service_auth]\n${lines.join('\n')}\nos_password = ${password}\nos_backup_url = ${url}\n`, { mode: 0o600 });
  };
  await write(owner.password);
  const daemon = await start('node2', ['--config-file', config], {});
  const long = await create('node2', 'through', { seconds: 25, document: record('through') });
  await begins('through');
  // Keystone takes back the tokens of an account whose password was changed.
  await keystone.setPassword(userId, 'pw-of-tomorrow');
  await waitFor('the old password is refused', () => daemon.log().includes('Unable to get jobs'), 60);
  await write('pw-of-tomorrow');
  daemon.process.kill('SIGHUP');
  await waitFor('polls go well again', () => daemon.log().includes('jobs can be asked for again'), 60);
  expect(await becomes(long, 'completed')).toMatchObject({ result: 'success' });
  expect(bench.facts('through', 'SIGTERM')).toEqual([]);
  expect(bench.facts('through', 'start')).toHaveLength(1);
  await isRecorded(long);
  expect(daemon.log()).not.toMatch(/pw-changed|pw-of-tomorrow/);
});

test('OS_TOKEN with OS_BACKUP_URL works without Keystone as long as the token does, and says what is wrong when it does not', async () => {
  const owner = await keystone.account('handed', 'tenant', 'member');
  const { token, projectId, userId } = await keystone.login(owner);
  const daemon = await start('node3', [], { OS_TOKEN: token, OS_BACKUP_URL: url, OS_PROJECT_ID: projectId });
  const id = await create('node3', 'handed', {});
  expect(await becomes(id, 'completed')).toMatchObject({ result: 'success' });
  const often = await create('node3', 'often', {}, { schedule_interval: '2 seconds' });
  await begins('often');
  await keystone.revokeAll(userId);
  await waitFor('the token is refused', () => /Unable to get jobs.*401/.test(daemon.log()), 120);
  const before = bench.facts('often', 'start').length;
  await waitFor('jobs go on', () => bench.facts('often', 'start').length > before + 1, 60);
  expect(await client.jobs.get(often)).toMatchObject({ job_schedule: { schedule_interval: '2 seconds' } });
  expect(daemon.log()).not.toContain(token);
  expect(readFileSync(bench.path('api', 'log'), 'utf8')).not.toContain(token);
});
