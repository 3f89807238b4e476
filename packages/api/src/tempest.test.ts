import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiBench } from '../test-support/api-bench.ts';

// What the API tests of OpenStack's own test suite ask of a server, as spec lists them: alpha is their first user, beta their second, admin theirs.

type Doc = Record<string, unknown>;
const P = '/v2/project-alpha';
let bench: ApiBench;
beforeEach(async () => {
  bench = await ApiBench.open();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  bench.call(method, P + path, { as: 'alpha', headers, ...(body !== undefined && { body }) });
const listOf = async (kind: string, query = '', body?: unknown): Promise<Doc[]> =>
  ((await call('GET', `/${kind}${query}`, body)).body as Record<string, Doc[]>)[kind] ?? [];
const METADATA = {
  curr_backup_level: 0,
  container: 'freezer_container',
  hostname: 'localhost',
  backup_name: 'freezer_backup',
  time_stamp: 1_428_529_956,
  level: 1,
  max_level: 5,
  mode: 'fs',
  vol_snap_path: '',
  encrypted: false,
  broken_links: ['/blah'],
  excluded_files: [],
};
const post = async (more: Doc = {}) => (await call('POST', '/backups', { ...METADATA, ...more })).body as { backup_id: string };

describe.each(['actions', 'clients', 'jobs', 'sessions'])('%s', (kind) => {
  it('are none at first; limit and offset are taken', async () => {
    expect(await call('GET', `/${kind}`)).toMatchObject({ status: 200, body: { [kind]: [] } });
    for (const query of ['?limit=2', '?limit=1', '?offset=1', '?offset=0']) expect((await call('GET', `/${kind}${query}`)).status).toBe(200);
  });
});

describe('actions', () => {
  it('are posted, read, replaced, patched and deleted, unknown keys with their types', async () => {
    const action = {
      action: 'backup',
      mode: 'fs',
      src_file: '/dev/null',
      backup_name: 'test',
      container: 'c',
      max_backup_level: 1,
      always_backup_level: 0,
      no_incremental: true,
      hostname: false,
      log_file: '/dev/null',
    };
    const created = await call('POST', '/actions', {
      freezer_action: action,
      max_retries: 3,
      max_retries_interval: 60,
      mandatory: true,
      exit_status: 'success',
    });
    expect(created.status).toBe(201);
    const { action_id: id } = created.body as Doc;
    expect((await call('GET', `/actions/${String(id)}`)).body).toMatchObject({ action_id: id, freezer_action: action });
    expect(await call('POST', `/actions/${String(id)}`, { freezer_action: { ...action, backup_name: 'two' } })).toMatchObject({
      status: 201,
      body: { action_id: id },
    });
    expect((await call('GET', `/actions/${String(id)}`)).body).toMatchObject({
      freezer_action: { backup_name: 'two', no_incremental: true, hostname: false, max_backup_level: 1 },
    });
    expect(await call('PATCH', `/actions/${String(id)}`, { freezer_action: { ...action, backup_name: 'three' } })).toMatchObject({
      status: 200,
      body: { action_id: id },
    });
    expect((await call('GET', `/actions/${String(id)}`)).body).toMatchObject({ freezer_action: { backup_name: 'three' } });
    expect((await call('DELETE', `/actions/${String(id)}`)).status).toBe(204);
  });
});

describe('backups', () => {
  it('list: what was made, and to others nothing', async () => {
    expect(await listOf('backups')).toEqual([]);
    const made = [await post(), await post(), await post()].map(({ backup_id: id }) => id);
    expect((await listOf('backups')).map((each) => each['backup_id'])).toEqual(made);
    expect((await bench.call('GET', '/v2/project-beta/backups', { as: 'beta' })).body).toEqual({ backups: [] });
  });

  it('limit and offset: pages are parts of the whole, in its order', async () => {
    for (let index = 0; index < 8; index += 1) await post({ backup_name: `b${index}` });
    const whole = await listOf('backups');
    expect(await listOf('backups', '?limit=5')).toHaveLength(5);
    for (const [offset, count] of [
      [0, 8],
      [5, 3],
      [8, 0],
      [10, 0],
    ])
      expect(await listOf('backups', `?offset=${offset}`)).toHaveLength(count ?? -1);
    expect([...(await listOf('backups', '?limit=5')), ...(await listOf('backups', '?limit=3&offset=5'))]).toEqual(whole);
  });

  it.each([
    ['all of it', METADATA],
    ['the least', { container: 'c', hostname: 'h', backup_name: 'n' }],
  ])('post of %s: the item is exactly what was sent, whose it is, and its id', async (_name, metadata) => {
    const { body } = await call('POST', '/backups', metadata);
    const { backup_id: id } = body as Doc;
    expect(await listOf('backups')).toStrictEqual([{ user_id: 'user-alpha', project_id: 'project-alpha', backup_metadata: metadata, backup_id: id }]);
  });

  it('post without content type, and an incomplete one', async () => {
    expect((await bench.call('POST', `${P}/backups`, { as: 'alpha', raw: JSON.stringify(METADATA), headers: { 'content-type': '' } })).status).toBe(201);
    const { container: _, ...incomplete } = METADATA;
    expect((await call('POST', '/backups', incomplete)).status).toBe(400);
  });

  it('delete: its own, and not those of others', async () => {
    const { backup_id: id } = await post();
    const foreign = await bench.call('DELETE', `/v2/project-beta/backups/${id}`, { as: 'beta' });
    expect([foreign.status, foreign.text]).toEqual([204, '']);
    expect(await listOf('backups')).toHaveLength(1);
    expect((await call('DELETE', `/backups/${id}`)).status).toBe(204);
    expect(await listOf('backups')).toEqual([]);
  });
});

describe('clients', () => {
  it('post, get, delete', async () => {
    const created = await call('POST', '/clients', {
      client_id: 'tecs_test',
      hostname: 'tecs',
      description: 'some usefule description',
      config_id: 'config_id_contains_uuid_of_config',
    });
    expect(created).toMatchObject({ status: 201, body: { client_id: 'tecs_test' } });
    expect((await call('GET', '/clients/tecs_test')).status).toBe(200);
    expect((await call('DELETE', '/clients/tecs_test')).status).toBe(204);
  });
});

describe('jobs', () => {
  const job = (clientId: string) => ({
    job_actions: [
      {
        freezer_action: {
          action: 'backup',
          mode: 'fs',
          src_file: '/home/tylerdurden/project_mayhem',
          backup_name: 'project_mayhem_backup',
          container: 'my_backup_container',
        },
        exit_status: 'success',
        max_retries: 1,
        max_retries_interval: 1,
        mandatory: true,
      },
    ],
    job_schedule: {
      time_created: 1234,
      time_started: 1234,
      time_ended: 0,
      status: 'stop',
      schedule_date: '2015-06-02T16:20:00',
      schedule_month: '1-6, 9-12',
      schedule_day: 'mon, wed, fri',
      schedule_hour: '03',
      schedule_minute: '25',
    },
    job_id: 'blabla',
    client_id: clientId,
    user_id: 'blabla',
    description: 'scheduled one shot',
  });

  it('post, get, delete', async () => {
    await call('POST', '/clients', { client_id: 'padawan-ccp-c1-m1-mgmt', hostname: 'padawan' });
    const { status, body } = await call('POST', '/jobs', job('padawan-ccp-c1-m1-mgmt'));
    expect(status).toBe(201);
    const { job_id: id } = body as Doc;
    expect((await call('GET', `/jobs/${String(id)}`)).body).toMatchObject({
      user_id: 'user-alpha',
      job_schedule: { time_created: bench.now / 1000, time_started: -1 },
    });
    expect((await call('DELETE', `/jobs/${String(id)}`)).status).toBe(204);
    expect((await call('DELETE', '/clients/padawan-ccp-c1-m1-mgmt')).status).toBe(204);
  });

  it.each(['bad%project$id_host.domain.tld', '01b0f00a-4ce2-11e6-beb8-9e71128cae77_bad_hostname.bad/domain.b'])(
    'a client id that is none is 400 before it is looked for: %s',
    async (id) => {
      expect((await call('POST', '/jobs', job(id))).status).toBe(400);
    },
  );
});

describe('sessions', () => {
  it('post with what a server ignores, get by the id that it gave, delete', async () => {
    const session = {
      session_id: 'test-session',
      session_tag: 1,
      description: 'd',
      hold_off: 5,
      schedule: { time_created: 1234, time_started: 1234, time_ended: 0, status: 'stop', schedule_date: '2015-06-02T16:20:00' },
      jobs: [{ job_id_1: { client_id: 'c', status: 'stop', result: 'success' } }],
      time_start: 1234,
      time_end: 1234,
      time_started: 1234,
      time_ended: 1234,
      status: 'completed',
      result: 'success',
      user_id: 'user-id-here',
    };
    const { status, body } = await call('POST', '/sessions', session);
    expect(status).toBe(201);
    const { session_id: id } = body as Doc;
    expect(id).not.toBe('test-session');
    expect((await call('GET', `/sessions/${String(id)}`)).body).toMatchObject({ jobs: {}, status: 'active', user_id: 'user-alpha' });
    expect((await call('DELETE', `/sessions/${String(id)}`)).status).toBe(204);
  });
});

describe('version', () => {
  it('2 has a JSON Home document', async () => {
    const { status, body, headers } = await bench.call('GET', '/v2', { as: 'alpha' });
    expect([status, headers['content-type']]).toEqual([200, 'application/json-home']);
    expect((body as { resources: Doc }).resources['rel/backups']).toEqual({
      'href-template': '/v2/{project_id}/backups/{backup_id}',
      'href-vars': { project_id: 'param/project_id', backup_id: 'param/backup_id' },
      hints: { allow: ['GET'], formats: { 'application/json': {} } },
    });
  });
});
