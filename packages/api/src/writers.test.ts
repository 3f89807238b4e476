import { createMemoryStorePlace, MemoryStore } from '@freezer/testing';
import { describe, expect, it } from '@jest/globals';
import { ApiBench } from '../test-support/api-bench.ts';

type Doc = Record<string, unknown>;
const P = '/v2/project-alpha';

/** Two processes on one place. */
async function twoServers(): Promise<[ApiBench, ApiBench]> {
  const place = createMemoryStorePlace();
  const ids = (() => {
    let count = 0;
    return () => (count += 1).toString(16).padStart(32, '0');
  })();
  return [await ApiBench.open({ store: new MemoryStore(place), newId: ids }), await ApiBench.open({ store: new MemoryStore(place), newId: ids })];
}

describe('two servers on one store', () => {
  it('of all members that begin a round at once exactly one raises the tag, and no member is lost', async () => {
    const [one, two] = await twoServers();
    await using _one = one;
    await using _two = two;
    const call = async (server: ApiBench, method: string, path: string, body?: unknown) => server.call(method, P + path, { as: 'alpha', body });
    await call(one, 'POST', '/clients', { client_id: 'w' });
    const ids = Array.from({ length: 12 }, (_, index) => `j${index}`);
    for (const id of ids) await call(one, 'POST', '/jobs', { job_id: id, client_id: 'w', job_actions: [] });
    const { session_id: session } = (await call(one, 'POST', '/sessions', { schedule: {}, hold_off: 30 })).body as Doc;
    const added = await Promise.all(ids.map((id, index) => call(index % 2 === 0 ? one : two, 'PUT', `/sessions/${String(session)}/jobs/${id}`)));
    expect(added.map(({ status }) => status)).toEqual(ids.map(() => 204));
    const starts = await Promise.all(
      ids.map((id, index) => call(index % 2 === 0 ? one : two, 'POST', `/sessions/${String(session)}/action`, { start: { job_id: id, current_tag: 0 } })),
    );
    expect(starts.map(({ body }) => body)).toEqual(ids.map(() => ({ result: 'success', session_tag: 1 })));
    const ends = await Promise.all(
      ids.map((id, index) =>
        call(index % 2 === 0 ? two : one, 'POST', `/sessions/${String(session)}/action`, { end: { job_id: id, current_tag: 1, result: 'success' } }),
      ),
    );
    expect(ends.every(({ status }) => status === 202)).toBe(true);
    const state = (await call(two, 'GET', `/sessions/${String(session)}`)).body as { jobs: Record<string, Doc> };
    expect(state).toMatchObject({ session_tag: 1, status: 'completed', result: 'success' });
    expect(Object.values(state.jobs).every(({ result }) => result === 'success')).toBe(true);
  });

  it('N47 what a 201 told of is read at once, by its id and in lists, on the other server too', async () => {
    const [one, two] = await twoServers();
    await using _one = one;
    await using _two = two;
    for (let round = 0; round < 10; round += 1) {
      const { body } = await one.call('POST', `${P}/backups`, { as: 'alpha', body: { container: `c${round}`, hostname: 'h', backup_name: 'n' } });
      const { backup_id: id } = body as Doc;
      expect((await two.call('GET', `${P}/backups/${String(id)}`, { as: 'alpha' })).status).toBe(200);
      expect((await two.call('GET', `${P}/backups?container=c${round}`, { as: 'alpha' })).body).toMatchObject({ backups: [{ backup_id: id }] });
    }
  });

  it('what is replaced by many at once, and was not there, is 201 for each', async () => {
    const [one, two] = await twoServers();
    await using _one = one;
    await using _two = two;
    await one.call('POST', `${P}/clients`, { as: 'alpha', body: { client_id: 'w' } });
    const bodies: Record<string, Doc> = {
      jobs: { client_id: 'w', job_actions: [{ freezer_action: { action: 'backup' } }] },
      sessions: { schedule: {}, session_tag: 1 },
      actions: { freezer_action: { action: 'backup' } },
    };
    for (const [kind, body] of Object.entries(bodies)) {
      const replies = await Promise.all([one, two, one, two].map((server) => server.call('POST', `${P}/${kind}/same`, { as: 'alpha', body })));
      expect(replies.map((reply) => [reply.status, (reply.body as Doc)['version']]).toSorted()).toEqual([1, 2, 3, 4].map((version) => [201, version]));
      const job = await one.call('GET', `${P}/jobs/same`, { as: 'alpha' });
      const [entry] = (job.body as { job_actions: Doc[] }).job_actions;
      expect((await two.call('GET', `${P}/actions/${String(entry?.['action_id'])}`, { as: 'alpha' })).status).toBe(200);
    }
  });

  it('no update of a job is lost, whoever writes which key', async () => {
    const [one, two] = await twoServers();
    await using _one = one;
    await using _two = two;
    await one.call('POST', `${P}/clients`, { as: 'alpha', body: { client_id: 'w' } });
    await one.call('POST', `${P}/jobs`, { as: 'alpha', body: { job_id: 'j', client_id: 'w', job_actions: [], job_schedule: { schedule_interval: '1 days' } } });
    const patch = async (server: ApiBench, body: unknown) => server.call('PATCH', `${P}/jobs/j`, { as: 'alpha', body });
    const writes = [
      patch(one, { job_schedule: { status: 'running' } }),
      patch(two, { job_schedule: { current_pid: 5 } }),
      patch(one, { description: 'new' }),
      patch(two, { job_schedule: { schedule_interval: '2 days' } }),
      one.call('POST', `${P}/jobs/j/event`, { as: 'alpha', body: { stop: null } }),
      patch(two, { job_actions: [{ freezer_action: { action: 'backup' } }] }),
      patch(one, { session_tag: 9 }),
    ];
    expect((await Promise.all(writes)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 202, 200, 200]);
    expect((await two.call('GET', `${P}/jobs/j`, { as: 'alpha' })).body).toMatchObject({
      description: 'new',
      session_tag: 9,
      job_schedule: { status: 'running', current_pid: 5, schedule_interval: '2 days', event: 'stop' },
      job_actions: [{ freezer_action: { action: 'backup' } }],
      _version: 8,
    });
    // Each try to write the job links the same action again, and makes no other.
    expect(((await one.call('GET', `${P}/actions`, { as: 'alpha' })).body as { actions: Doc[] }).actions).toHaveLength(1);
  });

  it('of two registrations of one client at the same time one client comes', async () => {
    const [one, two] = await twoServers();
    await using _one = one;
    await using _two = two;
    const replies = await Promise.all(
      [one, two, one, two].map((server, index) => server.call('POST', `${P}/clients`, { as: 'alpha', body: { client_id: 'w', hostname: `h${index}` } })),
    );
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(((await two.call('GET', `${P}/clients`, { as: 'alpha' })).body as { clients: Doc[] }).clients).toHaveLength(1);
  });

  it('a backup that is sent again with its key is one backup', async () => {
    const [one, two] = await twoServers();
    await using _one = one;
    await using _two = two;
    const send = async (server: ApiBench, key: string, as = 'alpha', project = 'project-alpha') =>
      server.call('POST', `/v2/${project}/backups`, { as, body: { container: 'c', hostname: 'h', backup_name: 'n' }, headers: { 'idempotency-key': key } });
    const first = await send(one, 'k1');
    expect(await send(two, 'k1')).toMatchObject({ status: 201, body: first.body as Doc });
    expect((await send(two, 'k2')).body).not.toEqual(first.body);
    expect((await send(two, 'k1', 'beta', 'project-beta')).body).not.toEqual(first.body);
    expect(((await one.call('GET', `${P}/backups`, { as: 'alpha' })).body as { backups: Doc[] }).backups).toHaveLength(2);
  });
});
