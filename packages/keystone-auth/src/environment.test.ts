import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { environmentVariables, sessionOptionsFromEnvironment } from './environment.ts';
import { Secret } from './secret.ts';

const LOGIN = { OS_AUTH_URL: 'http://k/v3', OS_USERNAME: 'alice', OS_PASSWORD: 'pw' };
const user = { name: 'alice' };

test('user, password, project and domains', () => {
  const options = sessionOptionsFromEnvironment({
    ...LOGIN,
    OS_PROJECT_NAME: 'alpha',
    OS_USER_DOMAIN_NAME: 'U',
    OS_PROJECT_DOMAIN_ID: 'p',
    OS_REGION_NAME: 'One',
    OS_ENDPOINT_TYPE: 'internalURL',
    OS_IDENTITY_API_VERSION: '3',
    OS_CACERT: '/ca',
    OS_CERT: '/cert',
    OS_KEY: '/key',
    OS_TENANT_ID: '  ',
  });
  expect(options).toEqual({
    authUrl: 'http://k/v3',
    credentials: { method: 'password', user: { name: 'alice', domain: { name: 'U' } }, password: new Secret('pw') },
    scope: { kind: 'project', name: 'alpha', domain: { id: 'p' } },
    identityVersion: '3',
    region: 'One',
    interface: 'internal',
    tls: { cacert: '/ca', cert: '/cert', key: '/key' },
  });
  expect(inspect(options, { depth: 9, showHidden: true }) + JSON.stringify(options)).not.toContain('pw');
  expect(options.credentials.method === 'password' && Secret.of(options.credentials.password).reveal()).toBe('pw');
});

test.each<[string, Record<string, string>, object]>([
  ['by project id', { OS_PROJECT_ID: 'p', OS_PROJECT_NAME: 'n' }, { scope: { kind: 'project', id: 'p' } }],
  ['by tenant', { OS_TENANT_NAME: 'n' }, { scope: { kind: 'project', name: 'n' } }],
  [
    'the project takes the domain of the user',
    { OS_PROJECT_NAME: 'n', OS_USER_DOMAIN_ID: 'd' },
    { scope: { kind: 'project', name: 'n', domain: { id: 'd' } } },
  ],
  ['the default domain', { OS_PROJECT_NAME: 'n', OS_DEFAULT_DOMAIN: 'd' }, { scope: { kind: 'project', name: 'n', domain: { id: 'd' } } }],
  ['by domain', { OS_DOMAIN_NAME: 'D' }, { scope: { kind: 'domain', name: 'D' } }],
  ['system', { OS_SYSTEM_SCOPE: 'all' }, { scope: { kind: 'system' } }],
  ['a trust wins over the project', { OS_TRUST_ID: 't', OS_PROJECT_NAME: 'n' }, { scope: { kind: 'trust', id: 't' } }],
  ['user by id', { OS_USER_ID: 'u' }, { credentials: { method: 'password', user: { id: 'u' }, password: new Secret('pw') } }],
  ['a token besides a password is not used', { OS_TOKEN: 't' }, { credentials: { method: 'password', user, password: new Secret('pw') } }],
  [
    'a token, when it is asked for',
    { OS_TOKEN: 't', OS_AUTH_TYPE: 'v3token' },
    { credentials: { method: 'token', token: new Secret('t') }, identityVersion: '3' },
  ],
  [
    'an application credential, without the scope',
    { OS_APPLICATION_CREDENTIAL_ID: 'a', OS_APPLICATION_CREDENTIAL_SECRET: 's', OS_PROJECT_ID: 'p' },
    { credentials: { method: 'application_credential', id: 'a', secret: new Secret('s') } },
  ],
  [
    'an application credential by name',
    { OS_AUTH_TYPE: 'v3applicationcredential', OS_APPLICATION_CREDENTIAL_NAME: 'a', OS_APPLICATION_CREDENTIAL_SECRET: 's' },
    { credentials: { method: 'application_credential', name: 'a', user, secret: new Secret('s') }, identityVersion: '3' },
  ],
  ['the old version', { OS_AUTH_VERSION: '2.0' }, { identityVersion: '2.0' }],
  ['insecure', { OS_INSECURE: 'True' }, { tls: { insecure: true } }],
  ['secure', { OS_INSECURE: '0' }, { tls: {} }],
])('%s', (_name, more, expected) => {
  const options = sessionOptionsFromEnvironment({ ...LOGIN, ...more });
  expect(options).toMatchObject(expected);
  if ('OS_APPLICATION_CREDENTIAL_SECRET' in more) expect(options).not.toHaveProperty('scope');
});

test('a token alone needs no user', () => {
  expect(sessionOptionsFromEnvironment({ OS_AUTH_URL: 'http://k', OS_AUTH_TOKEN: 't' }).credentials).toEqual({ method: 'token', token: new Secret('t') });
});

test.each<[Record<string, string>, string]>([
  [{ OS_USERNAME: 'a' }, 'OS_AUTH_URL is missing'],
  [{ OS_AUTH_URL: 'http://k' }, 'OS_USERNAME or OS_USER_ID is missing'],
  [{ OS_AUTH_URL: 'http://k', OS_USERNAME: 'a' }, 'OS_PASSWORD is missing'],
  [{ ...LOGIN, OS_AUTH_TYPE: 'token' }, 'OS_TOKEN is missing'],
  [{ ...LOGIN, OS_APPLICATION_CREDENTIAL_SECRET: 's3' }, 'OS_APPLICATION_CREDENTIAL_ID or OS_APPLICATION_CREDENTIAL_NAME is missing'],
  [{ ...LOGIN, OS_INSECURE: 'secretword' }, 'OS_INSECURE is neither true nor false; allowed: true, false, yes, no, 1, 0'],
  [{ ...LOGIN, OS_ENDPOINT_TYPE: 'secretword' }, 'OS_ENDPOINT_TYPE names no interface; allowed: public, internal, admin'],
  [{ ...LOGIN, OS_SYSTEM_SCOPE: 'all', OS_PROJECT_NAME: 'p' }, 'OS_SYSTEM_SCOPE and OS_PROJECT_NAME are two scopes at once; allowed: one of them'],
  [{ ...LOGIN, OS_SYSTEM_SCOPE: 'some' }, 'OS_SYSTEM_SCOPE has a value that is not known; allowed: all'],
])('%j is refused by the name of the variable', (variables, message) => {
  expect(() => sessionOptionsFromEnvironment(variables)).toThrow(expect.objectContaining({ code: 'invalid', message }));
});

test('methods and versions that are not spoken are named, with those that are', () => {
  expect(() => sessionOptionsFromEnvironment({ ...LOGIN, OS_AUTH_TYPE: 'v3oidcpassword' })).toThrow(
    /^OS_AUTH_TYPE names a method that is not supported; allowed: password/,
  );
  expect(() => sessionOptionsFromEnvironment({ ...LOGIN, OS_IDENTITY_API_VERSION: '4' })).toThrow(
    /^OS_IDENTITY_API_VERSION is a version that is not supported/,
  );
});

test('the list of variables has what is read', () => {
  const asked = new Set<string>();
  const watched = new Proxy<Record<string, string>>(
    { ...LOGIN, OS_APPLICATION_CREDENTIAL_SECRET: 's', OS_APPLICATION_CREDENTIAL_NAME: 'n' },
    {
      getOwnPropertyDescriptor: (target, name) => {
        asked.add(String(name));
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
    },
  );
  sessionOptionsFromEnvironment(watched);
  expect([...asked].filter((name) => name !== 'OS_VERIFY' && !environmentVariables.includes(name))).toEqual([]);
});
