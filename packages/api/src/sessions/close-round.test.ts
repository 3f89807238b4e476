import { expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';

const P = '/v2/project-alpha';
const HOLD_OFF = 30;
const POLL = 60;

it('A13: a member that dies at work leaves no session running for ever, and is heard when it comes back', async () => {
  await using bench = await ApiBench.open();
  const call = async (method: string, path: string, body?: object, instance?: string) =>
    (await bench.call(method, P + path, { as: 'alpha', ...(body && { body }), ...(instance !== undefined && { headers: { 'x-freezer-instance': instance } }) }))
      .body as Record<string, string>;
  const { session_id: session = '' } = await call('POST', '/sessions', { description: 's', hold_off: HOLD_OFF, schedule: {} });
  const member = async (name: string): Promise<string> => {
    await call('POST', '/clients', { client_id: name, hostname: name, instance_uuid: name, poll_interval: POLL });
    const job = { client_id: name, description: name, job_actions: [{ freezer_action: { action: 'backup' } }], job_schedule: {} };
    const { job_id: id = '' } = await call('POST', '/jobs', job);
    await call('PUT', `/sessions/${session}/jobs/${id}`);
    return id;
  };
  const [alive, dead] = [await member('alive'), await member('dead')];
  const tell = (what: 'start' | 'end', id: string, tag: number) =>
    call('POST', `/sessions/${session}/action`, { [what]: { job_id: id, current_tag: tag, ...(what === 'end' && { result: 'success' }) } });
  const shown = async (): Promise<object> => (await bench.call('GET', `${P}/sessions/${session}`, { as: 'alpha' })).body as object;
  for (const id of [alive, dead]) await tell('start', id, 0);
  await tell('end', alive, 1);
  const begun = bench.now;
  bench.now = begun + 2 * POLL * 1000;
  expect(await shown()).toMatchObject({ status: 'running', result: '' });
  bench.now = begun + 4 * POLL * 1000;
  expect(await shown()).toMatchObject({ status: 'completed', result: 'fail', missing: [dead] });
  await tell('end', dead, 1);
  expect(await shown()).toMatchObject({ status: 'completed', result: 'success', missing: [] });
});

it('after a start of the server nobody is gone who had no time to be heard', async () => {
  const hour = 3_600_000;
  await using before = await ApiBench.open();
  const call = async (bench: ApiBench, method: string, path: string, body?: object) =>
    (await bench.call(method, P + path, { as: 'alpha', ...(body && { body }) })).body as Record<string, string>;
  const { session_id: session = '' } = await call(before, 'POST', '/sessions', { description: 's', hold_off: HOLD_OFF, schedule: {} });
  await call(before, 'POST', '/clients', { client_id: 'host', hostname: 'host', instance_uuid: 'host', poll_interval: POLL });
  const job = { client_id: 'host', description: 'job', job_actions: [{ freezer_action: { action: 'backup' } }], job_schedule: {} };
  const { job_id: id = '' } = await call(before, 'POST', '/jobs', job);
  await call(before, 'PUT', `/sessions/${session}/jobs/${id}`);
  await call(before, 'POST', `/sessions/${session}/action`, { start: { job_id: id, current_tag: 0 } });
  let now = before.now + hour;
  await using after = await ApiBench.open({ store: before.store, now: () => now });
  expect(await call(after, 'GET', `/sessions/${session}`)).toMatchObject({ status: 'running' });
  now += 4 * POLL * 1000;
  expect(await call(after, 'GET', `/sessions/${session}`)).toMatchObject({ status: 'completed', result: 'fail', missing: [id] });
});

it('two users of version 1 with one id see each his own round closed', async () => {
  await using bench = await ApiBench.open();
  const call = async (as: string, method: string, path: string, body?: object) =>
    (await bench.call(method, `/v1${path}`, { as, ...(body && { body }) })).body as Record<string, string>;
  const begin = async (as: string): Promise<string> => {
    await call(as, 'POST', '/sessions/nightly', { description: `of ${as}`, session_tag: 0, hold_off: HOLD_OFF, schedule: {} });
    const ids: string[] = [];
    for (const name of ['one', 'two']) {
      const job = { client_id: name, description: name, job_actions: [{ freezer_action: { action: 'backup' } }], job_schedule: {} };
      const { job_id: id = '' } = await call(as, 'POST', '/jobs', job);
      await call(as, 'PUT', `/sessions/nightly/jobs/${id}`);
      ids.push(id);
    }
    return ids[0] ?? '';
  };
  await begin('alpha');
  const first = await begin('alpha2');
  await call('alpha2', 'POST', '/sessions/nightly/action', { start: { job_id: first, current_tag: 0 } });
  await call('alpha2', 'POST', '/sessions/nightly/action', { end: { job_id: first, current_tag: 1, result: 'success' } });
  bench.now += 2 * HOLD_OFF * 1000;
  expect(await call('alpha2', 'GET', '/sessions/nightly')).toMatchObject({ description: 'of alpha2', status: 'completed', result: 'fail' });
  expect(await call('alpha', 'GET', '/sessions/nightly')).toMatchObject({ description: 'of alpha', status: 'active' });
});
