import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FakeKeystone, sendError } from '../test-support/fake-keystone.ts';
import { KeystoneError } from './keystone-error.ts';
import { KeystoneSession } from './session.ts';
import { createTokenVerifier, httpStatusOf, type TokenVerifierOptions } from './token-verifier.ts';

let keystone: FakeKeystone;
let session: KeystoneSession;
let now: number;

beforeEach(async () => {
  keystone = await FakeKeystone.start();
  now = Date.now() / 1000;
  session = new KeystoneSession({
    authUrl: `${keystone.url}/v3`,
    credentials: { method: 'password', user: { name: 'alice' }, password: 'wonder' },
    retries: 0,
  });
});

afterEach(async () => {
  await session.close();
  await keystone[Symbol.asyncDispose]();
});

const verifier = (more: Partial<TokenVerifierOptions> = {}) => createTokenVerifier({ session, now: () => now, ...more });
const questions = () => keystone.arrived.filter(({ method }) => method === 'GET').length;

async function failure(promise: Promise<unknown>): Promise<KeystoneError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (KeystoneError.is(error)) return error;
  throw new TypeError(`no KeystoneError, but ${inspect(error)}`);
}

test('a good token says who it is, and is asked for once', async () => {
  const { verify } = verifier();
  const token = keystone.issue();
  const answers = await Promise.all([verify(token), verify(token), verify(token)]);
  expect(answers[0]?.identity).toMatchObject({ user: { id: 'u1' }, project: { id: 'p1' }, roles: ['member'] });
  expect(answers[0]?.service).toBeUndefined();
  await verify(token);
  expect(questions()).toBe(1);
  expect(keystone.arrived.at(-1)?.path).toBe('/v3/auth/tokens?nocatalog');
});

test('an answer is kept for as long as said, and never beyond the end of the token', async () => {
  const { verify } = verifier({ cacheSeconds: 300 });
  const [long, short] = [keystone.issue(), keystone.issue(60)];
  await verify(long);
  await verify(short);
  now += 59;
  await verify(short);
  expect(questions()).toBe(2);
  now += 2;
  expect(await failure(verify(short))).toMatchObject({ code: 'unauthenticated', message: 'verify a token: it has expired' });
  expect(questions()).toBe(3);
  now += 240;
  await verify(long);
  expect(questions()).toBe(4);
});

test('a wrong token is 401, and that is known for a short time only', async () => {
  const { verify } = verifier({ negativeCacheSeconds: 10 });
  for (let each = 0; each < 3; each += 1) {
    const error = await failure(verify('wrong'));
    expect([error.code, httpStatusOf(error), error.message]).toEqual(['unauthenticated', 401, 'verify a token: Keystone does not know it']);
  }
  expect(questions()).toBe(1);
  now += 11;
  await failure(verify('wrong'));
  expect(questions()).toBe(2);
});

test.each([undefined, '', 'two words', 'line\nbreak', 'ünicode', 'x'.repeat(8193)])('what cannot be a token (%#) is 401 without a question', async (token) => {
  expect(httpStatusOf(await failure(verifier().verify(token)))).toBe(401);
  expect(keystone.arrived).toEqual([]);
});

test('Keystone down is 503, is not remembered, and does not hurt what is', async () => {
  const { verify } = verifier();
  const [known, unknown] = [keystone.issue(), keystone.issue()];
  await verify(known);
  keystone.fault = (_arrived, response) => sendError(response, 503, 'down');
  await verify(known);
  const error = await failure(verify(unknown));
  expect([error.code, httpStatusOf(error)]).toEqual(['unavailable', 503]);
  keystone.fault = () => undefined;
  expect((await verify(unknown)).identity.user.name).toBe('alice');
});

test('the own token is renewed once when it is rejected; an own user that is refused is 503, not the fault of the caller', async () => {
  const { verify } = verifier();
  const own = await session.token();
  keystone.tokens.delete(own);
  await verify(keystone.issue());
  expect(keystone.logins).toBe(2);
  keystone.fault = (arrived, response) => (arrived.method === 'GET' ? sendError(response, 401, 'requires authentication') : undefined);
  const error = await failure(verify(keystone.issue()));
  expect([error.code, httpStatusOf(error)]).toEqual(['unavailable', 503]);
  expect(keystone.logins).toBe(3);
  keystone.fault = (arrived, response) => (arrived.method === 'GET' ? sendError(response, 403, 'not authorized') : undefined);
  expect(httpStatusOf(await failure(verify(keystone.issue())))).toBe(503);
});

test('a 404 that is not of Keystone says nothing about the token', async () => {
  keystone.fault = (arrived, response) => (arrived.method === 'GET' ? response.writeHead(404).end('<html>no page here</html>') : undefined);
  expect(httpStatusOf(await failure(verifier().verify(keystone.issue())))).toBe(503);
});

test('a service token with the role makes an expired token good, for that call alone', async () => {
  const { verify } = verifier();
  const expired = keystone.issue(-5);
  keystone.roles = ['service'];
  const serviceToken = keystone.issue();
  expect(await verify(expired, { serviceToken })).toMatchObject({ identity: { user: { id: 'u1' } }, service: { roles: ['service'] } });
  expect(httpStatusOf(await failure(verify(expired)))).toBe(401);
});

test('a service token without the role changes nothing, and a wrong one is 401', async () => {
  const { verify } = verifier();
  const [good, expired, serviceToken] = [keystone.issue(), keystone.issue(-5), keystone.issue()];
  expect((await verify(good, { serviceToken })).service?.roles).toEqual(['member']);
  expect(httpStatusOf(await failure(verify(expired, { serviceToken })))).toBe(401);
  expect(httpStatusOf(await failure(verify(good, { serviceToken: 'wrong' })))).toBe(401);
});

test('the cache is bounded, and wrong tokens do not push out good ones', async () => {
  const { verify } = verifier({ cacheEntries: 3 });
  const tokens = [keystone.issue(), keystone.issue(), keystone.issue()];
  for (const token of tokens) await verify(token);
  for (let each = 0; each < 10; each += 1) await failure(verify(`wrong-${each}`));
  const before = questions();
  for (const token of tokens) await verify(token);
  expect(questions()).toBe(before);
  await verify(keystone.issue());
  await verify(tokens[0] ?? '');
  expect(questions()).toBe(before + 2);
});

test('one caller that gives up leaves the others their answer', async () => {
  const { verify } = verifier();
  const token = keystone.issue();
  await session.token();
  const stop = new AbortController();
  const [one, other] = [verify(token, { signal: stop.signal }), verify(token)];
  stop.abort(new TypeError('enough'));
  await expect(one).rejects.toThrow('enough');
  expect((await other).identity.user.id).toBe('u1');
});

test('clear forgets, and no token is seen in an error or in what is printed', async () => {
  const made = verifier();
  const token = keystone.issue();
  await made.verify(token);
  made.clear();
  keystone.fault = (arrived, response) => (arrived.method === 'GET' ? sendError(response, 418, `odd ${token}`) : undefined);
  const error = await failure(made.verify(token));
  expect(inspect([error, made, session], { depth: 10, showHidden: true })).not.toContain(token);
});
