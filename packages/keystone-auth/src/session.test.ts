import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FakeKeystone, send, sendError } from '../test-support/fake-keystone.ts';
import { KeystoneError } from './keystone-error.ts';
import { KeystoneSession } from './session.ts';
import type { SessionOptions } from './session-options.ts';

let keystone: FakeKeystone;
let opened: KeystoneSession[];

beforeEach(async () => {
  keystone = await FakeKeystone.start();
  opened = [];
});

afterEach(async () => {
  for (const session of opened) await session.close();
  await keystone[Symbol.asyncDispose]();
});

function open(more: Partial<SessionOptions> = {}): KeystoneSession {
  const session = new KeystoneSession({
    authUrl: `${keystone.url}/v3`,
    credentials: { method: 'password', user: { name: 'alice' }, password: 'wonder' },
    scope: { kind: 'project', name: 'alpha' },
    retries: 0,
    ...more,
  });
  opened.push(session);
  return session;
}

async function failure(promise: Promise<unknown>): Promise<KeystoneError> {
  try {
    await promise;
  } catch (error) {
    if (KeystoneError.is(error)) return error;
    throw error;
  }
  throw new TypeError('it did not fail');
}

test('a token is got once and kept, and tells who we are', async () => {
  const session = open();
  expect(await session.token()).toBe(await session.token());
  expect(keystone.logins).toBe(1);
  const identity = await session.identity();
  expect(identity).toMatchObject({ user: { name: 'alice' }, project: { id: 'p1' }, roles: ['member'], isSystem: false });
});

test('callers at the same time share one login, and one renewal', async () => {
  const session = open();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => session.token()));
  expect(new Set(tokens).size).toBe(1);
  const first = tokens[0] ?? '';
  const renewed = await Promise.all(Array.from({ length: 20 }, () => session.renew(first)));
  expect(new Set(renewed).size).toBe(1);
  expect(renewed[0]).not.toBe(first);
  expect(keystone.logins).toBe(2);
});

test('who is rejected late takes the token that another renewed', async () => {
  const session = open();
  const first = await session.token();
  const second = await session.renew(first);
  expect(await session.renew(first)).toBe(second);
  expect(keystone.logins).toBe(2);
});

test('one caller that gives up leaves the others their login; when all give up it is ended', async () => {
  const session = open();
  let release = () => {};
  let cut = false;
  keystone.fault = (_arrived, response) => {
    response.on('close', () => {
      cut = !response.writableEnded;
    });
    release = () => send(response, 201, keystone.document('t'), { 'x-subject-token': 'token-x-of-alice' });
    return true;
  };
  const impatient = new AbortController();
  const one = session.token({ signal: impatient.signal });
  const other = session.token();
  while (keystone.arrived.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  impatient.abort(new TypeError('enough'));
  await expect(one).rejects.toThrow('enough');
  release();
  expect(await other).toBe('token-x-of-alice');

  const alone = new AbortController();
  const last = session.renew('token-x-of-alice', { signal: alone.signal });
  while (keystone.arrived.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  alone.abort(new TypeError('gone'));
  await expect(last).rejects.toThrow('gone');
  while (!cut) await new Promise((resolve) => setTimeout(resolve, 5));
  keystone.fault = () => undefined;
  expect(await session.token()).toMatch(/^token-\d+-of-alice$/);
});

test('a token is renewed before its end, by its length of life and not by our clock', async () => {
  let now = 1_000;
  keystone.clockAheadSeconds = -7200;
  const session = open({ now: () => now });
  const first = await session.token();
  now += 3600 - 121;
  expect(await session.token()).toBe(first);
  now += 2;
  expect(await session.token()).not.toBe(first);
  expect(keystone.logins).toBe(2);
});

test('a token that is rejected while it is renewed is not replaced by what that renewal brings, which began before', async () => {
  let now = 1_000;
  const session = open({ now: () => now });
  const first = await session.token();
  now += 3600 - 60;
  let release = () => {};
  keystone.fault = (_arrived, response) => {
    release = () => send(response, 201, keystone.document('t'), { 'x-subject-token': 'token-x-of-alice' });
    return true;
  };
  const early = session.token();
  while (keystone.arrived.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  keystone.fault = () => undefined;
  const replaced = session.renew(first);
  release();
  expect(await early).toBe('token-x-of-alice');
  const second = await replaced;
  expect(second).toMatch(/^token-\d+-of-alice$/);
  expect(await session.token()).toBe(second);
  // What is renewed later, at its end, waits for nothing.
  now += 3600;
  const begun = performance.now();
  expect(await session.token()).not.toBe(second);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test('a token of a short life is used for half of it', async () => {
  let now = 0;
  keystone.lifeSeconds = 20;
  const session = open({ now: () => now });
  const first = await session.token();
  now = 9;
  expect(await session.token()).toBe(first);
  now = 11;
  expect(await session.token()).not.toBe(first);
});

test('when Keystone is down before the end of a token, the old one is used and a warning given; after its end it fails', async () => {
  let now = 0;
  const warnings: string[] = [];
  const session = open({ now: () => now, onWarning: (text) => warnings.push(text) });
  const first = await session.token();
  keystone.fault = (_arrived, response) => sendError(response, 503, 'maintenance');
  now = 3550;
  expect(await session.token()).toBe(first);
  expect(await session.token()).toBe(first);
  expect(keystone.logins).toBe(2);
  expect(warnings).toEqual([`the token could not be renewed before its end: authenticate at ${keystone.url}/v3/auth/tokens: status 503: maintenance`]);
  now = 3601;
  expect(await failure(session.token())).toMatchObject({ code: 'unavailable', retryable: true, status: 503 });
});

test('a call that is answered 401 is made once more with a new token, and not a third time', async () => {
  const session = open();
  const first = await session.token();
  const used: string[] = [];
  const call = async (token: string) => {
    used.push(token);
    return token === first ? 401 : 200;
  };
  expect(await session.withToken(call, (status) => status === 401)).toBe(200);
  expect(used).toHaveLength(2);
  const always = async () => 401;
  expect(await session.withToken(always, (status) => status === 401)).toBe(401);
  expect(keystone.logins).toBe(3);
});

test('wrong credentials are one line without a secret, and not retried', async () => {
  const session = open({ credentials: { method: 'password', user: { name: 'alice' }, password: 'guess' }, retries: 3 });
  const error = await failure(session.token());
  expect(error).toMatchObject({ code: 'unauthenticated', retryable: false });
  expect(error.message).toBe(`authenticate at ${keystone.url}/v3/auth/tokens: status 401: The request you have made requires authentication.`);
  expect(keystone.logins).toBe(1);
});

test('what the server repeats of a secret is hidden', async () => {
  const session = open({ credentials: { method: 'password', user: { name: 'alice' }, password: 'pa"ss wörd' } });
  keystone.fault = (arrived, response) => sendError(response, 400, `Invalid input\n 'pa"ss wörd' in ${arrived.body}`);
  const error = await failure(session.token());
  expect(error.code).toBe('invalid');
  expect(error.message).toContain('[hidden]');
  expect(`${error.message} ${inspect(error, { depth: 10 })}`).not.toMatch(/ss wörd|\n.*Invalid/);
});

test('no secret is seen in what is printed of a session', async () => {
  const session = open({ authUrl: `http://bob:inurl@127.0.0.1:${keystone.port}/v3?key=inquery` });
  const token = await open().token();
  const shown = [inspect(session, { depth: 10, showHidden: true }), JSON.stringify(session), inspect({ session })].join('\n');
  expect(shown).toContain('password');
  expect(shown).not.toMatch(/wonder|inurl|inquery/);
  expect(shown).not.toContain(token);
});

test('503 and 429 are tried again, as often as said, and then told', async () => {
  let failures = 2;
  keystone.fault = (_arrived, response) => (failures-- > 0 ? sendError(response, failures > 0 ? 503 : 429, 'busy', { 'retry-after': '0.01' }) : undefined);
  expect(await open({ retries: 2 }).token()).toMatch(/-of-alice$/);
  failures = 9;
  expect(await failure(open({ retries: 1 }).token())).toMatchObject({ code: 'unavailable', status: 503 });
  expect(keystone.logins).toBe(5);
});

test('a cut connection is tried again', async () => {
  let cuts = 1;
  keystone.fault = (_arrived, response) => (cuts-- > 0 ? response.destroy() : undefined);
  expect(await open({ retries: 1 }).token()).toMatch(/-of-alice$/);
  cuts = 1;
  expect((await failure(open().token())).message).toMatch(/^authenticate at http:\/\/127\.0\.0\.1:\d+\/v3\/auth\/tokens: the connection was cut \(\w+\)$/);
});

test('status 500 is unavailable, with no page of a proxy in the line', async () => {
  keystone.fault = (_arrived, response) => response.writeHead(500).end('<html>\n<b>Oops</b></html>');
  expect((await failure(open().token())).message).toBe(`authenticate at ${keystone.url}/v3/auth/tokens: status 500`);
});

test('a server that does not answer is left after the time limit; an abort is at once and has its reason', async () => {
  keystone.fault = () => true;
  const error = await failure(open({ timeoutSeconds: 0.2 }).token());
  expect(error).toMatchObject({ code: 'timeout', message: `authenticate at ${keystone.url}/v3/auth/tokens: no answer within 0.2 s` });
  const stop = new AbortController();
  const call = open().token({ signal: stop.signal });
  stop.abort(new TypeError('stopped'));
  await expect(call).rejects.toThrow('stopped');
});

test.each([
  ['text', 'not json'],
  ['half a document', '{"token": {'],
  ['another document', '{"hello": 1}'],
  ['a token without end', '{"token": {"user": {"id": "a", "name": "b"}, "expires_at": "soon"}}'],
])('%s instead of a token is named', async (_name, text) => {
  keystone.fault = (_arrived, response) => response.writeHead(201, { 'x-subject-token': 'abc' }).end(text);
  const error = await failure(open().token());
  expect(error.code).toBe('unexpected');
  expect(error.message).toBe(`authenticate at ${keystone.url}/v3/auth/tokens: status 201, but the answer is no token document; is it the Identity API?`);
});

test('an answer without end is not kept in memory', async () => {
  keystone.fault = (_arrived, response) => {
    response.writeHead(201, { 'x-subject-token': 'abc' });
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(1 << 20)));
    };
    response.on('drain', more);
    more();
    return true;
  };
  expect((await failure(open().token())).message).toMatch(/the answer is larger than 8 MiB$/);
});

test('a redirect on the same host is followed with method and body; to another host nothing is sent', async () => {
  keystone.fault = (arrived, response) => (arrived.path.startsWith('/old') ? response.writeHead(301, { location: arrived.path.slice(4) }).end() : undefined);
  expect(await open({ authUrl: `${keystone.url}/old/v3` }).token()).toMatch(/-of-alice$/);
  await using other = await FakeKeystone.start();
  keystone.fault = (_arrived, response) => response.writeHead(307, { location: `${other.url}/v3/auth/tokens` }).end();
  const error = await failure(open().token());
  expect(error).toMatchObject({ code: 'invalid' });
  expect(error.message).toContain(`redirected to ${other.url}, where no credentials are sent`);
  expect(other.arrived).toEqual([]);
  keystone.fault = (_arrived, response) => response.writeHead(302, { location: '/v3/auth/tokens' }).end();
  expect((await failure(open().token())).message).toMatch(/more than 5 redirects$/);
});

test('nobody listening is one line', async () => {
  await using gone = await FakeKeystone.start();
  const { url } = gone;
  await gone[Symbol.asyncDispose]();
  expect(await failure(open({ authUrl: `${url}/v3` }).token())).toMatchObject({
    code: 'unavailable',
    message: `authenticate at ${url}/v3/auth/tokens: connection refused (ECONNREFUSED)`,
  });
});

test('without a version in the URL the server is asked, and only v3 and v2.0 are spoken', async () => {
  expect(await open({ authUrl: keystone.url }).token()).toMatch(/-of-alice$/);
  expect(keystone.arrived[0]).toMatchObject({ method: 'GET', path: '/' });
  const only = (id: string) =>
    (keystone.fault = (arrived, response) => (arrived.path === '/' ? send(response, 300, { versions: { values: [{ id, status: 'stable' }] } }) : undefined));
  only('v2.0');
  const old = open({ authUrl: `${keystone.url}/` });
  expect(await old.endpoint({ type: 'object-store' })).toBe('http://swift/v1/AUTH_1');
  expect(keystone.arrived.at(-1)).toMatchObject({
    path: '/v2.0/tokens',
    body: '{"auth":{"passwordCredentials":{"username":"alice","password":"wonder"},"tenantName":"alpha"}}',
  });
  only('v4.0');
  expect((await failure(open({ authUrl: keystone.url }).token())).message).toMatch(/it speaks v4\.0; supported: v3, v2\.0$/);
});

test('a URL that is none is told without showing it', async () => {
  const error = await failure(open({ authUrl: 'http//wonder' }).token());
  expect(error.message).toBe('authenticate: the auth URL is no URL; allowed: http://host:port/v3 and the like');
});

test('close is final and may be called twice', async () => {
  const session = open();
  await session.token();
  await session.close();
  await session.close();
  await expect(session.token()).rejects.toThrow('closed');
});

test('endpoints come from the catalog, with the wishes of the session, and a version that the service is asked for', async () => {
  const volume = (region: string, kind: string, path: string) => ({
    interface: kind,
    region_id: region,
    region,
    url: `${keystone.url}/${region}-${kind}${path}`,
  });
  keystone.catalog = [
    {
      type: 'volumev3',
      name: 'cinder',
      endpoints: [volume('One', 'public', '/v3/p1'), volume('Two', 'public', '/v3/p1'), volume('Two', 'internal', '/v3/p1/')],
    },
  ];
  const session = open({ region: 'Two', interface: ['admin', 'internal'], endpointOverrides: { image: 'http://images/' } });
  expect(await session.endpoint({ type: 'block-storage' })).toBe(`${keystone.url}/Two-internal/v3/p1`);
  expect(await session.endpoint({ type: 'volumev3', region: 'One', interface: 'public', version: '3' })).toBe(`${keystone.url}/One-public/v3/p1`);
  expect(await session.endpoint({ type: 'image' })).toBe('http://images');
  const version = { id: 'v3.0', status: 'CURRENT', version: '3.70', min_version: '3.0', links: [{ rel: 'self', href: 'http://behind/v3/' }] };
  keystone.fault = (arrived, response) => (arrived.path === '/One-public/' ? send(response, 300, { versions: [version] }) : undefined);
  const query = { type: 'volumev3', region: 'One', interface: 'public' } as const;
  expect(await session.endpoint({ ...query, version: '3.59' })).toBe(`${keystone.url}/One-public/v3/p1`);
  expect((await failure(session.endpoint({ ...query, version: '3.99' }))).message).toBe(
    `find the volumev3 service at ${keystone.url}/One-public: no version 3.99; it speaks v3.0 to 3.70`,
  );
  expect((await failure(session.endpoint({ ...query, version: 'x' }))).code).toBe('invalid');
});
