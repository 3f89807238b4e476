import { describe, expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';
import { acceptsJson } from './accepts-json.ts';
import { pythonRepr } from './python-repr.ts';

describe('acceptsJson', () => {
  it.each([
    [undefined, true],
    ['', true],
    ['*/*', true],
    ['application/json', true],
    ['application/*', true],
    ['text/html', false],
    ['text/html, application/json;q=0.5', true],
    ['text/html, */*;q=0.1', true],
    ['application/json;q=0', false],
    ['*/*, application/json;q=0', false],
    ['application/json;q=0.000, application/*', false],
  ])('%s: %s', (accept, expected) => {
    expect(acceptsJson(accept)).toBe(expected);
  });
});

describe('pythonRepr', () => {
  it.each([
    ["it's", `"it's"`],
    [`both ' and "`, `'both \\' and "'`],
    ['back\\slash\n', `'back\\\\slash\\n'`],
    [null, 'None'],
    [true, 'True'],
    [1.5, '1.5'],
    [{ a: [1, 'x', null] }, "{'a': [1, 'x', None]}"],
  ])('%j is %s', (value, expected) => {
    expect(pythonRepr(value)).toBe(expected);
  });
});

describe('requests', () => {
  it('have an id, which is the one that was sent', async () => {
    await using bench = await ApiBench.open();
    const id = async (sent?: string) =>
      (await bench.call('GET', '/v2/project-alpha/jobs', { as: 'alpha', ...(sent !== undefined && { headers: { 'x-openstack-request-id': sent } }) })).headers[
        'x-openstack-request-id'
      ];
    expect(await id()).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(await id('req-1')).toBe('req-1');
    expect(await id('mine')).toBe('req-mine');
    expect(await id('bad id <script>')).toMatch(/^req-[0-9a-f-]{36}$/);
    expect((await bench.call('GET', '/v2/project-alpha/jobs')).headers).not.toHaveProperty('x-openstack-request-id');
  });

  it.each(['/docs', '/openapi.json'])('%s says its methods without a token', async (path) => {
    await using bench = await ApiBench.open();
    expect(await bench.call('OPTIONS', path)).toMatchObject({ status: 200, text: '', headers: { allow: 'GET, HEAD' } });
    expect(await bench.call('POST', path)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
    expect(await bench.call('HEAD', path)).toMatchObject({ status: 200, text: '' });
    expect((await bench.call('GET', path)).status).toBe(200);
  });

  it('tell versions and health without a token, of each request anew', async () => {
    await using bench = await ApiBench.open();
    const { status, body } = await bench.call('GET', '/', { headers: { host: 'api.example:1234' } });
    expect(status).toBe(300);
    expect(body).toMatchObject({
      versions: [
        { id: 'v2', status: 'CURRENT', links: [{ href: 'http://api.example:1234/v2/', rel: 'self' }], features: expect.arrayContaining(['partial']) },
        { id: 'v1', status: 'DEPRECATED' },
      ],
    });
    expect((await bench.call('GET', '/', { headers: { host: 'other.example' } })).text).toContain('http://other.example/v2/');
    expect(await bench.call('GET', '/healthcheck', { headers: { accept: '*/*' } })).toMatchObject({ status: 200, text: 'OK' });
    expect((await bench.call('HEAD', '/healthcheck')).status).toBe(204);
  });

  it('tell a reason when the service is not healthy', async () => {
    await using bench = await ApiBench.open({ unhealthy: async () => 'DISABLED BY FILE' });
    expect(await bench.call('GET', '/healthcheck', { headers: { accept: 'text/plain' } })).toMatchObject({ status: 503, text: 'DISABLED BY FILE' });
    expect((await bench.call('GET', '/healthcheck')).body).toEqual({ detailed: false, reasons: ['DISABLED BY FILE'] });
    expect((await bench.call('HEAD', '/healthcheck')).status).toBe(503);
  });

  it('by another method are told which there are, also of a version document; the first document is for every method', async () => {
    await using bench = await ApiBench.open();
    for (const [method, path, allow] of [
      ['POST', '/v2', 'GET, OPTIONS'],
      ['HEAD', '/v1/', 'GET, OPTIONS'],
      ['HEAD', '/v2/project-alpha/jobs', 'GET, POST, OPTIONS'],
      ['PUT', '/v2/project-alpha/jobs/j', 'DELETE, GET, PATCH, POST, OPTIONS'],
    ] as const) {
      const { status, headers, text } = await bench.call(method, path, { as: 'alpha' });
      expect([path, status, headers.allow]).toEqual([path, 405, allow]);
      expect(text).toBe(method === 'HEAD' ? '' : '{"title":"405 Method Not Allowed"}');
    }
    expect(await bench.call('OPTIONS', '/v2', { as: 'alpha' })).toMatchObject({ status: 200, text: '', headers: { allow: 'GET' } });
    expect((await bench.call('POST', '/')).status).toBe(300);
  });

  it.each(['/v2/project-alpha/jobs/a%2Fb', '/v2/project-alpha/jobs//', '//v2/project-alpha/jobs', '/v2/project%2Falpha/jobs', '/v2/project-alpha/jobs/%ff'])(
    'of the odd path %s lead nowhere',
    async (path) => {
      await using bench = await ApiBench.open();
      expect(await bench.call('GET', path, { as: 'alpha' })).toMatchObject({ status: 404, text: '{"title":"404 Not Found"}' });
    },
  );

  it('with a text for a whole number are told so in the words of Python', async () => {
    await using bench = await ApiBench.open();
    const job = { job_actions: [], client_id: 'w', session_tag: 'many' };
    expect((await bench.call('POST', '/v2/project-alpha/jobs', { as: 'alpha', body: job })).body).toEqual({
      title: 'Bad request format',
      description: "'many' is not of type 'integer'",
    });
  });

  it('of a version that is not served lead nowhere', async () => {
    await using bench = await ApiBench.open({ versions: { v1: false, v2: true } });
    expect(await bench.call('GET', '/v1/jobs', { as: 'alpha' })).toMatchObject({ status: 404, body: { title: '404 Not Found' } });
    expect((await bench.call('GET', '/')).body).toMatchObject({ versions: [{ id: 'v2' }] });
  });

  it('with a body in chunks are read, too', async () => {
    await using bench = await ApiBench.open();
    await bench.call('POST', '/v2/project-alpha/clients', { as: 'alpha', body: { client_id: 'one' } });
    await bench.call('POST', '/v2/project-alpha/clients', { as: 'alpha', body: { client_id: 'two' } });
    const { body } = await bench.call('GET', '/v2/project-alpha/clients', { as: 'alpha', chunked: { match: [{ client_id: 'two' }] } });
    expect(body).toMatchObject({ clients: [{ client: { client_id: 'two' } }] });
  });

  it('that are too large, or too deep, are refused', async () => {
    await using bench = await ApiBench.open({ maxBodyBytes: 1000 });
    const post = async (raw: string) => (await bench.call('POST', '/v2/project-alpha/backups', { as: 'alpha', raw })).status;
    expect(await post(JSON.stringify({ container: 'x'.repeat(2000) }))).toBe(413);
    expect(await post(`{"container":"c","hostname":"h","backup_name":"n","deep":${'['.repeat(150)}${']'.repeat(150)}}`)).toBe(400);
    expect(await post('{"container":"c","hostname":"h","backup_name":"n"}')).toBe(201);
  });

  it.each([
    ['12345678901234567890', 400],
    ['-9223372036854775808', 400],
    ['1e400', 400],
    ['9007199254740993', 400],
    ['[{"deep": [9007199254740993]}]', 400],
    ['9007199254740991', 201],
    ['1e300', 201],
    ['0.1234567890123456789', 201],
    ['"12345678901234567890 \\" 1e400"', 201],
  ])('with a number that would be kept as another one, %s: %i', async (literal, status) => {
    await using bench = await ApiBench.open();
    const answer = await bench.call('POST', '/v2/project-alpha/backups', {
      as: 'alpha',
      raw: `{"container":"c","hostname":"h","backup_name":"n","x":${literal}}`,
    });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body).toMatchObject({ title: 'Bad request format', description: expect.stringContaining('cannot be kept exactly') });
  });

  it('with a text of many megabytes beside a large number are taken', async () => {
    await using bench = await ApiBench.open({ maxBodyBytes: 32 * 1_048_576 });
    const raw = `{"container":"c","hostname":"h","backup_name":"n","x":"${'y'.repeat(12 * 1_048_576)}","large":1e300}`;
    expect((await bench.call('POST', '/v2/project-alpha/backups', { as: 'alpha', raw })).status).toBe(201);
  });

  it('are told 503 when Keystone or the database cannot be asked, and never why', async () => {
    const { FreezerError } = await import('@freezer/core');
    await using keystone = await ApiBench.open({
      authenticate: () => {
        throw new FreezerError('unavailable', 'secret place');
      },
    });
    const answer = await keystone.call('GET', '/v2/p/jobs', { as: 'alpha' });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(answer.text).not.toContain('secret');
    await using bench = await ApiBench.open();
    await bench.store.drop();
    const reply = await bench.call('GET', '/v2/project-alpha/jobs', { as: 'alpha' });
    expect(reply).toMatchObject({ status: 503, body: { title: 'Service Unavailable' } });
    expect(reply.text).not.toContain('migrated');
    // A client that is told to come back does so: what may have been done must not be done twice.
    expect(reply.headers['retry-after']).toBe('5');
    const write = await bench.call('POST', '/v2/project-alpha/actions', { as: 'alpha', body: { freezer_action: {} } });
    expect(write.status).toBe(503);
    expect(write.headers).not.toHaveProperty('retry-after');
  });

  it('are not told to come back with an If-Match when the database did not answer: what it did all the same would refuse them', async () => {
    await using bench = await ApiBench.open();
    await bench.store.drop();
    const change = async (headers: Record<string, string>) =>
      await bench.call('PATCH', '/v2/project-alpha/actions/a', { as: 'alpha', body: { max_retries: 1 }, headers });
    expect((await change({})).headers).toMatchObject({ 'retry-after': '5' });
    const conditional = await change({ 'if-match': '"1-1.1"' });
    expect(conditional.status).toBe(503);
    expect(conditional.headers).not.toHaveProperty('retry-after');
  });
});
