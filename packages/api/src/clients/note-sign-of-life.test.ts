import { describe, expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';

const P = '/v2/project-alpha';
const IDLE_POLL = { match: [{ client_id: 'node' }], match_not: [{ status: 'completed' }] };

interface Shown {
  readonly client: { readonly last_seen: number; readonly instance_uuid: string };
}

/** Seconds by which the client was seen later, after a poll a minute later and one of `one` ten minutes later, which is a sign of life for sure. */
async function seenAfter(instance: string, body: object = IDLE_POLL): Promise<readonly number[]> {
  await using bench = await ApiBench.open();
  const call = (method: string, path: string, more: object) => bench.call(method, P + path, { as: 'alpha', ...more });
  await call('POST', '/clients', { body: { client_id: 'node', hostname: 'node', instance_uuid: 'one', poll_interval: 60 } });
  const lastSeen = async () => ((await call('GET', '/clients/node', {})).body as Shown).client.last_seen;
  const begun = await lastSeen();
  const seen = new Set<number>();
  const poll = async (from: string, search: object, later: number) => {
    bench.now = (begun + later) * 1000;
    await call('GET', '/jobs', { body: search, headers: { 'x-freezer-instance': from } });
  };
  await poll(instance, body, 60);
  seen.add((await lastSeen()) - begun);
  await poll('one', IDLE_POLL, 600);
  // Written behind the answer.
  while (!seen.has(600)) seen.add((await lastSeen()) - begun);
  return [...seen];
}

describe('A12, A21: an idle poll is the sign of life of the scheduler that holds the client id', () => {
  it('of who holds it', async () => {
    expect(await seenAfter('one')).toContain(600);
  });

  it('not of another', async () => {
    expect(await seenAfter('two')).toEqual([0, 600]);
  });

  it('not by a list that is no poll', async () => {
    expect(await seenAfter('one', { match: [{ client_id: 'node' }] })).toEqual([0, 600]);
  });
});
