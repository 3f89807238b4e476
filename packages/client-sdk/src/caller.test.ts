import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AnsweringServer } from '../test-support/answering-server.ts';
import { ApiError } from './api-error.ts';
import { FreezerClient, type FreezerClientOptions } from './client.ts';

let server: AnsweringServer;
let opened: FreezerClient[];

beforeEach(async () => {
  server = await AnsweringServer.start();
  opened = [];
});

afterEach(async () => {
  for (const client of opened) await client.close();
  await server[Symbol.asyncDispose]();
});

function open(options: Partial<FreezerClientOptions> = {}): FreezerClient {
  const client = new FreezerClient({ endpoint: server.url, project: 'p1', token: () => 't0ken', ...options });
  opened.push(client);
  return client;
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise;
  } catch (error) {
    if (ApiError.is(error)) return error;
    throw error;
  }
  throw new TypeError('it did not fail');
}

test('a token that was rejected is renewed once, and the write is sent again', async () => {
  server.answer = ({ headers }) => (headers['x-auth-token'] === 'new' ? { status: 201, body: { backup_id: 'b1' } } : { status: 401 });
  const asked: (string | undefined)[] = [];
  const client = open({
    token: (rejected) => {
      asked.push(rejected);
      return rejected === undefined ? 'old' : 'new';
    },
  });
  expect(await client.backups.create({ container: 'c', hostname: 'h', backup_name: 'b' })).toBe('b1');
  expect(asked).toEqual([undefined, 'old']);
  expect(server.seen.map(({ headers }) => headers['x-auth-token'])).toEqual(['old', 'new']);
  expect(server.seen[1]?.body).toEqual({ container: 'c', hostname: 'h', backup_name: 'b' });
});

test.each([
  ['the renewed one is rejected too', () => 'other', 2],
  ['the source has no other', () => 'same', 1],
])('401 is final when %s', async (_, renewed, requests) => {
  server.answer = () => ({ status: 401, body: { error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' } } });
  const error = await failure(open({ token: (rejected) => (rejected === undefined ? 'same' : renewed()) }).jobs.get('j'));
  expect(error).toMatchObject({ code: 'unauthenticated', status: 401, title: 'Unauthorized', retryable: false });
  expect(error.message).toBe('get job j: 401 Unauthorized: The request you have made requires authentication.');
  expect(server.seen).toHaveLength(requests);
});

test.each([429, 502, 503, 504])('a GET is repeated after %d, under the same request id', async (status) => {
  server.answer = (_, index) => (index === 0 ? { status } : { body: { jobs: [] } });
  expect(await open().jobs.list()).toEqual([]);
  expect(server.seen).toHaveLength(2);
  const ids = server.seen.map(({ headers }) => headers['x-openstack-request-id']);
  expect(ids[0]).toMatch(/^req-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(ids[1]).toBe(ids[0]);
});

test('a GET is repeated after the connection was cut, a write is not', async () => {
  server.answer = (_, index) => (index % 2 === 0 ? { cut: true } : { status: 200, body: { jobs: [] } });
  expect(await open().jobs.list()).toEqual([]);
  server.seen.length = 0;
  const error = await failure(open().jobs.start('j'));
  expect(error).toMatchObject({ code: 'unavailable', retryable: true, status: undefined });
  expect(error.message).toMatch(/^start job j at http:\/\/127\.0\.0\.1:\d+: the connection was cut \(ECONNRESET\)$/);
  expect(server.seen).toHaveLength(1);
});

test('a write is repeated after 503 and 429 when the server says when, else not', async () => {
  server.answer = (_, index) => (index === 0 ? { status: 503, headers: { 'retry-after': '0' } } : { status: 202, body: { result: 'success' } });
  expect(await open().jobs.start('j')).toEqual({ result: 'success' });
  expect(server.seen).toHaveLength(2);
  server.answer = () => ({ status: 503 });
  expect(await failure(open().jobs.start('j'))).toMatchObject({ code: 'unavailable', status: 503 });
  expect(server.seen).toHaveLength(3);
});

test('a record with a key is sent again after the connection was cut, under the same key', async () => {
  server.answer = (_, index) => (index === 0 ? { cut: true } : { status: 201, body: { backup_id: 'b1' } });
  const backup = { container: 'c', hostname: 'h', backup_name: 'b' };
  expect(await open().backups.create(backup, { idempotencyKey: 'k1' })).toBe('b1');
  expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1']);
});

test('no longer than its retries, and then the answer stands', async () => {
  server.answer = () => ({ status: 429, headers: { 'retry-after': '0' }, body: { title: 'Too Many Requests' } });
  expect(await failure(open({ retries: 1 }).jobs.list())).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterSeconds: 0 });
  expect(server.seen).toHaveLength(2);
});

test('who asks to come back in an hour is not waited for', async () => {
  server.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
  expect(await failure(open().jobs.list())).toMatchObject({ code: 'unavailable', retryAfterSeconds: 3600 });
  expect(server.seen).toHaveLength(1);
});

test('a refused connection is tried again, also for a write, and named', async () => {
  const client = open({ retries: 1 });
  await server[Symbol.asyncDispose]();
  const error = await failure(client.jobs.start('j'));
  expect(error).toMatchObject({ code: 'unavailable', retryable: true });
  expect(error.message).toMatch(/^start job j at http:\/\/127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)$/);
  server = await AnsweringServer.start();
});

test('a server that says nothing is given up after the time of the call', async () => {
  server.answer = () => ({ silent: true });
  const error = await failure(open().jobs.list({ timeoutSeconds: 0.2 }));
  expect(error).toMatchObject({ code: 'timeout', retryable: true });
  expect(error.message).toMatch(/^list jobs: no answer from http:\/\/127\.0\.0\.1:\d+ within 0\.2 s$/);
});

test('an abort rejects with its reason, while waiting for an answer, for a token and between attempts', async () => {
  const reason = new TypeError('stop');
  server.answer = () => ({ silent: true });
  for (const options of [{}, { token: () => new Promise<string>(() => {}) }]) {
    const controller = new AbortController();
    const call = open(options).jobs.list({ signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(call).rejects.toBe(reason);
  }
  server.answer = () => ({ status: 503, headers: { 'retry-after': '50' } });
  const controller = new AbortController();
  const call = open().jobs.list({ signal: controller.signal });
  setTimeout(() => controller.abort(reason), 50);
  await expect(call).rejects.toBe(reason);
  await expect(open().jobs.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test.each([
  [
    400,
    { title: 'Bad request format', description: "'job_actions' is a required property" },
    'invalid',
    "400 Bad request format: 'job_actions' is a required property",
  ],
  [403, { title: 'Access Forbidden', description: 'You are not allowed to access this resource' }, 'permission_denied', '403 Access Forbidden: You are not'],
  [405, { title: '405 Method Not Allowed' }, 'unsupported', '405 405 Method Not Allowed'],
  [409, { title: 'Document already existing', description: 'Job already registered with ID x' }, 'already_exists', '409 Document already existing'],
  [409, { title: 'Conflict', description: 'the document was changed meanwhile' }, 'conflict', '409 Conflict: the document was changed'],
  [412, { title: 'Precondition Failed' }, 'conflict', '412 Precondition Failed'],
  [413, {}, 'too_large', '413 without an explanation'],
  [422, { title: 'Unprocessable Entity', description: 'Client not found with ID x' }, 'invalid', '422 Unprocessable Entity: Client not found'],
  [
    500,
    { title: 'Internal Storage Error', description: 'Database\noperation failed.' },
    'unavailable',
    '500 Internal Storage Error: Database operation failed.',
  ],
  [753, { title: 'Malformed JSON' }, 'invalid', '753 Malformed JSON'],
  [502, '<html><head><title>502 Bad Gateway</title></head></html>', 'unavailable', '502 502 Bad Gateway'],
  [500, 'Internal Server Error\n', 'unavailable', '500 Internal Server Error'],
])('status %d with %j is %s', async (status, body, code, message) => {
  server.answer = () => ({ status, body, headers: { 'x-openstack-request-id': 'req-7' } });
  const error = await failure(open().jobs.create({ client_id: 'c', job_actions: [] }));
  expect(error).toMatchObject({ code, status, requestId: 'req-7' });
  expect(error.message).toContain(`create job: ${message}`);
  expect(error.message).not.toContain('\n');
});

test('what is no answer of the service is named as such', async () => {
  server.answer = () => ({ body: '<html>welcome</html>' });
  expect((await failure(open().jobs.list())).message).toMatch(/the answer is no JSON; is this the backup service\?/);
  server.answer = () => ({ body: {} });
  expect((await failure(open().jobs.list())).message).toBe('list jobs: the answer has no list of jobs');
  server.answer = () => ({ status: 302, headers: { location: 'https://elsewhere.example/v2' } });
  expect((await failure(open().jobs.list())).message).toBe('list jobs: 302 redirected to https://elsewhere.example; use that URL as the endpoint');
});
