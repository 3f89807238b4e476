import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ask } from './harness/ask.ts';
import { Place } from './harness/place.ts';
import { Service } from './harness/service.ts';

let place: Place;
const services: Service[] = [];
beforeEach(() => {
  place = new Place();
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop('SIGKILL');
  place.remove();
});

function start(argv: readonly string[], conf = ''): Service {
  const file = place.write('api.conf', `[paste_deploy]\nconfig_file =\n[DEFAULT]\nauth = none\n${conf}`);
  const service = new Service(place, ['--config-file', file, ...argv]);
  services.push(service);
  return service;
}

const token = (): string => (JSON.parse(place.read('state/api-trial.json')) as { token: string }).token;
const ACTION = { freezer_action: { action: 'backup', backup_name: 'n' } };
const actions = (url: string): string => `${url}/v2/trial/actions`;
const childrenOf = (pid: number | undefined): string[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);

describe('several workers', () => {
  test('answer on one port, count together, and one that dies is replaced', async () => {
    const service = start(['--workers', '2', '--metrics-port', '0']);
    const url = await service.url();
    const [, metrics = ''] = await service.until(/^metrics at (\S+)$/m);
    for (let round = 0; round < 10; round++) expect((await ask(actions(url), { method: 'POST', token: token(), body: ACTION })).status).toBe(201);
    const counted = /^freezer_api_requests_total\{method="POST",route="\/v2\/:project\/actions",status="201"\} 10$/m;
    expect((await ask(metrics)).text).toMatch(counted);
    const [first = ''] = childrenOf(service.child.pid);
    process.kill(Number(first), 'SIGKILL');
    await service.until(/worker \d+ ended with SIGKILL; another one is started/);
    for (let round = 0; round < 10; round++) expect((await ask(actions(url))).status).toBe(200);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  test('a limit counts for all of them', async () => {
    const service = start(['--workers', '2'], '[rate_limit]\nrequests_per_minute = 1\nburst = 5\n');
    const url = await service.url();
    const statuses: number[] = [];
    for (let round = 0; round < 8; round++) statuses.push((await ask(actions(url))).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    expect(await ask(actions(url))).toMatchObject({ status: 429, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } });
    expect((await ask(`${url}/v2/other/actions`)).status).toBe(200);
    expect((await ask(`${url}/healthcheck`)).status).toBe(200);
  });

  test('none of them is left when the first process is killed', async () => {
    const service = start(['--workers', '2']);
    const url = await service.url();
    const children = childrenOf(service.child.pid);
    expect(children).toHaveLength(2);
    await service.stop('SIGKILL');
    const gone = async (): Promise<boolean> => (await ask(`${url}/healthcheck`).catch(() => undefined)) === undefined;
    for (let tries = 0; tries < 500 && !(await gone()); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await gone()).toBe(true);
  });

  test('wrong settings of a worker end the service', async () => {
    const service = start(['--workers', '2', '--ssl-cert-file', '/no/such', '--ssl-key-file', '/no/such']);
    expect(await service.ended).toEqual({ code: 2, signal: null });
    expect(service.err).toContain('[ssl] cert_file: /no/such cannot be read (ENOENT)');
  });
});

describe('a stop', () => {
  // `timeout` of coreutils sends its signal to the process and to the group of it.
  test.each([1, 2])('lets requests that have begun come to their end, and takes no more; the signal comes %i times', async (times) => {
    const service = start([]);
    const url = new URL(await service.url());
    const body = JSON.stringify(ACTION);
    const answered = new Promise<number>((resolve, reject) => {
      const call = request(actions(url.origin), { method: 'POST', headers: { 'x-auth-token': token(), 'content-length': body.length } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      call.once('error', reject);
      call.write(body.slice(0, 10));
      void service.until(/SIGTERM: stopping/).then(() => {
        if (times > 1) service.child.kill('SIGTERM');
        setTimeout(() => call.end(body.slice(10)), 200);
      });
    });
    // The request is there once its first bytes are.
    await new Promise((resolve) => setTimeout(resolve, 200));
    service.child.kill('SIGTERM');
    expect(await answered).toBe(201);
    expect(await service.ended).toEqual({ code: 0, signal: null });
  });

  test('does not wait for a store that is not there', async () => {
    const store = '[storage]\nbackend = elasticsearch\n[elasticsearch]\nhosts = http://127.0.0.1:1\n';
    const service = start(['--config-file', place.write('away.conf', `[DEFAULT]\nauth = none\nodd = 1\n[paste_deploy]\nconfig_file =\n${store}`)]);
    // It begins to ask once it has told what is wrong with its settings.
    await service.until(/unknown key odd is ignored/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const begun = performance.now();
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test('does not wait for callers that only keep their connection', async () => {
    const service = start([]);
    const url = new URL(await service.url());
    const socket = connect(Number(url.port), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    expect(await service.stop('SIGINT')).toEqual({ code: 0, signal: null });
    socket.destroy();
  });
});

describe('TLS', () => {
  function certificate(name: string): void {
    const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
    execFileSync('openssl', [...argv, '-keyout', place.path('key.pem'), '-out', place.path('cert.pem')], { stdio: 'ignore' });
  }

  const isTls = (socket: Socket): socket is TLSSocket => 'getPeerCertificate' in socket;

  const nameOf = (url: string, own: { readonly cert?: Buffer; readonly key?: Buffer } = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const call = tlsRequest(`${url}/healthcheck`, { rejectUnauthorized: false, agent: false, ...own }, (answer) => {
        const { socket } = answer;
        resolve(isTls(socket) ? String(socket.getPeerCertificate().subject.CN) : '');
        answer.resume();
      });
      call.once('error', reject);
      call.end();
    });

  test('serves HTTPS, and SIGHUP takes a renewed certificate', async () => {
    certificate('one.example.org');
    const service = start(['--ssl-cert-file', place.path('cert.pem'), '--ssl-key-file', place.path('key.pem')]);
    const url = await service.url();
    expect(url).toMatch(/^https:/);
    expect(await nameOf(url)).toBe('one.example.org');
    certificate('two.example.org');
    service.child.kill('SIGHUP');
    await service.until(/SIGHUP: the level of the log/);
    expect(await nameOf(url)).toBe('two.example.org');
  });

  test('with ca_file only callers with a certificate of its authority are heard', async () => {
    certificate('one.example.org');
    const cert = place.path('cert.pem');
    const key = place.path('key.pem');
    const url = await start(['--ssl-cert-file', cert, '--ssl-key-file', key, '--ssl-ca-file', cert]).url();
    await expect(nameOf(url)).rejects.toMatchObject({ code: expect.stringMatching(/CERTIFICATE_REQUIRED|ECONNRESET|EPIPE/) });
    expect(await nameOf(url, { cert: readFileSync(cert), key: readFileSync(key) })).toBe('one.example.org');
  });
});

describe('what is written down', () => {
  test('an access log of its own goes on after it was moved away', async () => {
    const log = place.path('access.log');
    const service = start(['--access-log', log]);
    const url = await service.url();
    await ask(`${url}/healthcheck`);
    // It is written after the answer.
    while (readFileSync(log).length === 0) await sleep(20);
    execFileSync('mv', [log, `${log}.1`]);
    await ask(`${url}/v2/trial/jobs?limit=1`);
    await service.stop();
    expect(readFileSync(`${log}.1`, 'utf8')).toMatch(/^127\.0\.0\.1 - - \[\S+\] "GET \/healthcheck HTTP\/1\.1" 200 /);
    expect(readFileSync(log, 'utf8')).toMatch(/^127\.0\.0\.1 - - \[\S+\] "GET \/v2\/trial\/jobs\?limit=1 HTTP\/1\.1" 200 \d+ "-" "-" \d+\.\d{4} req-\S+\n$/);
  });

  test('no token stands in the log', async () => {
    const service = start(['--debug']);
    const url = await service.url();
    await ask(actions(url), { method: 'POST', token: token(), body: ACTION });
    await ask(actions(url), { token: 'not-good-but-secret' });
    await service.stop();
    expect(service.err).toContain('POST /v2/trial/actions');
    expect(service.err + service.out).not.toContain(token());
    expect(service.err + service.out).not.toContain('not-good-but-secret');
  });

  test('the health says when it is disabled by a file', async () => {
    const file = place.path('disable');
    const url = await start([], `[healthcheck]\nbackends = disable_by_file, store\ndisable_by_file_path = ${file}\n`).url();
    expect((await ask(`${url}/healthcheck`)).status).toBe(200);
    place.write('disable', '');
    expect(await ask(`${url}/healthcheck`)).toMatchObject({ status: 503, text: 'DISABLED BY FILE' });
  });

  test('SIGHUP takes a new policy, and keeps the old one when it is wrong', async () => {
    const policy = place.write('policy.yaml', '');
    const service = start([]);
    const url = await service.url();
    expect((await ask(actions(url))).status).toBe(200);
    place.write('policy.yaml', '"actions:get_all": "role:nobody"\n');
    service.child.kill('SIGHUP');
    await service.until(/SIGHUP: the level of the log/);
    expect((await ask(actions(url))).status).toBe(403);
    place.write('policy.yaml', '"actions:get_all": "rule:nothing"\n');
    service.child.kill('SIGHUP');
    await service.until(/SIGHUP: nothing was changed/);
    expect((await ask(actions(url))).status).toBe(403);
    expect(policy).toContain('policy.yaml');
  });
});
