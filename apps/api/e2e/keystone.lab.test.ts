import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Answer, ask, documentOf } from './harness/ask.ts';
import { type Account, Keystone } from './harness/keystone.ts';
import { Place } from './harness/place.ts';
import { manage, Service } from './harness/service.ts';

// Each call of the Python client takes seconds on a busy machine.
jest.setTimeout(300_000);

let place: Place;
let keystone: Keystone;
let service: Service | undefined;
let url = '';
let alpha: Account;
let reader: Account;
let beta: Account;

const CONF = (): string => `[keystone_authtoken]
auth_type = password
auth_url = ${keystone.url}
www_authenticate_uri = http://keystone.example.org:5000
username = freezer
password = svc
project_name = service
user_domain_name = Default
project_domain_name = Default
token_cache_time = 2
http_request_max_retries = 0
[DEFAULT]
bind_host = 127.0.0.1
`;

beforeAll(async () => {
  place = new Place();
  keystone = await Keystone.start(place);
  const conf = place.write('etc/freezer-api.conf', CONF());
  // The service's own user must be there before it is asked who calls.
  register('http://127.0.0.1:1');
  service = new Service(place, ['--config-file', conf]);
  url = await service.url();
  register(url);
  alpha = await keystone.account('alpha', 'alpha', 'member');
  reader = await keystone.account('reader', 'alpha', 'reader');
  beta = await keystone.account('beta', 'beta', 'member');
}, 300_000);

afterAll(async () => {
  // What failed before it was there has nothing to stop.
  await service?.stop('SIGKILL');
  keystone?.stop();
  place.remove();
});

function register(address: string): void {
  const conf = place.path('etc/freezer-api.conf');
  const answer = manage(place, ['--config-file', conf, 'keystone', 'register', '--url', address], '', keystone.environment(keystone.admin));
  expect(answer).toMatchObject({ code: 0, err: '' });
}

async function as(account: Account, path: string, more: { readonly method?: string; readonly body?: unknown } = {}): Promise<Answer> {
  const { token, projectId } = await keystone.login(account);
  return ask(url + path.replace('PROJECT', projectId), { token, ...more });
}

describe('registration', () => {
  test('may be repeated, and moves the endpoints', async () => {
    register('http://127.0.0.1:2');
    register(url);
    const { token } = await keystone.login(keystone.admin);
    const { endpoints } = documentOf(await ask(`${keystone.url}/endpoints`, { token })) as { readonly endpoints: readonly { readonly url: string }[] };
    expect(endpoints.filter((one) => one.url === url)).toHaveLength(3);
  });
});

describe('who asks', () => {
  test('without a good token is told where to get one', async () => {
    for (const token of [undefined, 'nonsense', 'gAAAAABnonsense']) {
      expect(await ask(`${url}/v2/x/jobs`, { token })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Keystone uri="http://keystone.example.org:5000"' },
        text: expect.stringContaining('requires authentication'),
      });
    }
  });

  test('what a caller says of itself is never believed', async () => {
    const headers = { 'x-identity-status': 'Confirmed', 'x-user-id': 'u', 'x-project-id': 'p', 'x-roles': 'admin' };
    expect((await ask(`${url}/v2/p/jobs`, { headers })).status).toBe(401);
  });

  test('sees and changes its own project, and no other', async () => {
    const made = await as(alpha, '/v2/PROJECT/actions', { method: 'POST', body: { freezer_action: { action: 'backup' } } });
    expect(made.status).toBe(201);
    const id = String(documentOf(made)['action_id']);
    expect((await as(alpha, `/v2/PROJECT/actions/${id}`)).status).toBe(200);
    expect((await as(reader, `/v2/PROJECT/actions/${id}`)).status).toBe(200);
    expect((await as(reader, `/v2/PROJECT/actions/${id}`, { method: 'DELETE' })).status).toBe(403);
    expect((await as(beta, `/v2/PROJECT/actions/${id}`)).status).toBe(404);
    const { projectId } = await keystone.login(alpha);
    expect((await as(beta, `/v2/${projectId}/actions/${id}`)).status).toBe(403);
    expect((await as(keystone.admin, `/v2/${projectId}/actions/${id}`)).status).toBe(200);
  });

  test('a token that was taken back is refused once it is no longer remembered', async () => {
    const { token, projectId } = await keystone.login(alpha);
    const jobs = `${url}/v2/${projectId}/jobs`;
    expect((await ask(jobs, { token })).status).toBe(200);
    await keystone.revoke(token);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await ask(jobs, { token })).status).toBe(401);
  });
});

describe('central clients', () => {
  test('a job for one gets a trust of its user, which goes with its last job', async () => {
    const { token, projectId, userId } = await keystone.login(alpha);
    const service2 = await keystone.login({ user: 'freezer', password: 'svc', project: 'service' });
    const central = { client_id: 'central-1', hostname: 'c', is_central: true };
    expect((await ask(`${url}/v2/${service2.projectId}/clients`, { method: 'POST', token: service2.token, body: central })).status).toBe(201);
    const job = { client_id: 'central-1', job_schedule: {}, job_actions: [{ freezer_action: { action: 'backup', backup_name: 'x' } }] };
    const made = await ask(`${url}/v2/${projectId}/jobs`, { method: 'POST', token, body: job });
    expect(made).toMatchObject({ status: 201 });
    const trusts = async (): Promise<readonly unknown[]> =>
      documentOf(await ask(`${keystone.url}/OS-TRUST/trusts?trustor_user_id=${userId}`, { token }))['trusts'] as readonly unknown[];
    expect(await trusts()).toEqual([
      expect.objectContaining({ trustee_user_id: service2.userId, trustor_user_id: userId, project_id: projectId, impersonation: false }),
    ]);
    const id = String(documentOf(made)['job_id']);
    expect((await ask(`${url}/v2/${projectId}/jobs/${id}`, { method: 'DELETE', token })).status).toBe(204);
    expect(await trusts()).toEqual([]);
  });
});

describe("Debian's freezer", () => {
  function freezer(...argv: readonly string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
    const { status, stdout, stderr } = spawnSync('freezer', argv, { encoding: 'utf8', env: place.environment(keystone.environment(alpha)), timeout: 120_000 });
    return { code: status, out: stdout, err: stderr };
  }

  function good(...argv: readonly string[]): string {
    const { code, out, err } = freezer(...argv);
    expect({ argv, code, err }).toEqual({ argv, code: 0, err: expect.not.stringContaining('Traceback') });
    return out + err;
  }

  const json = (...argv: readonly string[]): readonly Record<string, unknown>[] =>
    JSON.parse(good(...argv, '-f', 'json')) as readonly Record<string, unknown>[];
  const idOf = (text: string): string => / (\w{32}) created/.exec(text)?.[1] ?? '';
  const file = (name: string, document: object): string => place.write(name, JSON.stringify(document));
  let job = '';
  let session = '';
  let action = '';

  test('clients', () => {
    expect(good('client-register', '--file', file('client.json', { client_id: 'cli1', hostname: 'cli1', description: 'from cli' }))).toContain(
      'Client cli1 registered',
    );
    expect(json('client-list')).toEqual(expect.arrayContaining([expect.objectContaining({ 'Client ID': 'cli1', hostname: 'cli1', description: 'from cli' })]));
    expect(good('client-show', 'cli1')).toContain('from cli');
    expect(freezer('client-show', 'nosuch')).toMatchObject({ code: 1, err: expect.stringContaining('Client not found') });
  });

  const JOB = {
    description: 'cli job',
    job_schedule: { schedule_interval: '5 minutes' },
    job_actions: [{ freezer_action: { action: 'backup', mode: 'fs', backup_name: 'n', path_to_backup: '/etc', container: 'c', storage: 'local' } }],
  };

  test('jobs', () => {
    job = idOf(good('job-create', '--file', file('job.json', JOB), '--client', 'cli1'));
    expect(job).not.toBe('');
    expect(json('job-list')).toEqual([expect.objectContaining({ 'Job ID': job, Description: 'cli job', '# Actions': 1 })]);
    expect(json('job-list', '-C', 'cli1')).toHaveLength(1);
    expect(json('job-list', '--search', '[{"client_id":"cli1"}]')).toHaveLength(1);
    expect(good('job-show', job)).toContain('5 minutes');
    expect(good('job-get', job)).toContain("'backup_name': 'n'");
    for (const [word, answer] of [
      ['job-start', 'Start request sent'],
      ['job-stop', 'Stop request sent'],
      ['job-abort', 'Abort request sent'],
    ] as const)
      expect(good(word, job)).toContain(answer);
    expect(good('job-update', job, file('update.json', { description: 'changed' }))).toContain('updated');
    expect(json('job-list')).toEqual([expect.objectContaining({ Description: 'changed' })]);
    expect(good('job-show', job)).toContain('5 minutes');
    expect(good('job-list', '--limit', '5', '--offset', '100')).toContain('Job ID');
  });

  test('sessions', () => {
    session = idOf(good('session-create', '--file', file('session.json', { description: 'a session', hold_off: 30, schedule: {} })));
    expect(session).not.toBe('');
    expect(json('session-list')).toEqual([expect.objectContaining({ 'Session ID': session, '# Jobs': 0 })]);
    expect(good('session-add-job', '--session-id', session, '--job-id', job)).toContain('added correctly');
    expect(json('session-list')).toEqual([expect.objectContaining({ '# Jobs': 1 })]);
    expect(good('session-show', session)).toContain(job);
    expect(good('session-start', '--session-id', session, '--job-id', job, '--job-tag', '0')).toContain('start requested');
    expect(good('session-remove-job', '--session-id', session, '--job-id', job)).toContain('removed correctly');
    expect(good('session-update', session, file('s2.json', { description: 'other' }))).toContain('updated');
    expect(good('session-delete', session)).toContain('deleted');
    expect(good('session-list')).not.toContain(session);
  });

  test('actions', () => {
    const document = {
      freezer_action: { action: 'backup', mode: 'fs', backup_name: 'etc', path_to_backup: '/etc', container: 'c1', storage: 'local' },
      max_retries: 3,
      max_retries_interval: 60,
    };
    action = idOf(good('action-create', '--file', file('action.json', document)));
    expect(json('action-list')).toEqual(expect.arrayContaining([expect.objectContaining({ 'Action ID': action, Name: 'etc' })]));
    expect(good('action-show', action)).toContain('c1');
    expect(good('action-update', action, file('a2.json', { freezer_action: { backup_name: 'etc2', action: 'backup' } }))).toContain('updated');
    expect(good('action-show', action)).toContain('etc2');
    expect(good('action-delete', action)).toContain('deleted');
  });

  test('backups', () => {
    const metadata = {
      container: 'c',
      hostname: 'h',
      backup_name: 'etc',
      time_stamp: 1_795_000_000,
      curr_backup_level: 2,
      level: 2,
      mode: 'fs',
      path_to_backup: '/etc',
    };
    good('backup-create', '--file', file('backup.json', metadata));
    // JSON has no dates, and this client does not make texts of them.
    const [, id = ''] = /^(\w{32})\s+h \/etc 2026-\d\d-\d\d \d\d:\d\d:\d\d 2$/m.exec(good('backup-list', '-f', 'value')) ?? [];
    expect(id).not.toBe('');
    expect(good('backup-show', id)).toContain('/etc');
    expect(freezer('backup-show', 'nosuch')).toMatchObject({ code: 1, err: expect.stringContaining('Backup not found') });
    good('backup-delete', id);
    expect(good('backup-list')).not.toContain(id);
  });

  test('what was made is taken away', () => {
    expect(good('job-delete', job)).toContain('deleted');
    expect(good('client-delete', 'cli1')).toContain('deleted');
    expect(good('client-list')).not.toContain('cli1');
  });
});

describe('while Keystone is away', () => {
  test('callers are told that it is not their fault, the health stays, and all goes on afterwards', async () => {
    const { token, projectId } = await keystone.login(alpha);
    keystone.stop();
    expect((await ask(`${url}/v2/${projectId}/jobs`, { token: `${token}x` })).status).toBe(503);
    expect((await ask(`${url}/healthcheck`)).status).toBe(200);
    expect(service?.err).toContain('tokens cannot be checked');
    keystone.again();
    expect((await ask(`${url}/v2/${projectId}/jobs`, { token })).status).toBe(200);
  });
});
