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
