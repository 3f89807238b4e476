import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ask, documentOf } from './harness/ask.ts';
import { Place } from './harness/place.ts';
import { api, Service } from './harness/service.ts';

let place: Place;
const services: Service[] = [];
beforeEach(() => {
  place = new Place();
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop('SIGKILL');
  place.remove();
});

function start(argv: readonly string[] = []): Service {
  const service = new Service(place, argv);
  services.push(service);
  return service;
}

const trial = (): { readonly url: string; readonly token: string } => JSON.parse(place.read('state/api-trial.json'));
const CLIENT = { client_id: 'host-1', hostname: 'host-1', description: 'a host', uuid: '' };

describe('a trial', () => {
  test('it starts, says where, and the commands of the same user find it', async () => {
    const url = await start().url();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(trial()).toMatchObject({ url, token: expect.stringMatching(/^[\w-]{43}$/) });
    expect(statSync(place.path('state/api-trial.json')).mode & 0o777).toBe(0o600);
    const { status, text } = await ask(`${url}/`);
    expect([status, JSON.parse(text)]).toEqual([300, { versions: expect.arrayContaining([expect.objectContaining({ id: 'v2' })]) }]);
    expect(await ask(`${url}/healthcheck`)).toMatchObject({ status: 200, text: 'OK' });
  });

  test('everybody here may read, and only who has the token may write', async () => {
    const url = await start().url();
    const clients = `${url}/v2/trial/clients`;
    expect(await ask(clients, { method: 'POST', body: CLIENT })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('api-trial.json') },
    });
    expect((await ask(clients, { method: 'POST', body: CLIENT, token: 'x'.repeat(43) })).status).toBe(401);
    expect(await ask(clients, { method: 'POST', body: CLIENT, token: trial().token })).toMatchObject({ status: 201 });
    const { status, text } = await ask(clients);
    expect([status, JSON.parse(text)]).toEqual([200, { clients: [expect.objectContaining({ client: expect.objectContaining({ client_id: 'host-1' }) })] }]);
    expect((await ask(clients, { token: 'wrong' })).status).toBe(401);
  });

  test('a job that failed is an alert, and stands in the metrics', async () => {
    const first = start();
    const jobs = `${await first.url()}/v2/trial/jobs`;
    const { token } = trial();
    await ask(`${await first.url()}/v2/trial/clients`, { method: 'POST', body: CLIENT, token });
    const job = { client_id: 'host-1', job_actions: [], job_schedule: { schedule_interval: '1 hours' } };
    const { job_id: id } = JSON.parse((await ask(jobs, { method: 'POST', body: job, token })).text) as { job_id: string };
    const ran = { job_schedule: { status: 'scheduled', result: 'fail', time_started: 1_700_000_000, time_ended: 1_700_000_060 } };
    expect((await ask(`${jobs}/${id}`, { method: 'PATCH', body: ran, token })).status).toBe(200);
    await first.stop();
    const second = start(['--metrics-port', '0']);
    const [, metrics = ''] = await second.until(/^metrics at (\S+)$/m);
    for (let text = ''; !/^freezer_api_alerts\{kind="\w+",severity="\w+"\} 1$/m.test(text); ) text = (await ask(metrics)).text;
    const alerts = JSON.parse((await ask(`${await second.url()}/v2/trial/alerts`)).text) as { alerts: readonly { job_id?: string }[] };
    expect(alerts.alerts.map(({ job_id }) => job_id)).toContain(id);
  });

  test('pages of others, and names that lead here, are refused', async () => {
    const url = await start().url();
    expect((await ask(`${url}/v2/trial/jobs`, { headers: { host: 'evil.example.org' } })).status).toBe(403);
    expect((await ask(`${url}/v2/trial/jobs`, { headers: { origin: 'https://evil.example.org' } })).status).toBe(403);
  });

  test('documents and token outlast a restart', async () => {
    const first = start();
    const url = await first.url();
    const { token } = trial();
    await ask(`${url}/v2/trial/clients`, { method: 'POST', body: CLIENT, token });
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    const again = await start().url();
    expect(trial()).toEqual({ url: again, token });
    expect((await ask(`${again}/v2/trial/clients/host-1`)).status).toBe(200);
  });

  test('what was answered with 201 is there after kill -9', async () => {
    const first = start();
    const url = await first.url();
    const ids: string[] = [];
    for (let round = 0; round < 20; round++) {
      const answer = await ask(`${url}/v2/trial/actions`, {
        method: 'POST',
        body: { freezer_action: { action: 'backup', backup_name: `n${round}` } },
        token: trial().token,
      });
      expect(answer.status).toBe(201);
      ids.push(String(documentOf(answer)['action_id']));
    }
    await first.stop('SIGKILL');
    const again = await start().url();
    for (const id of ids) expect((await ask(`${again}/v2/trial/actions/${id}`)).status).toBe(200);
  });
});

describe('what cannot start says why in one line', () => {
  test('a port that is taken', async () => {
    const url = await start().url();
    const port = new URL(url).port;
    expect(api(place, ['--bind-port', port, '--state-dir', place.path('other')])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`freezer-api: cannot listen on 127.0.0.1 port ${port}: another program listens there`),
    });
  });

  test('a port for metrics that is taken', async () => {
    const url = await start().url();
    expect(api(place, ['--metrics-port', new URL(url).port, '--bind-port', '0', '--state-dir', place.path('other')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('freezer-api: --metrics-port: cannot listen on 127.0.0.1 port'),
    });
  });

  test('a database that is not there is waited for, until somebody stops that', async () => {
    const service = start(['--database-connection', 'postgresql://u:hunter2@127.0.0.1:1/x']);
    await service.until(/the store is not there yet, trying again in 10 s: /);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(service.err).not.toContain('hunter2');
  });

  test('an address that others reach', () => {
    expect(api(place, ['--bind-host', '0.0.0.0'])).toEqual({
      code: 2,
      out: '',
      err: 'freezer-api: --bind-host: 0.0.0.0 with auth = none; allowed: 127.0.0.1, ::1, localhost, because anybody could write there\n',
    });
  });

  test('a state folder that cannot be made', () => {
    const file = place.write('file', '');
    expect(api(place, ['--state-dir', `${file}/state`])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^freezer-api: --state-dir: .* cannot be made \(ENOTDIR\)$/m),
    });
  });
});
