import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiBench, type Call } from '../test-support/api-bench.ts';

type Doc = Record<string, unknown>;

let bench: ApiBench;
beforeEach(async () => {
  bench = await ApiBench.open();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const P = '/v2/project-alpha';
const call = async (method: string, path: string, body?: unknown, more: Call = {}) =>
  bench.call(method, path, { as: 'alpha', ...(body !== undefined && { body }), ...more });
const get = async (path: string, as = 'alpha'): Promise<Doc> => (await bench.call('GET', path, { as })).body as Doc;

const ACTION = { action: 'backup', mode: 'fs', path_to_backup: '/etc', backup_name: 'etc', container: 'c' };
const JOB = {
  job_actions: [{ freezer_action: ACTION, mandatory: true, exit_status: 'success' }],
  client_id: 'web1',
  job_schedule: { schedule_interval: '1 days' },
};

async function makeJob(id: string, more: Doc = {}): Promise<string> {
  await call('POST', `${P}/clients`, { client_id: 'web1', hostname: 'web1' });
  expect(await call('POST', `${P}/jobs`, { ...JOB, job_id: id, ...more })).toMatchObject({ status: 201 });
  return `${P}/jobs/${id}`;
}

/** A session with jobs a and b in it, b added last. */
async function makeSession(): Promise<string> {
  await makeJob('a');
  await makeJob('b');
  const { session_id: id } = (await call('POST', `${P}/sessions`, { schedule: {}, hold_off: 5 })).body as Doc;
  const path = `${P}/sessions/${String(id)}`;
  for (const job of ['a', 'b']) expect((await call('PUT', `${path}/jobs/${job}`)).status).toBe(204);
  return path;
}

describe('defects of the original, done right', () => {
  it('8.1 the version document has a body', async () => {
    expect((await bench.call('GET', '/')).body).toMatchObject({ versions: [{ id: 'v2' }, { id: 'v1' }] });
  });

  it('8.2 version 1: events, whole-document PATCH, session actions and removal of members work', async () => {
    const { job_id: id } = (await call('POST', '/v1/jobs', JOB)).body as Doc;
    expect(await call('POST', `/v1/jobs/${String(id)}/event`, { start: null })).toMatchObject({ status: 202, body: { result: 'success' } });
    const whole = await get(`/v1/jobs/${String(id)}`);
    expect(whole['project_id']).toBeNull();
    expect(await call('PATCH', `/v1/jobs/${String(id)}`, whole)).toMatchObject({ status: 200 });
    const { session_id: session } = (await call('POST', '/v1/sessions', { schedule: {} })).body as Doc;
    expect((await call('PUT', `/v1/sessions/${String(session)}/jobs/${String(id)}`)).status).toBe(204);
    expect(await call('POST', `/v1/sessions/${String(session)}/action`, { start: { job_id: id, current_tag: 0 } })).toMatchObject({
      status: 202,
      body: { result: 'success', session_tag: 1 },
    });
    expect((await call('DELETE', `/v1/sessions/${String(session)}/jobs/${String(id)}`)).status).toBe(204);
  });

  it('8.3 nobody writes into the project of another, also under the rules of 13.0', async () => {
    const { createPolicy } = await import('./index.ts');
    await using legacy = await ApiBench.open({ policy: createPolicy({ preset: 'legacy' }) });
    for (const each of [bench, legacy]) {
      expect((await each.call('POST', `${P}/clients`, { as: 'beta', body: { client_id: 'evil', hostname: 'evil' } })).status).toBe(403);
      expect((await each.call('GET', `${P}/clients`, { as: 'alpha' })).body).toEqual({ clients: [] });
    }
  });

  it('8.4 a PATCH touches what it names: the schedule is neither wiped nor replaced', async () => {
    const path = await makeJob('a');
    await call('PATCH', path, { description: 'other' });
    expect(await get(path)).toMatchObject({ description: 'other', job_schedule: { schedule_interval: '1 days', time_started: -1 } });
    await call('PATCH', path, { job_schedule: { status: 'running', current_pid: 7 } });
    expect(await get(path)).toMatchObject({ job_schedule: { schedule_interval: '1 days', status: 'running', current_pid: 7, time_ended: -1 } });
  });

  it('8.4 the keys that say when are a group: one of them replaces all, and state stays', async () => {
    const path = await makeJob('a');
    await call('PATCH', path, { job_schedule: { status: 'scheduled' } });
    await call('PATCH', path, { job_schedule: { schedule_date: '2030-01-01T00:00:00' } });
    const { job_schedule: schedule } = await get(path);
    expect(schedule).toMatchObject({ schedule_date: '2030-01-01T00:00:00', status: 'scheduled', time_started: -1 });
    expect(schedule).not.toHaveProperty('schedule_interval');
  });

  it('8.5 a PATCH moves no job to another project, user or id', async () => {
    const path = await makeJob('a');
    expect(
      await call('PATCH', path, { project_id: 'project-beta', user_id: 'user-beta', job_id: 'b', user_credentials: { trust_id: 'stolen' } }),
    ).toMatchObject({ status: 200, body: { job_id: 'a' } });
    const job = await get(path);
    expect(job).toMatchObject({ project_id: 'project-alpha', user_id: 'user-alpha', job_id: 'a' });
    expect(job).not.toHaveProperty('user_credentials');
    expect((await bench.call('GET', '/v2/project-beta/jobs', { as: 'beta' })).body).toEqual({ jobs: [] });
  });

  it('8.6 mandatory and unknown keys of job_actions are kept', async () => {
    const path = await makeJob('a');
    expect(await get(path)).toMatchObject({
      job_actions: [{ mandatory: true, exit_status: 'success', action_id: expect.stringMatching(/^[0-9a-f]{32}$/), freezer_action: ACTION }],
    });
  });

  it('8.7 actions: mandatory is kept, a PATCH merges and keeps the retries, `{}` changes nothing', async () => {
    const { action_id: id } = (await call('POST', `${P}/actions`, { freezer_action: ACTION, mandatory: true, max_retries: 3 })).body as Doc;
    const path = `${P}/actions/${String(id)}`;
    await call('PATCH', path, { freezer_action: { backup_name: 'renamed' } });
    await call('PATCH', path, {});
    expect(await get(path)).toMatchObject({
      mandatory: true,
      max_retries: 3,
      max_retries_interval: 6,
      freezer_action: { ...ACTION, backup_name: 'renamed' },
      _version: 3,
    });
    expect((await get(`${P}/actions`))['actions']).toMatchObject([{ mandatory: true }]);
  });

  it('8.8 all_projects means what it says, and is for administrators and services', async () => {
    await makeJob('a');
    const count = async (as: string, project: string, all: string) => ((await get(`/v2/${project}/jobs?all_projects=${all}`, as))['jobs'] as unknown[]).length;
    expect(await count('admin', 'project-admin', 'False')).toBe(0);
    expect(await count('admin', 'project-admin', 'True')).toBe(1);
    expect(await count('service', 'project-service', 'yes')).toBe(1);
    expect(await count('beta', 'project-beta', 'True')).toBe(0);
    expect((await bench.call('GET', '/v2/project-admin/jobs/a', { as: 'admin' })).status).toBe(200);
  });

  it('a completed job keeps no event that nobody would ever take: neither one that came before nor one that comes after; a start stays', async () => {
    await makeJob('done');
    const event = async () => ((await get(`${P}/jobs/done`)) as { job_schedule: Doc }).job_schedule['event'];
    for (const kind of ['stop', 'abort']) {
      await call('PATCH', `${P}/jobs/done`, { job_schedule: { status: 'running', result: '' } });
      expect((await call('POST', `${P}/jobs/done/event`, { [kind]: null })).body).toEqual({ result: 'success' });
      expect(await event()).toBe(kind);
      await call('PATCH', `${P}/jobs/done`, { job_schedule: { status: 'completed', result: 'success' } });
      expect(await event()).toBe('');
      expect((await call('POST', `${P}/jobs/done/event`, { [kind]: null })).body).toEqual({ result: 'success' });
      expect(await event()).toBe('');
    }
    await call('POST', `${P}/jobs/done/event`, { start: null });
    expect(await event()).toBe('start');
  });

  it('8.9 an event of a job that is missing, or of another project, is 404', async () => {
    await makeJob('a');
    for (const [as, path] of [
      ['alpha', `${P}/jobs/nosuch/event`],
      ['beta', '/v2/project-beta/jobs/a/event'],
      ['freezer', '/v2/project-service/jobs/a/event'],
    ] as const) {
      expect(await bench.call('POST', path, { as, body: { stop: null } })).toMatchObject({ status: 404, body: { title: 'Not Found' } });
    }
  });

  it('8.10 what is missing in a session call is 404, and nothing is changed by halves', async () => {
    const path = await makeSession();
    const before = await get(path);
    expect((await call('PUT', `${path}/jobs/nosuch`)).status).toBe(404);
    expect((await call('DELETE', `${path}/jobs/nosuch`)).status).toBe(404);
    expect((await call('PUT', `${P}/sessions/nosuch/jobs/a`)).status).toBe(404);
    expect((await call('DELETE', `${P}/sessions/nosuch/jobs/a`)).status).toBe(404);
    expect(await get(path)).toEqual(before);
    expect((await get(`${P}/jobs/a`))['session_id']).toBe(before['session_id']);
  });

  it('8.11 bad parameters of a session action are 400', async () => {
    const path = await makeSession();
    const bad = [
      { end: { job_id: 'a', current_tag: 1 } },
      { start: { job_id: 'a' } },
      { start: { job_id: 'a', current_tag: 'x' } },
      { start: null },
      { start: { current_tag: 1 } },
      {},
    ];
    for (const body of bad) expect(await call('POST', `${path}/action`, body)).toMatchObject({ status: 400, body: { title: 'Bad request format' } });
    expect(await call('POST', `${path}/action`, { dance: {} })).toMatchObject({ status: 405, headers: { allow: 'GET, POST, HEAD, PATCH, DELETE' } });
    expect(await call('POST', `${P}/sessions/nosuch/action`, { start: { job_id: 'a', current_tag: 0 } })).toMatchObject({ status: 404 });
  });

  it('8.12 old results do not count in a new round', async () => {
    const path = await makeSession();
    const act = async (body: unknown) => (await call('POST', `${path}/action`, body)).body;
    await act({ start: { job_id: 'a', current_tag: 0 } });
    await act({ end: { job_id: 'b', current_tag: 1, result: 'fail' } });
    expect(await get(path)).toMatchObject({ status: 'completed', result: 'fail' });
    bench.now += 10_000;
    expect(await act({ start: { job_id: 'a', current_tag: 1 } })).toEqual({ result: 'success', session_tag: 2 });
    expect(await act({ start: { job_id: 'b', current_tag: 1 } })).toEqual({ result: 'success', session_tag: 2 });
    await act({ end: { job_id: 'a', current_tag: 2, result: 'success' } });
    expect(await get(path)).toMatchObject({ status: 'running', result: '' });
    await act({ end: { job_id: 'b', current_tag: 2, result: 'success' } });
    expect(await get(path)).toMatchObject({ status: 'completed', result: 'success' });
  });

  it('8.13 a replaced session keeps its members and status; `jobs` is always an object', async () => {
    const path = await makeSession();
    await call('POST', `${path}/action`, { start: { job_id: 'a', current_tag: 0 } });
    expect(await call('POST', path, { schedule: {}, session_tag: 7 })).toMatchObject({ status: 201, body: { version: expect.any(Number) } });
    expect(await get(path)).toMatchObject({ session_tag: 7, status: 'running', jobs: { a: { status: 'running' }, b: {} } });
    expect(await call('POST', `${P}/sessions/fresh`, { schedule: {}, session_tag: 1 })).toMatchObject({
      status: 201,
      body: { session_id: 'fresh', version: 1 },
    });
    expect(await get(`${P}/sessions/fresh`)).toMatchObject({ jobs: {}, status: 'active' });
  });

  it('8.14 a PATCH of a session with an unknown key is kept', async () => {
    const path = await makeSession();
    expect((await call('PATCH', path, { flavour: 'mint' })).status).toBe(200);
    expect(await get(path)).toMatchObject({ flavour: 'mint', jobs: { a: {}, b: {} } });
  });

  it('8.15, 8.16 what is no JSON, or no object, is 400', async () => {
    for (const raw of ['{', Buffer.from('{"client_id": "\xff"}', 'latin1')])
      expect(await call('POST', `${P}/clients`, undefined, { raw })).toMatchObject({ status: 400, body: { title: 'Malformed JSON' } });
    for (const raw of ['[1]', '"x"', '5', 'true'])
      expect(await call('POST', `${P}/clients`, undefined, { raw })).toMatchObject({ status: 400, body: { title: 'Bad request format' } });
  });

  it('8.17 limit and offset that are negative or huge are 400', async () => {
    for (const query of ['limit=-1', 'offset=-1', 'limit=100000000000000000000', 'limit=2147483648'])
      expect((await call('GET', `${P}/jobs?${query}`)).status).toBe(400);
    expect((await call('GET', `${P}/jobs?limit=2147483647`)).status).toBe(200);
  });

  it('8.18, 8.19 a missing item is told in a body; its DELETE is 204 in version 2 and 404 in version 1', async () => {
    for (const kind of ['clients', 'backups', 'actions', 'jobs', 'sessions']) {
      expect(await call('GET', `${P}/${kind}/x`)).toMatchObject({ status: 404, body: { title: 'Not Found', description: 'No document found with ID x' } });
      expect((await call('DELETE', `${P}/${kind}/x`)).status).toBe(204);
      expect(await call('DELETE', `/v1/${kind}/x`)).toMatchObject({ status: 404, body: { title: 'Not Found' } });
    }
  });

  it('8.21 a text search finds the client that is meant', async () => {
    for (const name of ['db1.example.org', 'web1.example.org', 'web2.example.org']) await call('POST', `${P}/clients`, { client_id: name, hostname: name });
    const found = (await call('GET', `${P}/clients`, { match: [{ _all: 'WEB2' }] })).body as { clients: { client: Doc }[] };
    expect(found.clients.map(({ client }) => client['client_id'])).toEqual(['web2.example.org']);
  });

  it('8.22 a client that registers again keeps what it does not name', async () => {
    await call('POST', `${P}/clients`, { client_id: 'w', hostname: 'h', description: 'kept', supported_modes: ['fs'] });
    expect((await call('POST', `${P}/clients`, { client_id: 'w', hostname: 'new' })).status).toBe(201);
    expect(await get(`${P}/clients/w`)).toMatchObject({
      client: { hostname: 'new', description: 'kept', supported_modes: ['fs'], supported_storages: expect.arrayContaining(['swift']) },
    });
    expect((await get(`${P}/clients`))['clients']).toHaveLength(1);
  });

  it('8.23 the id of what was deleted is free again', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect((await call('POST', `${P}/actions`, { action_id: 'mine', freezer_action: {} })).status).toBe(201);
      expect((await call('DELETE', `${P}/actions/mine`)).status).toBe(204);
    }
  });

  it('8.24 a session does not wait for a job that was deleted', async () => {
    const path = await makeSession();
    await call('POST', `${path}/action`, { start: { job_id: 'a', current_tag: 0 } });
    await call('DELETE', `${P}/jobs/b`);
    await call('POST', `${path}/action`, { end: { job_id: 'a', current_tag: 1, result: 'success' } });
    expect(await get(path)).toMatchObject({ status: 'completed', result: 'success' });
  });

  it('the keys of a document stand in the order of the original, whatever order they were sent in', async () => {
    await call('POST', `${P}/sessions/order`, { x: 1, schedule: {}, session_tag: 2, description: 'd' });
    expect(Object.keys(await get(`${P}/sessions/order`)).join(' ')).toBe(
      'project_id session_id user_id description session_tag result hold_off status time_ended time_started time_end time_start schedule jobs x _version',
    );
    await call('POST', `${P}/actions/order`, { x: 1, freezer_action: { action: 'backup' } });
    expect(Object.keys(await get(`${P}/actions/order`)).join(' ')).toBe(
      'project_id action_id user_id max_retries max_retries_interval mandatory freezer_action x _version',
    );
  });

  it('8.30 the id of an action of another project is free, by itself and within a job: nobody learns that it is there', async () => {
    await call('POST', `${P}/actions`, { action_id: 'mine', freezer_action: ACTION });
    await bench.call('POST', '/v2/project-beta/clients', { as: 'beta', body: { client_id: 'w' } });
    const job = { job_id: 'bj', client_id: 'w', job_actions: [{ action_id: 'mine', freezer_action: { action: 'backup' } }] };
    expect((await bench.call('POST', '/v2/project-beta/jobs', { as: 'beta', body: job })).status).toBe(201);
    const stored = (await get('/v2/project-beta/jobs/bj', 'beta')) as { job_actions: Doc[] };
    expect(stored.job_actions[0]?.['action_id']).toBe('mine');
    expect(await get('/v2/project-beta/actions/mine', 'beta')).toMatchObject({ freezer_action: { action: 'backup' }, project_id: 'project-beta' });
    expect(await get(`${P}/actions/mine`)).toMatchObject({ freezer_action: ACTION, project_id: 'project-alpha' });
  });
  it('8.32 an id with a slash leads nowhere', async () => {
    expect(await call('GET', `${P}/actions/a%2Fb`)).toMatchObject({ status: 404 });
    expect(await call('GET', `${P}/actions/%E0%A4%A`)).toMatchObject({ status: 404 });
  });

  it('partial is a result, of jobs and of sessions', async () => {
    const path = await makeSession();
    for (const [job, result] of [
      ['a', 'partial'],
      ['b', 'success'],
    ] as const) {
      expect((await call('PATCH', `${P}/jobs/${job}`, { job_schedule: { result, status: 'completed', time_started: 5, time_ended: 6 } })).status).toBe(200);
      await call('POST', `${path}/action`, { end: { job_id: job, current_tag: 0, result } });
    }
    expect(await get(path)).toMatchObject({ status: 'completed', result: 'partial' });
  });

  it('an action by its id alone is linked; an unknown one is 422, neither is 400', async () => {
    await call('POST', `${P}/clients`, { client_id: 'web1' });
    await call('POST', `${P}/actions`, { action_id: 'mine', freezer_action: ACTION });
    const post = async (entry: unknown) => call('POST', `${P}/jobs`, { client_id: 'web1', job_id: 'j', job_actions: [entry] });
    expect(await post({ action_id: 'other' })).toMatchObject({ status: 422, body: { description: 'Action id: other not found.' } });
    expect((await post({})).status).toBe(400);
    expect((await post({ action_id: 'mine' })).status).toBe(201);
    expect(await get(`${P}/jobs/j`)).toMatchObject({ job_actions: [{ action_id: 'mine', freezer_action: ACTION }] });
  });

  it('a job that is refused leaves no actions behind', async () => {
    await makeJob('a');
    const { actions } = (await get(`${P}/actions?limit=100`)) as { actions: unknown[] };
    expect((await call('POST', `${P}/jobs`, { ...JOB, job_id: 'a' })).status).toBe(409);
    expect((await call('POST', `${P}/jobs`, { ...JOB, job_actions: [...JOB.job_actions, { action_id: 'nosuch' }] })).status).toBe(422);
    expect(((await get(`${P}/actions?limit=100`)) as { actions: unknown[] }).actions).toHaveLength(actions.length);
  });

  it('a state is taken from a scheduler also when the client was removed meanwhile', async () => {
    const path = await makeJob('a');
    await call('DELETE', `${P}/clients/web1`);
    const whole = await get(path);
    expect((await call('PATCH', path, { ...whole, job_schedule: { ...(whole['job_schedule'] as Doc), status: 'scheduled', event: '' } })).status).toBe(200);
  });

  it("the seed's host_name stands for hostname in backups", async () => {
    for (const path of [`${P}/backups`, '/v1/backups']) {
      const { status, body } = await call('POST', path, { container: 'c', host_name: 'h', backup_name: 'n' });
      expect(status).toBe(201);
      expect(await get(`${path}/${String((body as Doc)['backup_id'])}`)).toMatchObject({
        backup_metadata: { container: 'c', host_name: 'h', backup_name: 'n' },
      });
    }
  });
});
