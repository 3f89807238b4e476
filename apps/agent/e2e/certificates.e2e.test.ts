import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourArguments, ourEnvironment } from './harness/our-agent.ts';
import { runProgram } from './harness/run-program.ts';
import { TlsFront } from './harness/tls-front.ts';

jest.setTimeout(60_000);

const SECRET = 'hunter2 hunter2';

let lab: Lab;
/** Says in clear text that Swift is behind the port that it is asked for: `/PORT/v3/...`. */
let keystone: Server;
const fronts = new Map<string, TlsFront>();
beforeAll(async () => {
  lab = await Lab.open();
  await writeFile(join(lab.source, 'file'), 'content');
  keystone = createServer((request, response) => {
    const [, port] = request.url?.split('/') ?? [];
    const endpoints = [{ interface: 'public', region: 'RegionOne', region_id: 'RegionOne', url: `https://127.0.0.1:${port}/v1/AUTH_x` }];
    const catalog = [{ type: 'object-store', name: 'swift', endpoints }];
    const user = { id: 'u', name: 'alice', domain: { id: 'default', name: 'Default' } };
    const token = { methods: ['password'], expires_at: '2099-01-01T00:00:00.000000Z', issued_at: '2026-01-01T00:00:00.000000Z', user, catalog };
    request.resume();
    response.writeHead(201, { 'content-type': 'application/json', 'x-subject-token': 'token' }).end(JSON.stringify({ token }));
  }).listen(0, '127.0.0.1');
  await once(keystone, 'listening');
  const target = portOf(keystone);
  for (const [name, certificate] of Object.entries({ expired: { days: -1 }, elsewhere: { address: '127.0.0.2' } })) {
    const folder = join(lab.root, name);
    await mkdir(folder);
    fronts.set(name, await TlsFront.start(folder, target, certificate));
  }
});
afterAll(async () => {
  for (const front of fronts.values()) await front[Symbol.asyncDispose]();
  keystone.closeAllConnections();
  await new Promise((resolve) => keystone.close(resolve));
  await lab.close();
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const swift = (authUrl: string) => (cacert: string) => ({
  options: ['--storage', 'swift', '-C', 'container', '--os-cacert', cacert],
  environment: {
    OS_AUTH_URL: authUrl,
    OS_USERNAME: 'alice',
    OS_PASSWORD: SECRET,
    OS_PROJECT_NAME: 'alpha',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
  },
});

/** How a storage is reached at a port, and what environment that takes. */
const WAYS: Readonly<
  Record<string, (port: number, cacert: string) => { readonly options: readonly string[]; readonly environment: Readonly<Record<string, string>> }>
> = {
  Keystone: (port, cacert) => swift(`https://127.0.0.1:${port}/v3`)(cacert),
  'Swift, of which Keystone tells in clear text': (port, cacert) => swift(`http://127.0.0.1:${portOf(keystone)}/${port}/v3`)(cacert),
  'Swift with TempAuth': (port, cacert) => swift(`https://127.0.0.1:${port}/auth/v1.0`)(cacert),
  S3: (port, cacert) => ({
    options: ['--storage', 's3', '-C', 'bucket', '--s3-cacert', cacert],
    environment: { ENDPOINT: `https://127.0.0.1:${port}`, ACCESS_KEY: 'alice', SECRET_KEY: SECRET },
  }),
  FTPS: (port, cacert) => ({
    options: [
      '--storage',
      'ftps',
      '--ftp-tls',
      'implicit',
      '--ftp-host',
      '127.0.0.1',
      '--ftp-port',
      `${port}`,
      '--ftp-username',
      'alice',
      '--ftp-cacert',
      cacert,
    ],
    environment: { FTP_PASSWORD: SECRET },
  }),
};

describe.each([
  ['expired', /certificate.* has expired/],
  ['elsewhere', /certificate.*( is for another host name|does not match certificate's altnames)/],
])('a certificate that is of no use (%s) is one line, exit 1, without the password', (name, reason) => {
  it.each(Object.keys(WAYS))('%s', async (way) => {
    const front = fronts.get(name);
    const { options, environment } = WAYS[way]?.(front?.port ?? 0, front?.certificate ?? '') ?? { options: [], environment: {} };
    const words = ourArguments(lab, 'backup', ['-F', lab.source, ...options]);
    const { code, stdout, stderr } = await runProgram(process.execPath, words, { cwd: lab.root, env: { ...ourEnvironment(lab), ...environment } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^Critical Error: [^\n]+\n$/) });
    expect(stderr).toMatch(reason);
    for (const text of [stdout, stderr, await readFile(join(lab.root, 'ours.log'), 'utf8')]) {
      expect(text).not.toContain('hunter2');
      expect(text).not.toMatch(/\n\s+at /);
    }
  });
});
