import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FakeKeystone } from '../test-support/fake-keystone.ts';
import type { TlsOptions } from './http-client.ts';
import { KeystoneSession } from './session.ts';

let folder: string;
const path = (name: string) => join(folder, name);
const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystone-tls-'));
  for (const [name, subject] of [
    ['ca', '/CN=authority'],
    ['other', '/CN=other authority'],
  ] as const)
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      subject,
      '-days',
      '2',
    );
  const sign = (name: string, address: string, days: string) => {
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
      '-addext',
      `subjectAltName=${address}`,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.pem`,
      '-days',
      days,
      '-copy_extensions',
      'copy',
    );
  };
  sign('server', 'IP:127.0.0.1', '2');
  sign('elsewhere', 'DNS:elsewhere.example', '2');
  sign('expired', 'IP:127.0.0.1', '-1');
  sign('client', 'DNS:client', '2');
});

afterAll(() => rmSync(folder, { recursive: true }));

const text = (name: string) => readFileSync(path(name), 'utf8');

async function login(server: string, tls: TlsOptions, wantsCertificate = false): Promise<string> {
  const options = { key: text(`${server}.key`), cert: text(`${server}.pem`), ...(wantsCertificate && { ca: text('ca.pem'), requestCert: true }) };
  await using keystone = await FakeKeystone.start(options);
  await using session = new KeystoneSession({
    authUrl: `https://127.0.0.1:${keystone.port}/v3`,
    credentials: { method: 'password', user: { name: 'alice' }, password: 'wonder' },
    retries: 0,
    tls,
  });
  return await session.token();
}

test('a certificate of the named authority is good; insecure takes any', async () => {
  expect(await login('server', { cacert: path('ca.pem') })).toMatch(/-of-alice$/);
  expect(await login('expired', { insecure: true })).toMatch(/-of-alice$/);
});

test.each([
  ['server', 'other.pem', /the authority of its certificate is not trusted; name it as cacert/],
  ['expired', 'ca.pem', /its certificate has expired/],
  ['elsewhere', 'ca.pem', /its certificate is for another host name/],
])('%s with %s is one line that says why', async (server, cacert, message) => {
  await expect(login(server, { cacert: path(cacert) })).rejects.toMatchObject({ code: 'invalid', retryable: false, message: expect.stringMatching(message) });
});

test('without cacert the authorities of Node count; a file that is missing is named', async () => {
  await expect(login('server', {})).rejects.toMatchObject({ code: 'invalid' });
  await expect(login('server', { cacert: path('none.pem') })).rejects.toMatchObject({
    code: 'not_found',
    message: `read cacert ${path('none.pem')}: there is no such file`,
  });
});

test('a certificate of ours is shown where it is asked for', async () => {
  expect(await login('server', { cacert: path('ca.pem'), cert: path('client.pem'), key: path('client.key') }, true)).toMatch(/-of-alice$/);
  await expect(login('server', { cacert: path('ca.pem') }, true)).rejects.toMatchObject({ message: expect.stringMatching(/^authenticate at /) });
});
