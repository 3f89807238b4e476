import { expect, test } from '@jest/globals';
import type { Credentials, Scope } from './credentials.ts';
import { authBodyV2 } from './identity-v2.ts';
import { authBodyV3, identityFromV3 } from './identity-v3.ts';

const alice: Credentials = { method: 'password', user: { name: 'alice' }, password: 'pw' };
const password = (user: object) => ({ methods: ['password'], password: { user } });

test.each<[string, Credentials, object]>([
  ['password by name, in the default domain', alice, password({ name: 'alice', domain: { id: 'default' }, password: 'pw' })],
  [
    'password by name and domain',
    { ...alice, user: { name: 'alice', domain: { name: 'D' } } },
    password({ name: 'alice', domain: { name: 'D' }, password: 'pw' }),
  ],
  ['password by id', { ...alice, user: { id: 'u' } }, password({ id: 'u', password: 'pw' })],
  ['token', { method: 'token', token: 't' }, { methods: ['token'], token: { id: 't' } }],
  [
    'application credential by id',
    { method: 'application_credential', id: 'a', secret: 's' },
    { methods: ['application_credential'], application_credential: { id: 'a', secret: 's' } },
  ],
  [
    'application credential by name',
    { method: 'application_credential', name: 'n', user: { id: 'u' }, secret: 's' },
    { methods: ['application_credential'], application_credential: { name: 'n', user: { id: 'u' }, secret: 's' } },
  ],
])('v3 body: %s', (_name, credentials, identity) => {
  expect(authBodyV3(credentials, undefined)).toEqual({ auth: { identity } });
});

test.each<[string, Scope, unknown]>([
  ['project by id', { kind: 'project', id: 'p' }, { project: { id: 'p' } }],
  ['project by name, in the default domain', { kind: 'project', name: 'n' }, { project: { name: 'n', domain: { id: 'default' } } }],
  ['project by name and domain', { kind: 'project', name: 'n', domain: { name: 'D' } }, { project: { name: 'n', domain: { name: 'D' } } }],
  ['domain by id', { kind: 'domain', id: 'd' }, { domain: { id: 'd' } }],
  ['domain by name', { kind: 'domain', name: 'D' }, { domain: { name: 'D' } }],
  ['system', { kind: 'system' }, { system: { all: true } }],
  ['trust', { kind: 'trust', id: 't' }, { 'OS-TRUST:trust': { id: 't' } }],
  ['unscoped', { kind: 'unscoped' }, 'unscoped'],
])('v3 scope: %s', (_name, scope, expected) => {
  expect(authBodyV3(alice, scope)).toMatchObject({ auth: { scope: expected } });
});

test('an application credential takes no scope', () => {
  expect(() => authBodyV3({ method: 'application_credential', id: 'a', secret: 's' }, { kind: 'system' })).toThrow(
    expect.objectContaining({ code: 'invalid' }),
  );
});

test.each<[string, Credentials, Scope | undefined, object]>([
  ['by names', alice, { kind: 'project', name: 'n' }, { passwordCredentials: { username: 'alice', password: 'pw' }, tenantName: 'n' }],
  ['by ids', { ...alice, user: { id: 'u' } }, { kind: 'project', id: 'p' }, { passwordCredentials: { userId: 'u', password: 'pw' }, tenantId: 'p' }],
  ['token and trust', { method: 'token', token: 't' }, { kind: 'trust', id: 'x' }, { token: { id: 't' }, trust_id: 'x' }],
  ['unscoped', { method: 'token', token: 't' }, { kind: 'unscoped' }, { token: { id: 't' } }],
])('v2.0 body: %s', (_name, credentials, scope, expected) => {
  expect(authBodyV2(credentials, scope)).toEqual({ auth: expected });
});

test.each<[Credentials, Scope | undefined]>([
  [{ method: 'application_credential', id: 'a', secret: 's' }, undefined],
  [alice, { kind: 'system' }],
  [alice, { kind: 'domain', id: 'd' }],
])('v2.0 refuses what came later', (credentials, scope) => {
  expect(() => authBodyV2(credentials, scope)).toThrow(expect.objectContaining({ code: 'unsupported' }));
});

const user = { id: 'u', name: 'alice', domain: { id: 'default', name: 'Default' } };

test('a v3 document with everything, and one with the least', () => {
  const token = {
    user: { ...user, password_expires_at: null },
    system: { all: true },
    roles: [{ id: '1', name: 'admin' }],
    methods: ['token', 'password'],
    issued_at: '2026-11-21T10:00:00.000000Z',
    expires_at: '2026-11-21T11:00:00.000000Z',
    'OS-TRUST:trust': { id: 't', impersonation: false, trustor_user: { id: 'a' }, trustee_user: { id: 'b' } },
    application_credential: { id: 'c', name: 'n', restricted: false },
    catalog: [
      {
        type: 'x',
        id: '1',
        endpoints: [
          { interface: 'public', url: 'http://x', region: 'R', region_id: null },
          { interface: 'odd', url: 'http://y' },
          { interface: 'admin', url: null },
        ],
      },
    ],
  };
  expect(identityFromV3({ token })).toEqual({
    user,
    isSystem: true,
    roles: ['admin'],
    methods: ['token', 'password'],
    issuedAt: Date.UTC(2026, 10, 21, 10) / 1000,
    expiresAt: Date.UTC(2026, 10, 21, 11) / 1000,
    trust: { id: 't', trustorUserId: 'a', trusteeUserId: 'b' },
    applicationCredential: { id: 'c', isRestricted: false },
    catalog: [{ type: 'x', name: '', endpoints: [{ interface: 'public', region: 'R', url: 'http://x' }] }],
  });
  const least = identityFromV3({ token: { user: { id: 'u', name: 'alice' }, expires_at: '1970-01-01T00:00:09Z' } });
  expect(least).toEqual({ user: { id: 'u', name: 'alice' }, isSystem: false, roles: [], methods: [], expiresAt: 9, catalog: [] });
});

test.each([null, [], 'x', {}, { token: {} }, { token: { user, expires_at: 'never' } }])('%j is no token document', (document) => {
  expect(identityFromV3(document)).toBeUndefined();
});
