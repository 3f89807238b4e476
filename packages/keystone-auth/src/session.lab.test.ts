import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sessionOptionsFromEnvironment } from './environment.ts';
import { readOpenrc } from './openrc.ts';
import { KeystoneSession } from './session.ts';
import type { SessionOptions } from './session-options.ts';
import { createTokenVerifier } from './token-verifier.ts';

const SCRIPT = fileURLToPath(new URL('../../../tools/lab/keystone.sh', import.meta.url));
let folder: string;
let admin: SessionOptions;
const opened: KeystoneSession[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keystone-lab-'));
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  execFileSync(SCRIPT, ['start', folder], { env: { KEYSTONE_PORT: String(port) }, stdio: ['ignore', 'ignore', 'inherit'] });
  admin = sessionOptionsFromEnvironment((await readOpenrc(join(folder, 'admin.rc'))).variables);
}, 180_000);

afterEach(async () => {
  for (const session of opened.splice(0)) await session.close();
});

afterAll(() => {
  execFileSync(SCRIPT, ['stop', folder]);
  rmSync(folder, { recursive: true });
});

function open(more: Partial<SessionOptions>, scope: SessionOptions['scope'] = admin.scope): KeystoneSession {
  const { scope: _scope, ...rest } = admin;
  const session = new KeystoneSession({ ...rest, ...(scope && { scope }), ...more });
  opened.push(session);
  return session;
}

/** Asks the Identity API by other means than the code under test. */
async function ask(
  method: string,
  path: string,
  token: string,
  body?: object,
): Promise<{ readonly status: number; readonly document: Record<string, { id: string }> }> {
  const answer = await fetch(`${admin.authUrl}${path}`, {
    method,
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, document: text === '' ? {} : (JSON.parse(text) as Record<string, { id: string }>) };
}

test('password: project by name, domain, system, unscoped; roles, catalog, version by asking', async () => {
  const session = open({ authUrl: admin.authUrl.replace('/v3', '') });
  expect(await session.identity()).toMatchObject({ user: { name: 'admin', domain: { id: 'default' } }, project: { name: 'admin' }, isSystem: false });
  expect((await session.identity()).roles).toContain('admin');
  expect(await session.endpoint({ type: 'identity', version: '3' })).toBe(admin.authUrl);
  await expect(session.endpoint({ type: 'object-store' })).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('it has identity') });
  expect(await open({}, { kind: 'system' }).identity()).toMatchObject({ isSystem: true });
  const unscoped = await open({}, { kind: 'unscoped' }).identity();
  expect([unscoped.project, unscoped.roles, unscoped.catalog]).toEqual([undefined, [], []]);
  await expect(open({}, { kind: 'domain', name: 'Default' }).token()).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a wrong password, a project that is not there: one line each', async () => {
  const { credentials } = admin;
  if (credentials.method !== 'password') throw new TypeError('the file of the lab has a password');
  await expect(open({ credentials: { ...credentials, password: 'wrong-secret' } }).token()).rejects.toMatchObject({
    code: 'unauthenticated',
    message: `authenticate at ${admin.authUrl}/auth/tokens: status 401: The request you have made requires authentication.`,
  });
  await expect(open({}, { kind: 'project', name: 'nowhere' }).token()).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a token, an application credential by id and by name, a trust', async () => {
  const session = open({});
  const [token, { user, project }] = [await session.token(), await session.identity()];
  if (project === undefined) throw new TypeError('the admin of the lab has a project');
  expect((await open({ credentials: { method: 'token', token } }).identity()).project?.name).toBe('admin');

  const made = await ask('POST', `/users/${user.id}/application_credentials`, token, { application_credential: { name: 'app', secret: 'app-secret' } });
  expect(made.status).toBe(201);
  const secret = 'app-secret';
  const { scope: _scope, ...unscoped } = admin;
  const id = made.document['application_credential']?.id ?? '';
  for (const credentials of [
    { method: 'application_credential', id, secret },
    { method: 'application_credential', name: 'app', user: { id: user.id }, secret },
  ] as const) {
    await using application = new KeystoneSession({ ...unscoped, credentials });
    expect(await application.identity()).toMatchObject({ project: { name: 'admin' }, applicationCredential: { id, isRestricted: true } });
  }

  const trustee = await ask('POST', '/users', token, { user: { name: 'trustee', password: 'tp', domain_id: 'default' } });
  const trust = await ask('POST', '/OS-TRUST/trusts', token, {
    trust: {
      trustor_user_id: user.id,
      trustee_user_id: trustee.document['user']?.id,
      project_id: project.id,
      impersonation: false,
      roles: [{ name: 'member' }],
    },
  });
  expect(trust.status).toBe(201);
  const byTrust = open(
    { credentials: { method: 'password', user: { name: 'trustee' }, password: 'tp' } },
    { kind: 'trust', id: trust.document['trust']?.id ?? '' },
  );
  expect(await byTrust.identity()).toMatchObject({ user: { name: 'trustee' }, project: { id: project.id }, trust: { trustorUserId: user.id } });
});

test('tokens of others are verified; a revoked one is renewed by its owner and refused by the verifier', async () => {
  const [owner, service] = [open({}), open({})];
  const verifier = createTokenVerifier({ session: service });
  const token = await owner.token();
  expect((await verifier.verify(token)).identity).toMatchObject({ user: { name: 'admin' }, project: { name: 'admin' } });
  expect((await ask('GET', '/projects', token)).status).toBe(200);
  const revoked = await fetch(`${admin.authUrl}/auth/tokens`, {
    method: 'DELETE',
    headers: { 'x-auth-token': await service.token(), 'x-subject-token': token },
  });
  expect(revoked.status).toBe(204);
  verifier.clear();
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  const call = async (each: string) => (await ask('GET', '/projects', each)).status;
  expect(await owner.withToken(call, (status) => status === 401)).toBe(200);
  expect(await owner.token()).not.toBe(token);
});

test('when all tokens of a user were revoked, the one that is renewed in the same second is good', async () => {
  const service = open({});
  const [administrator, { project }] = [await service.token(), await service.identity()];
  const made = await ask('POST', '/users', administrator, { user: { name: 'revoked', password: 'rp', domain_id: 'default' } });
  const id = made.document['user']?.id ?? '';
  const roles = (await (await fetch(`${admin.authUrl}/roles?name=member`, { headers: { 'x-auth-token': administrator } })).json()) as {
    roles: { id: string }[];
  };
  expect(await ask('PUT', `/projects/${project?.id}/users/${id}/roles/${roles.roles[0]?.id}`, administrator)).toMatchObject({ status: 204 });
  const owner = open({ credentials: { method: 'password', user: { id }, password: 'rp' } });
  await owner.token();
  await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
  for (const enabled of [false, true]) expect(await ask('PATCH', `/users/${id}`, administrator, { user: { enabled } })).toMatchObject({ status: 200 });
  const call = async (token: string) => (await ask('GET', '/auth/projects', token)).status;
  expect(await owner.withToken(call, (status) => status === 401)).toBe(200);
});
