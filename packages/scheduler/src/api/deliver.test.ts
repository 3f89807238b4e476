import { type ApiRequest, type ApiResponse, FreezerClient, TransportError } from '@freezer/client-sdk';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { ApiAccess } from './api-access.ts';
import { delivery, FeatureProbe } from './deliver.ts';

/** Nobody breaks these off. */
const { signal: NEVER } = new AbortController();
const answer = (status: number, body: unknown): ApiResponse => ({ status, header: () => undefined, text: JSON.stringify(body) });
const OURS = { versions: [{ id: 'v2', status: 'CURRENT', features: ['partial'] }] };

const LIST = /\/jobs\/\?limit=1$/;

/** Of Python: announces the versions and sends nothing; its lists have no more than their items. */
const ofPython =
  (respond: (request: ApiRequest) => ApiResponse) =>
  (request: ApiRequest): ApiResponse => {
    if (request.url.endsWith('9/')) throw new TransportError('the connection was cut');
    return LIST.test(request.url) ? answer(200, { jobs: [] }) : respond(request);
  };

function world(respond: (request: ApiRequest) => ApiResponse, token: () => string = () => 't') {
  const seen: ApiRequest[] = [];
  const transport = {
    sendsGetBodies: true,
    send: async (request: ApiRequest) => {
      seen.push(request);
      return respond(request);
    },
    close: async () => undefined,
  };
  const client = new FreezerClient({ endpoint: 'http://127.0.0.1:9', project: 'p', token, transport, retries: 0 });
  const access: ApiAccess = { client, behalfOf: () => client, projectId: async () => 'p', isTrial: false, close: async () => undefined };
  const deliver = delivery(() => access, new FeatureProbe(() => access));
  const write = (kind: string, body: Record<string, unknown>, attempts = 0) => deliver({ id: 'id1', kind, lane: 'j', attempts, at: 0, body }, NEVER);
  const bodies = (method: string): unknown[] => seen.filter((one) => one.method === method).map(({ body }) => JSON.parse(body ?? 'null') as unknown);
  return { write, bodies };
}

const JOB = { job_id: 'j', job_schedule: { event: 'stop', status: 'running', schedule_interval: '1 days', next_run_at: 5 } };

describe('a change of a job', () => {
  test('to a server of Python names all that it knows, keeps what the user decided, and an event that came meanwhile', async () => {
    const { write, bodies } = world(ofPython(({ method }) => answer(200, method === 'GET' ? JOB : { job_id: 'j', version: 1 })));
    await write('job', { job_id: 'j', change: { job_schedule: { event: '', status: 'scheduled', result: 'partial', message: 'm' } }, acknowledged: 'start' });
    expect(bodies('PATCH')).toEqual([{ job_schedule: { event: 'stop', status: 'scheduled', schedule_interval: '1 days', result: 'fail' } }]);
  });

  test('of which a server of Python shows something else than the job is not sent: the schedule would go', async () => {
    const { write, bodies } = world(ofPython(() => answer(200, { jobs: null })));
    await expect(write('job', { job_id: 'j', change: { job_schedule: { status: 'running' } } })).rejects.toMatchObject({ code: 'unavailable' });
    expect(bodies('PATCH')).toEqual([]);
  });

  test('to ours names what changed alone', async () => {
    const { write, bodies } = world(({ url }) => (url.endsWith('9/') ? answer(300, OURS) : answer(200, { job_id: 'j', version: 1 })));
    await write('job', { job_id: 'j', change: { job_schedule: { status: 'completed', result: 'partial' } } });
    expect(bodies('PATCH')).toEqual([{ job_schedule: { status: 'completed', result: 'partial' } }]);
  });

  test('clears the event that was seen', async () => {
    const { write, bodies } = world(({ method, url }) =>
      url.endsWith('9/') ? answer(300, OURS) : method === 'GET' ? answer(200, JOB) : answer(200, { job_id: 'j', version: 1 }),
    );
    await write('job', { job_id: 'j', change: { job_schedule: { event: '', status: 'stop' } }, acknowledged: 'stop' });
    expect(bodies('PATCH')).toEqual([{ job_schedule: { event: '', status: 'stop' } }]);
  });
});

describe('a server of ours that was asked at a bad moment is none of Python', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const change = { job_schedule: { status: 'scheduled', result: 'partial' } };

  const page = (status: number): ApiResponse => ({ status, header: () => undefined, text: '<html><title>nginx</title></html>' });
  const cut = (): never => {
    throw new TransportError('the connection was cut');
  };

  /** Ours, behind something that answers in its place while it is away. */
  function updated(instead: (request: ApiRequest) => ApiResponse) {
    const state = { away: true };
    const one = world((request) => {
      const { method, url } = request;
      if (state.away) return instead(request);
      return url.endsWith('9/') ? answer(300, OURS) : answer(200, method === 'GET' ? JOB : { job_id: 'j', version: 1 });
    });
    return { ...one, state };
  }

  test.each([
    ['a page with 404', () => page(404)],
    ['a page with 502', () => page(502)],
    ['a page with 200', () => page(200)],
    ['503', () => answer(503, {})],
    ['429', () => answer(429, {})],
    ['400, which is not about the write', () => answer(400, { title: 'Bad Request' })],
    ['nothing', cut],
  ])('because %s was the answer: nothing is written until it is known', async (_, instead) => {
    const { write, bodies, state } = updated(instead);
    const own = { container: 'c', hostname: 'h', backup_name: 'b' };
    await expect(write('job', { job_id: 'j', change })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(write('run', { run: { job_id: 'j', time_started: 1, time_ended: 2, result: 'success' } })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(write('backup', { metadata: own })).rejects.toMatchObject({ code: 'unavailable' });
    expect([...bodies('PATCH'), ...bodies('POST')]).toEqual([]);
    state.away = false;
    await write('job', { job_id: 'j', change });
    expect(bodies('PATCH')).toEqual([change]);
  });

  test('when a proxy answered for the versions alone: its lists say how much there is', async () => {
    const counted = { ...answer(200, { jobs: [] }), header: (name: string) => (name === 'x-total-count' ? '0' : undefined) };
    const { write, bodies } = world(({ url }) => (url.endsWith('9/') ? page(404) : LIST.test(url) ? counted : answer(200, { job_id: 'j', version: 1 })));
    await write('job', { job_id: 'j', change });
    expect(bodies('PATCH')).toEqual([change]);
  });

  test('for longer than a minute after it took the place of one', async () => {
    let isOurs = false;
    const respond = ({ method }: ApiRequest) => answer(200, method === 'GET' ? JOB : { job_id: 'j', version: 1 });
    const { write, bodies } = world((request) => (isOurs && request.url.endsWith('9/') ? answer(300, OURS) : ofPython(respond)(request)));
    const once = () => write('job', { job_id: 'j', change });
    await once();
    isOurs = true;
    await once();
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    await once();
    expect(bodies('PATCH').map((body) => (body as typeof JOB).job_schedule)).toMatchObject([{ result: 'fail' }, { result: 'fail' }, { result: 'partial' }]);
  });
});

describe('a backup', () => {
  const metadata = { container: 'c', hostname: 'h', backup_name: 'b' };

  test('of which a server of Python may have the record already is looked for first', async () => {
    const { write, bodies } = world(
      ofPython(({ method }) => (method === 'GET' ? answer(200, { backups: [{ backup_id: 'x' }] }) : answer(201, { backup_id: 'y' }))),
    );
    await write('backup', { metadata }, 1);
    expect(bodies('POST')).toEqual([]);
    await write('backup', { metadata }, 0);
    expect(bodies('POST')).toEqual([{ ...metadata, delivery_id: 'id1' }]);
  });

  test('that is none is refused for good', async () => {
    const { write } = world(() => answer(300, OURS));
    await expect(write('backup', { metadata: { x: 1 } })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('nothing is dropped', () => {
  const update = { job_id: 'j', change: { job_schedule: { status: 'stop' } } };

  test('for a certificate that has expired', async () => {
    let known = false;
    const { write } = world(({ url }) => {
      if (url.endsWith('9/') && !known) {
        known = true;
        return answer(300, OURS);
      }
      throw new TransportError('its certificate has expired', { retryable: false });
    });
    await expect(write('job', update)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('for what finding the account or the endpoint failed with', async () => {
    const { write } = world(
      () => answer(300, OURS),
      () => {
        throw Object.assign(new Error('the catalog does not have it'), { [Symbol.for('freezer.error.v1')]: true, code: 'not_found', name: 'KeystoneError' });
      },
    );
    await expect(write('job', update)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test.each([404, 405])('for a %i of a proxy that stands in for the API', async (status) => {
    const page: ApiResponse = { status, header: () => undefined, text: '<html><head><title>nginx</title></head></html>' };
    const { write } = world(({ url }) => (url.endsWith('9/') ? answer(300, OURS) : page));
    await expect(write('job', update)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(write('job', { ...update, acknowledged: 'stop' })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(write('backup', { metadata: { container: 'c', hostname: 'h', backup_name: 'b' } })).rejects.toMatchObject({ code: 'unsupported' });
  });

  test.each([
    ['plain text', '404 page not found'],
    ['plain text', 'Not Found'],
    ['JSON without a title', '{"detail":"Not Found"}'],
  ])('for a 404 of %s: %s', async (_, text) => {
    const { write } = world(({ url }) => (url.endsWith('9/') ? answer(300, OURS) : { status: 404, header: () => undefined, text }));
    await expect(write('job', update)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(write('job', { ...update, acknowledged: 'stop' })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(write('session-end', { session_id: 's', job_id: 'j', tag: 1, result: 'success' })).rejects.toMatchObject({ code: 'unsupported' });
  });

  test('for a 404 without a word where a backup is to be recorded', async () => {
    const { write } = world(({ url }) => (url.endsWith('9/') ? answer(300, OURS) : { ...answer(404, {}), text: '' }));
    await expect(write('backup', { metadata: { container: 'c', hostname: 'h', backup_name: 'b' } })).rejects.toMatchObject({ code: 'unsupported' });
  });

  test('but what is told of a run of a job that is gone is no reason to try again', async () => {
    const { write } = world(({ url }) => (url.endsWith('9/') ? answer(300, OURS) : answer(404, { title: 'Not Found' })));
    await expect(write('run', { run: { job_id: 'j', time_started: 1, time_ended: 2, result: 'success' } })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('but version 1 of the API, which has no history of runs, is no reason to try again: what is behind it in the lane would wait for a day', async () => {
    const { write } = world(({ url }) => (url.endsWith('9/') ? answer(300, OURS) : answer(404, { title: '404 Not Found' })));
    await expect(write('run', { run: { job_id: 'j', time_started: 1, time_ended: 2, result: 'success' } })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('but a job that is gone is no reason to try again', async () => {
    const { write } = world(({ url }) => (url.endsWith('9/') ? answer(300, OURS) : answer(404, { title: 'Not Found' })));
    await expect(write('job', update)).rejects.toMatchObject({ code: 'not_found' });
    await expect(write('job', { ...update, acknowledged: 'stop' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('A24: a job whose trust was revoked', () => {
  /** As Keystone says that there is no such trust. */
  const noTrust = (): never => {
    throw Object.assign(new Error('log in: 404 Could not find trust'), { [Symbol.for('freezer.error.v1')]: true, name: 'KeystoneError', code: 'not_found' });
  };

  function central(status: number) {
    const seen: string[] = [];
    const transport = {
      sendsGetBodies: true,
      send: async ({ method, url }: ApiRequest) => {
        if (url.endsWith('9/')) return answer(300, OURS);
        seen.push(`${method} ${url.replace(/^.*\/v2/, '')}`);
        return answer(status, { job_id: 'j', version: 1 });
      },
      close: async () => undefined,
    };
    const clientOf = (project: string, token: () => string) => new FreezerClient({ endpoint: 'http://127.0.0.1:9', project, token, transport, retries: 0 });
    const access: ApiAccess = {
      client: clientOf('service', () => 't'),
      behalfOf: ({ trustId, projectId = '' }) => clientOf(projectId, trustId === undefined ? () => 't' : noTrust),
      projectId: async () => 'service',
      isTrial: false,
      close: async () => undefined,
    };
    const deliver = delivery(() => access, new FeatureProbe(() => access));
    const body = { trust_id: 'gone', project_id: 'tenant', job_id: 'j', change: { job_schedule: { status: 'running' } } };
    return { seen, write: () => deliver({ id: 'id1', kind: 'job', lane: 'j', attempts: 0, at: 0, body }, NEVER) };
  }

  test('is told of by the scheduler itself', async () => {
    const { seen, write } = central(200);
    await write();
    expect(seen).toEqual(['PATCH /tenant/jobs/j']);
  });

  test('is told of no more after a day, when its role does not reach so far', async () => {
    await expect(central(403).write()).rejects.toMatchObject({
      code: 'permission_denied',
      message: expect.stringContaining('Could not find trust') as unknown,
    });
  });
});
