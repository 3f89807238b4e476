import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { trialGuard } from '../trial/trial-guard.ts';
import { type AnsweredRequest, accessLine, onAnswered } from './access-log.ts';
import { bodyLimit } from './body-limit.ts';
import { cors } from './cors.ts';
import { chained, type Handler, headerOf } from './handler.ts';
import { callerOf, proxyHeaders } from './proxy-headers.ts';
import { readBodyAway } from './read-away.ts';
import { securityHeaders } from './security-headers.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function answerOf(answer: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** The port of a server with these steps. */
async function served(handlers: readonly Handler[], seen: (r: Parameters<Handler>[0]) => string): Promise<number> {
  const server = createServer(chained(handlers, (incoming, response) => void response.end(seen(incoming))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** As Python's urllib asks: everything is sent before anything is read. */
async function sendWhole(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause();
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.write(text, () => resolve());
  });
  let answer = '';
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.endsWith('}')) break;
  }
  return answer;
}

/** Asks a server with these steps; what reaches its end is answered with what `seen` says. */
async function ask(
  handlers: readonly Handler[],
  { method = 'GET', path = '/', headers = {}, body }: Ask,
  seen: (r: Parameters<Handler>[0]) => string = () => 'ok',
): Promise<Answer> {
  const port = await served(handlers, seen);
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      answerOf(answer).then(resolve, reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

describe('the guard of a trial', () => {
  test.each<[Readonly<Record<string, string>>, number]>([
    [{}, 200],
    [{ host: 'localhost:1' }, 200],
    [{ host: '[::1]:1' }, 200],
    [{ origin: 'http://localhost:3000' }, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ host: 'evil.example.org' }, 403],
    [{ host: '127.0.0.1.evil.example.org' }, 403],
    [{ host: 'localhost.evil.example.org:9090' }, 403],
    [{ origin: 'https://evil.example.org' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://127.0.0.1@evil.example.org' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
  ])('%j is answered with %i', async (headers, status) => {
    expect((await ask([trialGuard], { headers })).status).toBe(status);
  });
});

describe('pages of other origins', () => {
  const rules = {
    origins: new Set(['https://horizon.example.org']),
    allowCredentials: true,
    exposeHeaders: ['ETag'],
    maxAge: 60,
    methods: ['GET'],
    headers: ['X-Auth-Token'],
  };
  const preflight = (origin: string) => ({ method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });

  test('a preflight of an allowed one needs no token', async () => {
    const { status, headers } = await ask([cors(rules)], preflight('https://horizon.example.org'));
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://horizon.example.org',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET',
      'access-control-max-age': '60',
      vary: 'Origin',
    });
  });

  test('one of another origin is refused, and its requests get no leave to read', async () => {
    expect((await ask([cors(rules)], preflight('https://evil.example.org'))).status).toBe(403);
    const { headers } = await ask([cors(rules)], { headers: { origin: 'https://evil.example.org' } });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('a star lets everybody read, and nobody with credentials', async () => {
    const { headers } = await ask([cors({ ...rules, origins: new Set(['*']) })], { headers: { origin: 'https://x.org' } });
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag' });
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('what a proxy says', () => {
  const seen = (incoming: Parameters<Handler>[0]): string =>
    `${headerOf(incoming, 'x-forwarded-proto')} ${headerOf(incoming, 'x-forwarded-host')} ${callerOf(incoming)}`;

  test('is not believed without being told to', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil', 'x-forwarded-for': '6.6.6.6', forwarded: 'host=evil' };
    expect((await ask([proxyHeaders({ believe: false })], { headers }, seen)).text).toBe('undefined undefined 127.0.0.1');
  });

  test.each<[Readonly<Record<string, string>>, string]>([
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'api', 'x-forwarded-for': '1.2.3.4, 5.6.7.8' }, 'https api 1.2.3.4'],
    [{ forwarded: 'for=1.2.3.4;proto=https;host="api.example.org:1", for=5.6.7.8;host=x' }, 'https api.example.org:1 1.2.3.4'],
  ])('is believed when it is to be: %j', async (headers, text) => {
    expect((await ask([proxyHeaders({ believe: true })], { headers }, seen)).text).toBe(text);
  });
});

describe('limits and headers', () => {
  test.each(['close', 'keep-alive'])('who sends a body that nobody reads sees the answer, not a broken connection (%s)', async (connection) => {
    const port = await served([readBodyAway(), bodyLimit(10)], () => 'ok');
    const body = 'x'.repeat(20 * 1_048_576);
    const answer = await sendWhole(port, `POST / HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('who never sends the body that was announced sees the answer all the same', async () => {
    const port = await served([readBodyAway(50), bodyLimit(10)], () => 'ok');
    expect(await sendWhole(port, 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 11\r\n\r\n')).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a body that says it is too large is refused', async () => {
    const { status, text } = await ask([bodyLimit(10)], { method: 'POST', headers: { 'content-length': '11' }, body: '12345678901' });
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ title: 'Request Entity Too Large' });
    expect((await ask([bodyLimit(10)], { method: 'POST', body: '1234567890' })).status).toBe(200);
  });

  test('a browser does no more with an answer than was meant', async () => {
    const { headers } = await ask([securityHeaders({ tls: true })], {});
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'strict-transport-security': 'max-age=31536000' });
    expect((await ask([securityHeaders({ tls: false })], {})).headers['strict-transport-security']).toBeUndefined();
  });
});

describe('the access log', () => {
  test('tells of each request once, with its status and its time', async () => {
    const told: AnsweredRequest[] = [];
    await ask([onAnswered((one) => void told.push(one)), bodyLimit(1)], { method: 'POST', path: '/x?a=b', headers: { 'user-agent': 'me' }, body: '12' });
    expect(told).toEqual([expect.objectContaining({ method: 'POST', url: '/x?a=b', status: 413, caller: '127.0.0.1', agent: 'me' })]);
    expect(told[0]?.seconds).toBeGreaterThanOrEqual(0);
  });

  test('a line cannot be forged', () => {
    const line = accessLine(
      { method: 'GET', url: '/"\n127.0.0.1', caller: '1.2.3.4', status: 200, bytes: 5, seconds: 0.00123, requestId: 'req-1', agent: 'a"b\u001b' },
      new Date(Date.UTC(2026, 10, 21)),
    );
    expect(line).toBe('1.2.3.4 - - [2026-11-21T00:00:00.000Z] "GET /\\x22\\n127.0.0.1 HTTP/1.1" 200 5 "-" "a\\x22b\\x1b" 0.0012 req-1');
  });
});
