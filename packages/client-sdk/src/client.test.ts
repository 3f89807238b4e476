import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AnsweringServer } from '../test-support/answering-server.ts';
import { FreezerClient } from './client.ts';
import { createFetchTransport } from './transport/fetch-transport.ts';

let server: AnsweringServer;

beforeEach(async () => {
  server = await AnsweringServer.start();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

test.each([
  ['', '2', '/v2/p1/jobs/'],
  ['/', '2', '/v2/p1/jobs/'],
  ['/v2/p9', '2', '/v2/p9/jobs/'],
  ['/backup', '2', '/backup/v2/p1/jobs/'],
  ['/v2/p9/', '2', '/v2/p9/jobs/'],
  ['', 2, '/v2/p1/jobs/'],
  ['', 1, '/v1/jobs/'],
  ['', '1', '/v1/jobs/'],
  ['/v1', '1', '/v1/jobs/'],
] as const)('endpoint %j in version %s lists at %s', async (suffix, version, path) => {
  server.answer = () => ({ body: { jobs: [] } });
  await using client = new FreezerClient({ endpoint: `${server.url}${suffix}`, project: 'p1', version });
  await client.jobs.list();
  expect(server.seen[0]?.path).toBe(path);
});

test.each([
  ['ftp://host', 'it is no http or https URL'],
  ['host:9090', 'it is no http or https URL'],
  ['http://user:secret@host:9090', 'no user or password may stand in its URL'],
  ['http://host:9090/?a=b', 'it may have neither'],
])('endpoint %j is refused before anything is sent', async (endpoint, message) => {
  await using client = new FreezerClient({ endpoint, project: 'p1' });
  const call = client.jobs.list();
  await expect(call).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(message) });
  await expect(call).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
});

test('another version is refused at once', () => {
  const version: unknown = 'v3';
  expect(() => new FreezerClient({ endpoint: server.url, version: version as '2' })).toThrow("use API version 'v3': allowed are 1 and 2");
});

test('version 2 without a project says what is missing', async () => {
  await using client = new FreezerClient({ endpoint: server.url });
  await expect(client.jobs.list()).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('id of the project is needed') });
});

test('endpoint and project may come late; they are asked once, again after a failure', async () => {
  server.answer = () => ({ body: { jobs: [] } });
  let asked = 0;
  await using client = new FreezerClient({
    endpoint: async () => {
      asked += 1;
      if (asked === 1) throw new TypeError('the catalog is away');
      return server.url;
    },
    project: async () => 'p1',
  });
  await expect(client.jobs.list()).rejects.toThrow('the catalog is away');
  await client.jobs.list();
  await client.clients.get('c').catch(() => undefined);
  expect(asked).toBe(2);
});

test('an id is one segment of the path, whatever it holds', async () => {
  server.answer = () => ({ body: { client: {} } });
  await using client = new FreezerClient({ endpoint: server.url, project: 'p 1' });
  await client.clients.get('../a/b?c');
  expect(server.seen[0]?.path).toBe('/v2/p%201/clients/..%2Fa%2Fb%3Fc');
  for (const id of ['', '.', '..']) await expect(client.clients.get(id)).rejects.toMatchObject({ code: 'invalid' });
  expect(server.seen).toHaveLength(1);
});

test('another project of the same server', async () => {
  server.answer = () => ({ status: 201, body: { backup_id: 'b' } });
  await using client = new FreezerClient({ endpoint: server.url, project: 'p1', token: () => 't' });
  await client.inProject('p2').backups.create({ container: 'c', hostname: 'h', backup_name: 'b' });
  expect(server.seen[0]).toMatchObject({ path: '/v2/p2/backups/', headers: { 'x-auth-token': 't' } });
  await using fixed = new FreezerClient({ endpoint: `${server.url}/v2/p1` });
  await expect(fixed.inProject('p2').jobs.list()).rejects.toMatchObject({ code: 'invalid' });
});

test('absent is undefined, unchanged is said', async () => {
  await using client = new FreezerClient({ endpoint: server.url, project: 'p1' });
  server.answer = () => ({ status: 404, body: '' });
  expect(await client.jobs.get('j')).toBeUndefined();
  server.answer = () => ({ status: 404, body: { title: 'Not Found', description: 'No document found with ID j' } });
  expect(await client.jobs.get('j')).toBeUndefined();
  server.answer = ({ headers }) => (headers['if-none-match'] === '"7"' ? { status: 304 } : { headers: { etag: '"7"' }, body: { job_id: 'j' } });
  expect(await client.jobs.getIfChanged('j', undefined)).toEqual({ state: 'changed', document: { job_id: 'j' }, etag: '"7"' });
  expect(await client.jobs.getIfChanged('j', '"7"')).toEqual({ state: 'unchanged' });
});

test.each([
  ['a page', '<html><title>Not Found</title></html>'],
  ['a word', 'Not Found'],
  ['a line', '404 page not found\n'],
  ['JSON without a title', { detail: 'Not Found' }],
  ['another error', { error: { title: 'Not Found' } }],
  ['a path that the API does not know', { title: '404 Not Found' }],
])('a 404 that is %s is no absence, neither where one reads nor where one writes', async (_, body) => {
  await using client = new FreezerClient({ endpoint: server.url, project: 'p1' });
  server.answer = () => ({ status: 404, body });
  const refused = { code: 'unsupported', status: 404 };
  await expect(client.jobs.get('j')).rejects.toMatchObject(refused);
  await expect(client.jobs.update('j', {})).rejects.toMatchObject(refused);
});

test('a list that did not change costs one small request', async () => {
  server.answer = ({ headers }) => (headers['if-none-match'] === 'W/"a"' ? { status: 304 } : { headers: { etag: 'W/"a"' }, body: { jobs: [{ job_id: 'j' }] } });
  await using client = new FreezerClient({ endpoint: server.url, project: 'p1' });
  const first = await client.jobs.pageIfChanged(undefined, { clientId: 'c' });
  expect(first).toMatchObject({ items: [{ job_id: 'j' }], etag: 'W/"a"' });
  expect(await client.jobs.pageIfChanged(first?.etag, { clientId: 'c' })).toBeUndefined();
});

test('a write may be bound to what was read', async () => {
  server.answer = ({ headers }) =>
    headers['if-match'] === '"1"' ? { body: { job_id: 'j', version: 2 } } : { status: 412, body: { title: 'Precondition Failed' } };
  await using client = new FreezerClient({ endpoint: server.url, project: 'p1' });
  expect(await client.jobs.update('j', { description: 'x' }, { ifMatch: '"1"' })).toEqual({ id: 'j', version: 2 });
  await expect(client.jobs.update('j', { description: 'x' }, { ifMatch: '"0"' })).rejects.toMatchObject({ code: 'conflict' });
});

test('what the server is: versions and health, without a token', async () => {
  server.answer = ({ path, headers }) => {
    if (headers['x-auth-token'] !== undefined) return { status: 400 };
    return path === '/healthcheck'
      ? { body: 'OK' }
      : { status: 300, body: { versions: [{ id: 'v2', status: 'CURRENT', updated: '2018-02-21T13:30:00', links: [], features: ['partial'] }] } };
  };
  await using client = new FreezerClient({ endpoint: `${server.url}/v2/p1`, token: () => 't' });
  expect(await client.service.versions()).toEqual([{ id: 'v2', status: 'CURRENT', features: ['partial'] }]);
  expect(await client.service.isHealthy()).toBe(true);
  server.answer = () => ({ status: 503, headers: { 'retry-after': '100' }, body: 'DISABLED BY FILE' });
  expect(await client.service.isHealthy()).toBe(false);
});

test('by fetch, the search stands in the query', async () => {
  server.answer = () => ({ body: { jobs: [] } });
  await using client = new FreezerClient({ endpoint: server.url, project: 'p1', transport: createFetchTransport() });
  await client.jobs.list({ clientId: 'c1', text: 'daily etc', limit: 5, search: { match_not: [{ status: 'completed' }] } });
  expect(server.seen[0]?.text).toBe('');
  const query = new URL(server.seen[0]?.path ?? '', server.url).searchParams;
  expect(query.get('client_id')).toBe('c1');
  expect(query.get('limit')).toBe('5');
});

test('by fetch, a redirect is not followed with the token', async () => {
  server.answer = ({ path }) => (path.startsWith('/v2/p1/') ? { status: 307, headers: { location: `${server.url}/elsewhere` } } : { body: { jobs: [] } });
  await using client = new FreezerClient({ endpoint: server.url, project: 'p1', transport: createFetchTransport(), retries: 0, token: () => 't' });
  await expect(client.jobs.list()).rejects.toMatchObject({ code: 'unavailable' });
  expect(server.seen).toHaveLength(1);
});
