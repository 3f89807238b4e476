import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { BUILT, freezer, runProgram } from '../test-support/command.ts';

// The built freezer-api of this checkout as a trial, with SQLite, and the built command beside it.
const API = fileURLToPath(new URL('../../api/dist/main.js', import.meta.url));

jest.setTimeout(120_000);

let folder: string;
let api: ChildProcess;

const state = () => ['--state-dir', join(folder, 'state')];
const run = (words: readonly string[], input?: string) => freezer([...words, ...state()], {}, input);

async function succeed(words: readonly string[], input?: string): Promise<string> {
  const { code, out, err } = await run(words, input);
  if (code !== 0) throw new TypeError(`freezer ${words.join(' ')}: exit ${code}\n${err}`);
  return out;
}

async function json(words: readonly string[], input?: string): Promise<Record<string, unknown>> {
  return JSON.parse(await succeed([...words, '--json'], input)) as Record<string, unknown>;
}

test('a reader that is gone before the help came is no failure', async () => {
  for (const words of ['help', '--version', 'complete', 'job-list']) {
    const argv = ['-c', 'set -o pipefail; "$@" | true', 'bash', process.execPath, BUILT, words, ...(words === 'job-list' ? state() : [])];
    expect(await runProgram(['bash', ...argv], {})).toMatchObject({ code: 0, err: '' });
  }
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-cli-e2e-'));
  const nothing = join(folder, 'nothing.conf');
  await writeFile(nothing, '[DEFAULT]\nauth = none\n');
  api = spawn(process.execPath, [API, '--bind-port', '0', '--config-file', nothing, ...state()], {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = createInterface(api.stdout ?? process.stdin);
  let said = '';
  api.stderr?.on('data', (chunk: Uint8Array) => {
    said += String(chunk);
  });
  await Promise.race([
    once(lines, 'line'),
    once(api, 'exit').then(() => {
      throw new TypeError(`freezer-api ended: ${said}`);
    }),
  ]);
});

afterAll(async () => {
  const ended = once(api, 'exit');
  api.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true });
});

test('a trial is found by its file; a client, a job and its run, from creation to deletion', async () => {
  expect(await succeed(['client', 'register', '--file', '-'], '{"client_id": "host1", "hostname": "host1"}')).toContain('| Client ID   | host1');
  expect(await succeed(['client-list', '-f', 'value', '-c', 'Client ID'])).toBe('host1\n');
  const flags = ['--path', '/etc', '--backup-name', 'etc', '--storage', 'local', '--container', '/b', '--interval', '1 days', '--max-level', '6'];
  const job = await json(['job-create', '-C', 'host1', '--description', 'daily', ...flags, '--option', 'compression=zstd', '--max-retries', '2']);
  expect(job).toMatchObject({
    client_id: 'host1',
    description: 'daily',
    job_schedule: { schedule_interval: '1 days' },
    job_actions: [
      {
        freezer_action: {
          action: 'backup',
          mode: 'fs',
          path_to_backup: '/etc',
          backup_name: 'etc',
          storage: 'local',
          container: '/b',
          max_level: 6,
          compression: 'zstd',
        },
        max_retries: 2,
      },
    ],
  });
  const id = String(job['job_id']);
  expect(await succeed(['job', 'list', '-C', 'host1', '-f', 'csv', '-c', 'Job ID', '-c', 'Description'])).toBe(`"Job ID","Description"\n"${id}","daily"\n`);
  expect(await json(['job-start', id])).toEqual({ job_id: id, result: 'success' });
  expect((await run(['job-start', id])).err).toBe(`Job ${id}: start already requested\n`);
  expect(await json(['job-get', id])).toMatchObject({ job_schedule: { event: 'start' } });
  expect(await succeed(['job-get', id, '--no-format'])).toMatch(/^\{'job_id': '.*\}\n$/);
  expect((await run(['job-delete', id])).err).toBe(`Job ${id} deleted\n`);
  expect(await run(['job-show', id])).toMatchObject({ code: 1, out: '', err: `freezer job-show: Job not found: ${id}\n` });
});

/** What a scheduler would do with a job that was asked to start. */
async function play(id: string, result: string, message: string): Promise<void> {
  await succeed(['job-update', id, '-'], JSON.stringify({ job_schedule: { event: '', status: 'running', result: '', time_started: 1795244501 } }));
  await succeed(['job-update', id, '-'], JSON.stringify({ job_schedule: { status: 'completed', result, message, time_ended: 1795244505 } }));
}

test.each([
  ['success', 0, ''],
  ['partial', 3, '2 files could not be read'],
  ['fail', 1, 'the storage is full'],
  ['aborted', 1, ''],
])('job-start --wait: %s is exit %d, and the run is listed', async (result, code, message) => {
  await succeed(['client-register', '--file', '-'], '{"client_id": "host2", "hostname": "host2"}');
  const job = await json(['job-create', '-C', 'host2', '--action', 'exec', '--command', 'true']);
  const id = String(job['job_id']);
  const waiting = run(['job-start', id, '--wait', '--wait-limit', '60']);
  while (((await json(['job-get', id]))['job_schedule'] as Record<string, unknown>)['event'] !== 'start') await sleep(50);
  await play(id, result, message);
  const ended = await waiting;
  expect(ended.code).toBe(code);
  expect(ended.err).toContain(`completed, ${result}${message === '' ? '' : `, ${message}`}`);
  const runs = await succeed(['run-list', '--job', id, '-f', 'value', '-c', 'Client ID', '-c', 'Result', '-c', 'Started']);
  expect(runs).toBe(`host2 ${result} 2026-11-21 07:01:41\n`);
  const [first] = JSON.parse(await succeed(['run-list', '--job', id, '--json'])) as { run_id: string }[];
  expect(await succeed(['run-show', first?.run_id ?? '', '-f', 'value', '-c', 'Reasons'])).toBe(`${message}\n`);
});

test('times are those of a zone that TZ names as a file, also in summer', async () => {
  const backup = '{"container": "c", "hostname": "h", "backup_name": "summer", "time_stamp": 1467000000}';
  const id = String((await json(['backup-create', '--file', '-'], backup))['backup_id']);
  const zone = { TZ: ':/usr/share/zoneinfo/Europe/Berlin' };
  const { out } = await freezer(['backup-list', '-f', 'value', '-c', 'Created at', ...state()], zone);
  expect(out).toBe('2016-06-27 06:00:00\n');
  await succeed(['backup-delete', id]);
});

test('--wait-limit ends the waiting, not the job', async () => {
  const id = String((await json(['job-create', '-C', 'host2', '--action', 'exec', '--command', 'true']))['job_id']);
  const { code, err } = await run(['job-start', id, '--wait', '--wait-limit', '0.3']);
  expect(code).toBe(1);
  expect(err).toContain(`job ${id} has not ended within 0.3 s; it goes on without us`);
});

test('the job file of the oldest guide is read, with warnings, as JSON and as YAML', async () => {
  const old = await readFile(new URL('./fixtures/old-guide-job.json', import.meta.url), 'utf8');
  const yaml = `job-actions:\n  - freezer_action:\n      action: backup\n      mode: fs\n      backup-name: y\n      path_to_backup: /etc\njob_schedule:\n  schedule_start_date: 2026-11-28T12:00:00\n`;
  for (const [text, name] of [
    [old, 'nova_backup_by_json'],
    [yaml, 'y'],
  ]) {
    const { code, out, err } = await run(['job-create', '--file', '-', '--client', 'host2', '--json'], text);
    expect([code, err.split('\n').filter((line) => !line.startsWith('freezer: warning: ') && !line.endsWith(' created') && line !== '')]).toEqual([0, []]);
    expect(err).toContain("'backup-name' is read as 'backup_name'");
    expect(JSON.parse(out)).toMatchObject({ job_actions: [{ freezer_action: { backup_name: name } }] });
  }
});

test('sessions, actions, backups and alerts', async () => {
  const session = await json(['session-create', '--file', '-'], '{"description": "nightly", "schedule": {"schedule_interval": "1 days"}}');
  const sessionId = String(session['session_id']);
  const jobId = String((await json(['job-create', '-C', 'host2', '--action', 'exec', '--command', 'true']))['job_id']);
  const members = ['--session-id', sessionId, '--job-id', jobId];
  expect((await run(['session', 'add', 'job', ...members])).err).toBe(`Job ${jobId} added correctly to session ${sessionId}\n`);
  expect(await json(['session-start', ...members, '--job-tag', '0'])).toMatchObject({ result: 'success', session_tag: 1 });
  expect(await succeed(['session-list', '-f', 'value', '-c', 'Description', '-c', '# Jobs'])).toBe('nightly 1\n');
  expect(await succeed(['session-show', sessionId])).toContain(jobId);
  await succeed(['session-remove-job', ...members]);
  await succeed(['session-update', sessionId, '-'], '{"description": "weekly"}');
  await succeed(['session-delete', sessionId]);
  expect((await run(['session-delete', sessionId])).code).toBe(1);

  const actionId = String((await json(['action-create', '--file', '-'], '{"freezer_action": {"action": "backup", "backup-name": "etc"}}'))['action_id']);
  expect(await succeed(['action-update', actionId, '-', '-f', 'value', '-c', 'Name'], '{"freezer_action": {"backup_name": "etc2"}}')).toBe('etc2\n');
  await succeed(['action-delete', actionId]);

  const backup = await json(['backup-create', '--file', '-'], '{"container": "c", "hostname": "h", "backup_name": "b", "time_stamp": 1459349846}');
  expect(await succeed(['backup-list', '-f', 'value', '-c', 'Backup ID', '-c', 'Hostname'])).toBe(`${String(backup['backup_id'])} h\n`);
  await succeed(['backup-delete', String(backup['backup_id'])]);
  expect(await succeed(['backup-list', '-f', 'json'])).toBe('[]\n');
  expect(JSON.parse(await succeed(['alert-list', '--json']))).toEqual(expect.any(Array));
});

test('everything is listed by --all, page by page, in the order of the server', async () => {
  for (let index = 0; index < 12; index += 1) await succeed(['client-register', '--file', '-'], JSON.stringify({ client_id: `many${index}` }));
  const listed = (await succeed(['client-list', '--search', 'many', '--limit', '5', '-f', 'value', '-c', 'Client ID'])).trim().split('\n');
  expect(listed).toHaveLength(5);
  const all = (await succeed(['client-list', '--all', '-f', 'value', '-c', 'Client ID'])).trim().split('\n');
  expect(all.filter((name) => name.startsWith('many'))).toEqual(Array.from({ length: 12 }, (_, index) => `many${index}`));
});

test('without the token nothing is written, and the token is in nothing that is printed', async () => {
  const { token, url } = JSON.parse(await readFile(join(folder, 'state', 'api-trial.json'), 'utf8')) as { token: string; url: string };
  const log = join(folder, 'freezer.log');
  const words = ['client-register', '--file', '-', '--debug', '--log-file', log];
  const good = await run(words, '{"client_id": "host3"}');
  expect(good.code).toBe(0);
  expect(good.err).toContain(`POST ${url}/v2/trial/clients/: 201`);
  const bad = await freezer([...words, '--os-backup-url', url, '--os-token', 'a-wrong-token', '--os-project-id', 'trial'], {}, '{"client_id": "host4"}');
  expect(bad.code).toBe(1);
  expect(bad.err).toMatch(/\[\*\] Error 40[13]: /);
  for (const text of [good.err, good.out, bad.err, bad.out, await readFile(log, 'utf8')]) {
    expect(text).not.toContain(token);
    expect(text).not.toContain('a-wrong-token');
  }
});
