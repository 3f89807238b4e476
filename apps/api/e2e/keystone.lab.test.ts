import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Answer, ask, documentOf } from './harness/ask.ts';
import { DebianFreezer, type Printed } from './harness/debian-freezer.ts';
import { type Account, Keystone } from './harness/keystone.ts';
import { Place } from './harness/place.ts';
import { manage, Service } from './harness/service.ts';

const OUR_FREEZER = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));

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

describe('the user of central schedulers', () => {
  const trusteeOf = async (central: string): Promise<string> => {
    const own = new Service(place, ['--config-file', place.write('etc/central.conf', CONF() + central)]);
    try {
      const at = await own.url();
      const { token, projectId, userId } = await keystone.login(alpha);
      const job = { client_id: 'central-1', job_schedule: {}, job_actions: [] };
      const made = await ask(`${at}/v2/${projectId}/jobs`, { method: 'POST', token, body: job });
      expect(made).toMatchObject({ status: 201 });
      const { trusts } = documentOf(await ask(`${keystone.url}/OS-TRUST/trusts?trustor_user_id=${userId}`, { token })) as {
        readonly trusts: readonly object[];
      };
      expect(trusts).toHaveLength(1);
      expect((await ask(`${at}/v2/${projectId}/jobs/${documentOf(made)['job_id']}`, { method: 'DELETE', token })).status).toBe(204);
      return String(Reflect.get(trusts[0] ?? {}, 'trustee_user_id'));
    } finally {
      await own.stop();
    }
  };

  test('is that of the section auth_section names, or the one of service_user', async () => {
    const scheduler = await keystone.account('scheduler', 'service', 'service');
    const { userId } = await keystone.login(scheduler);
    const account = `auth_url = ${keystone.url}\nusername = scheduler\npassword = ${scheduler.password}\nproject_name = service\n`;
    expect(await trusteeOf(`[centralized_scheduler]\nauth_section = central\n[central]\n${account}`)).toBe(userId);
    expect(await trusteeOf('[centralized_scheduler]\nservice_user = scheduler\nservice_user_domain = Default\n')).toBe(userId);
  });
});

describe("Debian's freezer", () => {
  let debian: DebianFreezer;
  beforeAll(() => {
    debian = new DebianFreezer(place.environment(keystone.environment(alpha)));
  });
  afterAll(() => debian?.close());

  const freezer = (...argv: readonly string[]): Promise<Printed> => debian.run(argv);

  function ours(...argv: readonly string[]): string {
    const options = { encoding: 'utf8', env: place.environment(keystone.environment(alpha)), timeout: 120_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [OUR_FREEZER, ...argv], options);
    expect({ argv, code: status, err: stderr }).toMatchObject({ argv, code: 0 });
    return stdout;
  }

  /** What only shows is shown by ours in the same words, columns and order; of a backup theirs does not find the id. */
  async function good(...argv: readonly string[]): Promise<string> {
    const { code, out, err } = await freezer(...argv);
    expect({ argv, code, err }).toEqual({ argv, code: 0, err: expect.not.stringContaining('Traceback') });
    if (argv[0] === 'backup-show') expect(ours(...argv, '-f', 'json')).toContain('"Backup ID": "');
    else if (/-(list|show|get)$/.test(argv[0] ?? '')) expect({ argv, out: ours(...argv) }).toEqual({ argv, out });
    return out + err;
  }

  const json = async (...argv: readonly string[]): Promise<readonly Record<string, unknown>[]> =>
    JSON.parse(await good(...argv, '-f', 'json')) as readonly Record<string, unknown>[];
  const idOf = (text: string): string => / (\w{32}) created/.exec(text)?.[1] ?? '';
  const file = (name: string, document: object): string => place.write(name, JSON.stringify(document));
  let job = '';
  let session = '';
  let action = '';

  test('clients', async () => {
    expect(await good('client-register', '--file', file('client.json', { client_id: 'cli1', hostname: 'cli1', description: 'from cli' }))).toContain(
      'Client cli1 registered',
    );
    expect(await json('client-list')).toEqual(
      expect.arrayContaining([expect.objectContaining({ 'Client ID': 'cli1', hostname: 'cli1', description: 'from cli' })]),
    );
    expect(await good('client-show', 'cli1')).toContain('from cli');
    expect(await freezer('client-show', 'nosuch')).toMatchObject({ code: 1, err: expect.stringContaining('Client not found') });
  });

  const JOB = {
    description: 'cli job',
    job_schedule: { schedule_interval: '5 minutes' },
    job_actions: [{ freezer_action: { action: 'backup', mode: 'fs', backup_name: 'n', path_to_backup: '/etc', container: 'c', storage: 'local' } }],
  };

  test('jobs', async () => {
    job = idOf(await good('job-create', '--file', file('job.json', JOB), '--client', 'cli1'));
    expect(job).not.toBe('');
    expect(await json('job-list')).toEqual([expect.objectContaining({ 'Job ID': job, Description: 'cli job', '# Actions': 1 })]);
    expect(await json('job-list', '-C', 'cli1')).toHaveLength(1);
    expect(await json('job-list', '--search', '[{"client_id":"cli1"}]')).toHaveLength(1);
    expect(await good('job-show', job)).toContain('5 minutes');
    expect(await good('job-get', job)).toContain("'backup_name': 'n'");
    for (const [word, answer] of [
      ['job-start', 'Start request sent'],
      ['job-stop', 'Stop request sent'],
      ['job-abort', 'Abort request sent'],
    ] as const)
      expect(await good(word, job)).toContain(answer);
    expect(await good('job-update', job, file('update.json', { description: 'changed' }))).toContain('updated');
    expect(await json('job-list')).toEqual([expect.objectContaining({ Description: 'changed' })]);
    expect(await good('job-show', job)).toContain('5 minutes');
    expect(await good('job-list', '--limit', '5', '--offset', '100')).toContain('Job ID');
  });

  test('sessions', async () => {
    session = idOf(await good('session-create', '--file', file('session.json', { description: 'a session', hold_off: 30, schedule: {} })));
    expect(session).not.toBe('');
    expect(await json('session-list')).toEqual([expect.objectContaining({ 'Session ID': session, '# Jobs': 0 })]);
    expect(await good('session-add-job', '--session-id', session, '--job-id', job)).toContain('added correctly');
    expect(await json('session-list')).toEqual([expect.objectContaining({ '# Jobs': 1 })]);
    expect(await good('session-show', session)).toContain(job);
    expect(await good('session-start', '--session-id', session, '--job-id', job, '--job-tag', '0')).toContain('start requested');
    expect(await good('session-remove-job', '--session-id', session, '--job-id', job)).toContain('removed correctly');
    expect(await good('session-update', session, file('s2.json', { description: 'other' }))).toContain('updated');
    expect(await good('session-delete', session)).toContain('deleted');
    expect(await good('session-list')).not.toContain(session);
  });

  test('actions', async () => {
    const document = {
      freezer_action: { action: 'backup', mode: 'fs', backup_name: 'etc', path_to_backup: '/etc', container: 'c1', storage: 'local' },
      max_retries: 3,
      max_retries_interval: 60,
    };
    action = idOf(await good('action-create', '--file', file('action.json', document)));
    expect(await json('action-list')).toEqual(expect.arrayContaining([expect.objectContaining({ 'Action ID': action, Name: 'etc' })]));
    expect(await good('action-show', action)).toContain('c1');
    expect(await good('action-update', action, file('a2.json', { freezer_action: { backup_name: 'etc2', action: 'backup' } }))).toContain('updated');
    expect(await good('action-show', action)).toContain('etc2');
    expect(await good('action-delete', action)).toContain('deleted');
  });

  test('backups', async () => {
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
    await good('backup-create', '--file', file('backup.json', metadata));
    // JSON has no dates, and this client does not make texts of them.
    const [, id = ''] = /^(\w{32})\s+h \/etc 2026-\d\d-\d\d \d\d:\d\d:\d\d 2$/m.exec(await good('backup-list', '-f', 'value')) ?? [];
    expect(id).not.toBe('');
    expect(await good('backup-show', id)).toContain('/etc');
    expect(await freezer('backup-show', 'nosuch')).toMatchObject({ code: 1, err: expect.stringContaining('Backup not found') });
    await good('backup-delete', id);
    expect(await good('backup-list')).not.toContain(id);
  });

  test('every command that writes, by ours', async () => {
    const made = (...argv: readonly string[]) => JSON.parse(ours(...argv, '-f', 'json')) as Record<string, unknown>;
    expect(made('client-register', '--file', place.path('client.json'))).toMatchObject({ 'Client ID': 'cli1' });
    const ids = {
      job: String(made('job-create', '--file', place.path('job.json'), '--client', 'cli1')['Job ID']),
      session: String(made('session-create', '--file', place.path('session.json'))['Session ID']),
      action: String(made('action-create', '--file', place.path('action.json'))['Action ID']),
      backup: String(made('backup-create', '--file', place.path('backup.json'))['Backup ID']),
    };
    for (const id of Object.values(ids)) expect(id).toMatch(/^[0-9a-f]{32}$/);
    for (const argv of [
      ['job-update', ids.job, place.path('update.json')],
      ...['job-start', 'job-stop', 'job-abort'].map((word) => [word, ids.job]),
      ['session-add-job', '--session-id', ids.session, '--job-id', ids.job],
      ['session-start', '--session-id', ids.session, '--job-id', ids.job, '--job-tag', '0'],
      ['session-update', ids.session, place.path('s2.json')],
      ['session-remove-job', '--session-id', ids.session, '--job-id', ids.job],
      ['action-update', ids.action, place.path('a2.json')],
    ])
      ours(...argv);
    expect(await good('job-show', ids.job)).toContain('changed');
    expect(await good('session-show', ids.session)).toContain('other');
    expect(await good('action-show', ids.action)).toContain('etc2');
    for (const [kind, id] of Object.entries(ids)) ours(`${kind}-delete`, id);
    for (const kind of ['session', 'action', 'backup']) expect(ours(`${kind}-list`)).not.toContain(ids[kind as keyof typeof ids]);
  });

  test('what was made is taken away', async () => {
    expect(await good('job-delete', job)).toContain('deleted');
    expect(await good('client-delete', 'cli1')).toContain('deleted');
    expect(await good('client-list')).not.toContain('cli1');
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
