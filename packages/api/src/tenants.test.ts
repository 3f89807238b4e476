import { describe, expect, it } from '@jest/globals';
import { ApiBench } from '../test-support/api-bench.ts';
import type { Route } from './http/route.ts';
import type { RuleName } from './policy/default-rules.ts';
import { ROUTES } from './routes.ts';

const ALPHA = '/v2/project-alpha';
const BETA = '/v2/project-beta';
const IDS: Readonly<Record<string, string>> = {
  client_id: 'web1',
  job_id: 'j1',
  action_id: 'a1',
  session_id: 's1',
  backup_id: '',
  run_id: '',
  alert_id: 'failed_job-j1',
};

/** Who may do what in project alpha. */
const READ = ['alpha', 'reader', 'admin', 'service'];
const WRITE = ['alpha', 'admin'];
const WRITE_OR_SERVICE = ['alpha', 'admin', 'service'];
const ALLOWED: Readonly<Partial<Record<RuleName, readonly string[]>>> = {
  'backups:create': WRITE_OR_SERVICE,
  'backups:update': WRITE_OR_SERVICE,
  'backups:delete': WRITE_OR_SERVICE,
  'runs:create': WRITE_OR_SERVICE,
};
const allowedFor = (rule: RuleName): readonly string[] => ALLOWED[rule] ?? (/:get(_all)?$/.test(rule) ? READ : WRITE);

const BODIES: Readonly<Record<string, unknown>> = {
  'POST /clients': { client_id: 'new1', hostname: 'new1' },
  'PATCH /clients/:client_id': { description: 'x' },
  'POST /backups': { container: 'c', hostname: 'h', backup_name: 'n' },
  'PATCH /backups/:backup_id': { status: 'error' },
  'POST /actions': { freezer_action: { action: 'backup' } },
  'POST /actions/:action_id': { freezer_action: { action: 'backup' } },
  'PATCH /actions/:action_id': { max_retries: 1 },
  'POST /jobs': { client_id: 'web1', job_actions: [] },
  'POST /jobs/:job_id': { client_id: 'web1', job_actions: [] },
  'PATCH /jobs/:job_id': { description: 'x' },
  'POST /jobs/:job_id/event': { stop: null },
  'POST /sessions': { schedule: {} },
  'POST /sessions/:session_id': { schedule: {}, session_tag: 1 },
  'PATCH /sessions/:session_id': { description: 'x' },
  'POST /sessions/:session_id/action': { start: { job_id: 'j1', current_tag: 0 } },
  'POST /runs': { job_id: 'j1', time_started: 5, time_ended: 6, result: 'success' },
};

interface Place {
  readonly bench: ApiBench;
  readonly ids: Readonly<Record<string, string>>;
}

async function filledPlace(root = ALPHA): Promise<Place> {
  const bench = await ApiBench.open();
  const post = async (path: string, body: unknown, as = 'alpha') => (await bench.call('POST', path, { as, body })).body as Record<string, string>;
  await post(`${root}/clients`, { client_id: 'web1', hostname: 'web1' });
  await post(`${root}/actions`, { action_id: 'a1', freezer_action: { action: 'backup', secret: 'alpha-only' } });
  // Version 1 gives ids of its own to jobs.
  const job = await post(`${root}/jobs`, { job_id: 'j1', client_id: 'web1', job_actions: [{ action_id: 'a1' }], description: 'alpha-only' });
  await post(`${root}/sessions/s1`, { schedule: {}, session_tag: 0, description: 'alpha-only' });
  await bench.call('PUT', `${root}/sessions/s1/jobs/${job['job_id']}`, { as: 'alpha' });
  const { backup_id: backup = '' } = await post(`${root}/backups`, { container: 'alpha-only', hostname: 'h', backup_name: 'n' });
  await bench.call('PATCH', `${root}/jobs/${job['job_id']}`, {
    as: 'alpha',
    body: { job_schedule: { status: 'completed', result: 'fail', time_started: 10, time_ended: 20 } },
  });
  const { runs = [] } = (await bench.call('GET', `${ALPHA}/runs`, { as: 'alpha' })).body as { runs?: { run_id: string }[] };
  return { bench, ids: { ...IDS, ...job, backup_id: backup, run_id: runs[0]?.run_id ?? 'none' } };
}

const pathOf = (root: string, route: Route, ids: Readonly<Record<string, string>>): string =>
  root + route.path.replaceAll(/:(\w+)/g, (_whole, name: string) => ids[name] ?? 'none');

/** The text of an answer, as it were if no id had been there. */
const withoutIds = (reply: { readonly text: string }, ids: Readonly<Record<string, string>>): string =>
  Object.values(ids)
    .toSorted((one, two) => two.length - one.length)
    .reduce((all, id) => (id === '' ? all : all.replaceAll(id, 'absent0')), reply.text);

const V2 = ROUTES.filter(({ versions = ['v2'] }) => versions.includes('v2'));

describe('every route of version 2 and every caller', () => {
  it.each(V2.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (name, route) => {
    const { bench, ids } = await filledPlace();
    await using _bench = bench;
    const path = pathOf(ALPHA, route, ids);
    const call = async (as: string | undefined, where = path) =>
      bench.call(route.method, where, { as, ...(BODIES[name] !== undefined && { body: BODIES[name] }) });
    const before = JSON.stringify((await bench.store.documents<object>('jobs').search({ scope: {}, limit: 10, offset: 0 })).map(({ version }) => version));
    for (const as of [undefined, 'expired']) expect(await call(as)).toMatchObject({ status: 401, body: { error: { code: 401 } } });
    const allowed = allowedFor(route.rule);
    for (const as of ['reader', 'beta', 'unscoped', 'service', 'admin']) {
      if (allowed.includes(as)) continue;
      const reply = await call(as);
      expect([as, reply.status, reply.body]).toEqual([as, 403, { title: 'Access Forbidden', description: 'You are not allowed to access this resource' }]);
    }
    // In his own project somebody else's id is as good as none.
    const [foreign, absent] = [
      await call('beta', pathOf(BETA, route, ids)),
      await call('beta', pathOf(BETA, route, Object.fromEntries(Object.keys(ids).map((key) => [key, 'absent0'])))),
    ];
    const isCreating = route.method === 'POST' && !route.path.includes(':');
    if (!isCreating) expect([foreign.status, withoutIds(foreign, ids)]).toEqual([absent.status, withoutIds(absent, ids)]);
    expect(foreign.text).not.toContain('alpha');
    const after = JSON.stringify(
      (await bench.store.documents<object>('jobs').search({ scope: { projectId: 'project-alpha' }, limit: 10, offset: 0 })).map(({ version }) => version),
    );
    expect(after).toBe(before);
    for (const as of allowed.filter((each) => each !== 'alpha' && route.method === 'GET')) expect([as, (await call(as)).status]).toEqual([as, route.status]);
    const last = allowed.includes('service') && route.method !== 'GET' ? 'service' : 'alpha';
    expect([last, (await call(last)).status]).toEqual([last, route.status]);
  });
});

describe('documents that name others', () => {
  it('N49 never reach those of another project: not by session, action or run', async () => {
    const { bench } = await filledPlace();
    await using _bench = bench;
    const beta = async (method: string, path: string, body?: unknown) => bench.call(method, `${BETA}${path}`, { as: 'beta', body });
    await beta('POST', '/clients', { client_id: 'w' });
    await beta('POST', '/sessions/mine', { schedule: {}, session_tag: 0 });
    expect((await beta('PUT', '/sessions/mine/jobs/j1')).status).toBe(404);
    expect((await beta('DELETE', '/sessions/mine/jobs/j1')).status).toBe(404);
    expect((await beta('POST', '/sessions/mine/action', { start: { job_id: 'j1', current_tag: 0 } })).status).toBe(400);
    expect((await beta('POST', '/runs', { job_id: 'j1', time_started: 1, time_ended: 2, result: 'success' })).status).toBe(404);
    expect((await beta('POST', '/jobs', { job_id: 'b1', client_id: 'w', job_actions: [{ action_id: 'a1' }] })).status).toBe(422);
    expect((await beta('POST', '/jobs', { job_id: 'b2', client_id: 'web1', job_actions: [] })).status).toBe(422);
    expect((await beta('GET', '/jobs', { match: [{ project_id: 'project-alpha' }] })).body).toEqual({ jobs: [] });
    expect((await beta('GET', '/jobs?project_id=project-alpha')).body).toEqual({ jobs: [] });
    expect((await beta('GET', '/jobs?marker=j1')).body).toEqual({ jobs: [] });
    expect((await bench.call('GET', `${ALPHA}/sessions/s1`, { as: 'alpha' })).body).toMatchObject({ jobs: { j1: {} } });
  });
});

const V1 = ROUTES.filter(({ versions = ['v1'] }) => versions.includes('v1'));

describe('every route of version 1', () => {
  it.each(V1.map((route) => [`${route.method} ${route.path}`, route] as const))('%s: what is of another user is as good as absent', async (name, route) => {
    const { bench, ids } = await filledPlace('/v1');
    await using _bench = bench;
    const body = name.endsWith('/action') ? { start: { job_id: ids['job_id'], current_tag: 0 } } : BODIES[name];
    const call = async (as: string | undefined, known: Readonly<Record<string, string>>) =>
      bench.call(route.method, pathOf('/v1', route, known), { as, ...(body !== undefined && { body }) });
    for (const as of [undefined, 'expired']) expect(await call(as, ids)).toMatchObject({ status: 401 });
    const none = Object.fromEntries(Object.keys(ids).map((key) => [key, 'absent0']));
    const isCreating = route.method === 'POST' && !route.path.includes(':');
    for (const as of ['alpha2', 'beta', 'admin']) {
      const [foreign, absent] = [await call(as, ids), await call(as, none)];
      if (!isCreating) expect([as, foreign.status, withoutIds(foreign, ids)]).toEqual([as, absent.status, withoutIds(absent, ids)]);
      expect(foreign.text).not.toContain('alpha-only');
    }
    expect([(await call('alpha', ids)).status]).toEqual([route.status]);
  });
});

describe('ids that callers choose (8.30)', () => {
  it.each([
    ['jobs', { client_id: 'w', job_actions: [] }],
    ['actions', { freezer_action: { action: 'backup' } }],
    ['sessions', { schedule: {}, session_tag: 0 }],
  ] as const)('%s: one that another project has is free, and each project keeps its own', async (kind, body) => {
    const { bench, ids } = await filledPlace();
    await using _bench = bench;
    await bench.call('POST', `${BETA}/clients`, { as: 'beta', body: { client_id: 'w' } });
    const key = `${kind.slice(0, -1)}_id`;
    const id = ids[key] ?? '';
    const beta = async (method: string, path: string, sent?: unknown) => bench.call(method, `${BETA}/${kind}${path}`, { as: 'beta', body: sent });
    const before = await bench.call('GET', `${ALPHA}/${kind}/${id}`, { as: 'alpha' });
    const post = kind === 'sessions' ? await beta('POST', `/${id}`, body) : await beta('POST', '', { ...body, [key]: id });
    expect([post.status, post.body]).toEqual([201, kind === 'sessions' ? { [key]: id, version: 1 } : { [key]: id }]);
    // His own is taken now, and changed, listed and read like any other.
    if (kind !== 'sessions') expect((await beta('POST', '', { ...body, [key]: id })).status).toBe(409);
    expect((await beta('POST', `/${id}`, body)).body).toEqual({ [key]: id, version: 2 });
    expect((await beta('PATCH', `/${id}`, { description: 'of beta' })).body).toEqual({ [key]: id, version: 3 });
    const got = await beta('GET', `/${id}`);
    expect(got.body).toMatchObject({ [key]: id, project_id: 'project-beta', description: 'of beta' });
    expect((await bench.call('PATCH', `${BETA}/${kind}/${id}`, { as: 'beta', body: {}, headers: { 'if-match': String(got.headers.etag) } })).status).toBe(200);
    if (kind !== 'sessions') await beta('POST', '', { ...body, [key]: 'second' });
    else await beta('POST', '/second', body);
    const first = await beta('GET', '?limit=1');
    expect([first.body, first.headers['x-next-marker']]).toEqual([{ [kind]: [expect.objectContaining({ [key]: id })] }, id]);
    expect((await beta('GET', `?limit=5&marker=${id}`)).body).toEqual({ [kind]: [expect.objectContaining({ [key]: 'second' })] });
    expect((await bench.call('GET', `${ALPHA}/${kind}/${id}`, { as: 'alpha' })).text).toBe(before.text);
    expect((await bench.call('GET', `${ALPHA}/${kind}/${id}`, { as: 'admin' })).text).toBe(before.text);
    expect((await beta('DELETE', `/${id}`)).status).toBe(204);
    expect((await beta('GET', `/${id}`)).status).toBe(404);
    expect((await bench.call('GET', `${ALPHA}/${kind}/${id}`, { as: 'alpha' })).text).toBe(before.text);
  });

  it('one that two users of a project have by version 1, or two projects, is two items of a list, which comes to its end page by page', async () => {
    await using bench = await ApiBench.open();
    for (const as of ['alpha', 'alpha2']) {
      const sent = { action_id: 'a', description: as, freezer_action: { action: 'backup' } };
      expect((await bench.call('POST', '/v1/actions', { as, body: sent })).status).toBe(201);
      expect((await bench.call('GET', '/v1/actions/a', { as })).body).toMatchObject({ action_id: 'a', description: as });
    }
    for (const as of ['alpha', 'beta']) {
      await bench.call('POST', `/v2/project-${as}/clients`, { as, body: { client_id: 'w', hostname: 'h' } });
      const sent = { job_id: 'a', client_id: 'w', description: as, job_actions: [] };
      expect((await bench.call('POST', `/v2/project-${as}/jobs`, { as, body: sent })).status).toBe(201);
    }
    await bench.call('POST', `${ALPHA}/actions`, { as: 'alpha', body: { action_id: 'b', description: 'last', freezer_action: {} } });
    await bench.call('POST', `${BETA}/jobs`, { as: 'beta', body: { job_id: 'b', client_id: 'w', description: 'last', job_actions: [] } });
    const pages = async (as: string, path: string): Promise<string[]> => {
      const names: string[] = [];
      for (let marker: string | undefined = ''; marker !== undefined && names.length < 9; ) {
        const { body, headers } = await bench.call('GET', `${path}limit=1${marker === '' ? '' : `&marker=${encodeURIComponent(marker)}`}`, { as });
        for (const items of Object.values(body as Record<string, { description: string }[]>)) names.push(...items.map(({ description }) => description));
        const next = headers['x-next-marker'];
        marker = typeof next === 'string' ? next : undefined;
      }
      return names;
    };
    expect(await pages('alpha', `${ALPHA}/actions?`)).toEqual(['alpha', 'alpha2', 'last']);
    expect(await pages('admin', '/v2/project-admin/jobs?all_projects=true&')).toEqual(['alpha', 'beta', 'last']);
  });

  it('an action of a job that is refused is taken back, and not that of another project', async () => {
    await using bench = await ApiBench.open();
    const action = { action_id: 'a1', freezer_action: { action: 'backup' } };
    await bench.call('POST', `${ALPHA}/actions`, { as: 'alpha', body: action });
    await bench.call('POST', `${BETA}/clients`, { as: 'beta', body: { client_id: 'w' } });
    const job = { client_id: 'w', job_actions: [{ ...action, freezer_action: { action: 'restore' } }, { action_id: 'unknown' }] };
    expect((await bench.call('POST', `${BETA}/jobs`, { as: 'beta', body: job })).status).toBe(422);
    expect((await bench.call('GET', `${BETA}/actions`, { as: 'beta' })).body).toEqual({ actions: [] });
    expect((await bench.call('GET', `${ALPHA}/actions/a1`, { as: 'alpha' })).status).toBe(200);
  });

  it('a client of another project keeps its uuid to itself', async () => {
    await using bench = await ApiBench.open();
    const body = { client_id: 'w', uuid: 'u-u-i-d' };
    expect((await bench.call('POST', `${ALPHA}/clients`, { as: 'alpha', body })).status).toBe(201);
    expect((await bench.call('POST', `${ALPHA}/clients`, { as: 'alpha', body: { ...body, client_id: 'w2' } })).status).toBe(409);
    expect((await bench.call('POST', `${BETA}/clients`, { as: 'beta', body })).status).toBe(201);
  });
});

describe('version 1', () => {
  it('shows a user what is his, and to others of the project nothing', async () => {
    await using bench = await ApiBench.open();
    await bench.call('POST', '/v1/actions', { as: 'alpha', body: { action_id: 'a1', freezer_action: {} } });
    expect((await bench.call('GET', '/v1/actions/a1', { as: 'alpha' })).status).toBe(200);
    const absent = await bench.call('GET', '/v1/actions/zz', { as: 'alpha2' });
    const foreign = await bench.call('GET', '/v1/actions/a1', { as: 'alpha2' });
    expect([foreign.status, foreign.text.replaceAll('a1', 'zz')]).toEqual([absent.status, absent.text]);
    for (const [method, body] of [
      ['PATCH', { max_retries: 1 }],
      ['DELETE', undefined],
    ] as const)
      expect((await bench.call(method, '/v1/actions/a1', { as: 'alpha2', body })).status).toBe(404);
    expect((await bench.call('GET', '/v1/actions', { as: 'alpha2' })).body).toEqual({ actions: [] });
    expect((await bench.call('GET', '/v1/actions', { as: 'unscoped' })).status).toBe(403);
    expect((await bench.call('POST', '/v1/actions', { as: 'reader', body: { freezer_action: {} } })).status).toBe(403);
  });
});

describe('central clients', () => {
  it('are seen by all, changed and removed by their own project alone', async () => {
    await using bench = await ApiBench.open();
    await bench.call('POST', '/v2/project-admin/clients', { as: 'admin', body: { client_id: 'central', hostname: 'central', is_central: true } });
    expect((await bench.call('POST', `${ALPHA}/clients`, { as: 'alpha', body: { client_id: 'c2', is_central: true } })).status).toBe(403);
    expect((await bench.call('GET', `${ALPHA}/clients/central`, { as: 'alpha' })).status).toBe(200);
    expect((await bench.call('GET', `${ALPHA}/clients`, { as: 'alpha' })).body).toMatchObject({ clients: [{ client: { client_id: 'central' } }] });
    expect((await bench.call('DELETE', `${ALPHA}/clients/central`, { as: 'alpha' })).status).toBe(403);
    expect((await bench.call('PATCH', `${ALPHA}/clients/central`, { as: 'alpha', body: { description: 'x' } })).status).toBe(403);
    expect((await bench.call('POST', `${ALPHA}/clients`, { as: 'alpha', body: { client_id: 'central', hostname: 'central' } })).status).toBe(409);
    expect((await bench.call('DELETE', '/v2/project-admin/clients/central', { as: 'admin' })).status).toBe(204);
  });

  it('give jobs a trust that is made once and removed with the last job; the pid is for their project', async () => {
    const made: string[] = [];
    const removed: string[] = [];
    const trusts = {
      ensure: async ({ userId }: { userId: string }) => {
        made.push(userId);
        return { trustId: `trust-${userId}`, trustorUserId: userId };
      },
      remove: async (id: string) => {
        removed.push(id);
      },
    };
    await using bench = await ApiBench.open({ trusts });
    await bench.call('POST', '/v2/project-admin/clients', { as: 'admin', body: { client_id: 'central', hostname: 'central', is_central: true } });
    for (const id of ['j1', 'j2']) {
      expect(
        (
          await bench.call('POST', `${ALPHA}/jobs`, {
            as: 'alpha',
            body: { job_id: id, client_id: 'central', job_actions: [], user_credentials: { trust_id: 'stolen' } },
          })
        ).status,
      ).toBe(201);
      await bench.call('PATCH', `/v2/project-alpha/jobs/${id}`, { as: 'admin', body: { job_schedule: { current_pid: 77 } } });
    }
    expect((await bench.call('GET', `${ALPHA}/jobs/j1`, { as: 'alpha' })).body).toMatchObject({
      user_credentials: { trust_id: 'trust-user-alpha', trustor_user_id: 'user-alpha' },
    });
    expect((await bench.call('GET', `${ALPHA}/jobs`, { as: 'alpha' })).text).not.toMatch(/current_pid|_client_project/);
    expect((await bench.call('GET', `${ALPHA}/jobs/j1`, { as: 'admin' })).text).toContain('"current_pid":77');
    await bench.call('DELETE', `${ALPHA}/jobs/j1`, { as: 'alpha' });
    expect(removed).toEqual([]);
    await bench.call('DELETE', `${ALPHA}/jobs/j2`, { as: 'alpha' });
    expect(removed).toEqual(['trust-user-alpha']);
    expect(made).toEqual(['user-alpha', 'user-alpha']);
  });

  it('refuse jobs without a trust where trusts are enforced', async () => {
    const trusts = { ensure: async () => Promise.reject(new RangeError('no')), remove: async () => undefined };
    for (const [enforceTrusts, status] of [
      [true, 422],
      [false, 201],
    ] as const) {
      await using bench = await ApiBench.open({ trusts, enforceTrusts });
      await bench.call('POST', '/v2/project-admin/clients', { as: 'admin', body: { client_id: 'central', hostname: 'central', is_central: true } });
      expect((await bench.call('POST', `${ALPHA}/jobs`, { as: 'alpha', body: { client_id: 'central', job_actions: [] } })).status).toBe(status);
    }
  });
});
