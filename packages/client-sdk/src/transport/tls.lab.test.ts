import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FreezerClient } from '../client.ts';
import { createNodeTransport, type NodeTransportOptions } from './node-transport.ts';

// Certificates of openssl, as a cloud with an authority of its own has them.
let folder: string;
let server: Server;

const path = (name: string) => join(folder, name);
const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-sdk-tls-'));
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Lab authority', '-keyout', 'ca.key', '-out', 'ca.pem');
  for (const name of ['server', 'client']) {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
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
      '-days',
      '2',
      '-copy_extensions',
      'copy',
      '-out',
      `${name}.pem`,
    );
  }
  const read = (name: string) => readFileSync(path(name));
  const options = { key: read('server.key'), cert: read('server.pem'), ca: read('ca.pem'), requestCert: true, rejectUnauthorized: false };
  server = createServer(options, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    request.resume();
    response.end(JSON.stringify({ jobs: [{ job_id: subject?.CN ?? 'nobody' }] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function list(options: NodeTransportOptions, host = 'localhost'): Promise<string> {
  const endpoint = `https://${host}:${(server.address() as AddressInfo).port}`;
  await using client = new FreezerClient({ endpoint, project: 'p1', transport: createNodeTransport(options) });
  const [job] = await client.jobs.list({ filters: { a: 'b' } });
  return String(job?.job_id);
}

test('an authority that is not known is refused at once, by its reason', async () => {
  await expect(list({})).rejects.toMatchObject({
    code: 'invalid',
    retryable: false,
    message: expect.stringMatching(/the authority of its certificate is not trusted; name it as cacert/),
  });
});

test('one that is named is trusted, for its host names only', async () => {
  expect(await list({ cacert: path('ca.pem') })).toBe('nobody');
  await expect(list({ cacert: path('ca.pem') }, '127.0.0.1')).rejects.toMatchObject({
    message: expect.stringMatching(/its certificate is for another host name/),
  });
});

test('insecure trusts all; our own certificate is shown', async () => {
  expect(await list({ insecure: true }, '127.0.0.1')).toBe('nobody');
  expect(await list({ cacert: path('ca.pem'), cert: path('client.pem'), key: path('client.key') })).toBe('client');
});
