import { type DocumentKind, type DocumentStore, FreezerError, type Stored } from '@freezer/core';
import { MemoryStore } from '@freezer/testing';
import { expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';

const P = '/v2/project-alpha';

type Reply = Awaited<ReturnType<ApiBench['call']>>;
type InsteadOf = (write: () => Promise<unknown>, start: () => Promise<Reply>, remove: () => Promise<Reply>) => Promise<unknown>;

/** Sessions of which one write, once it is waited for, goes another way. */
class HeldStore extends MemoryStore {
  insteadOf: ((write: () => Promise<unknown>) => Promise<unknown>) | undefined;

  override documents<T extends object>(kind: DocumentKind): DocumentStore<T> {
    const documents = super.documents<T>(kind);
    if (kind !== 'sessions') return documents;
    const replace = documents.replace.bind(documents);
    documents.replace = async (...words) => {
      const { insteadOf } = this;
      this.insteadOf = undefined;
      return insteadOf ? ((await insteadOf(() => replace(...words))) as Stored<T>) : replace(...words);
    };
    return documents;
  }
}

/** A job becomes the member of a session; what goes on in place of the write that makes it one. */
async function joining(insteadOf: InsteadOf) {
  const store = new HeldStore();
  const bench = await ApiBench.open({ store });
  const call = (method: string, path: string, body?: object): Promise<Reply> => bench.call(method, P + path, { as: 'alpha', ...(body && { body }) });
  await call('POST', '/clients', { client_id: 'host', hostname: 'host' });
  await call('POST', '/jobs', { job_id: 'j', client_id: 'host', job_actions: [{ freezer_action: { action: 'backup' } }], job_schedule: {} });
  const { session_id: id } = (await call('POST', '/sessions', { description: 's', hold_off: 30, schedule: {} })).body as Record<string, string>;
  const session = `/sessions/${id}`;
  const start = (): Promise<Reply> => call('POST', `${session}/action`, { start: { job_id: 'j', current_tag: 0 } });
  const remove = (): Promise<Reply> => call('DELETE', `${session}/jobs/j`);
  store.insteadOf = (write) => insteadOf(write, start, remove);
  const added = await call('PUT', `${session}/jobs/j`);
  return { bench, call, session, start, added };
}

it('a member whose scheduler is faster than the write that makes it one takes part, and goes on doing so', async () => {
  let begun: unknown;
  const { bench, call, session, added } = await joining(async (write, start) => {
    begun = await start();
    return write();
  });
  await using _open = bench;
  expect(added.status).toBe(204);
  expect(begun).toMatchObject({ status: 202, body: { result: 'success', session_tag: 1 } });
  expect((await call('GET', session)).body).toMatchObject({ session_tag: 1, status: 'running', jobs: { j: { status: 'running', client_id: 'host' } } });
});

it('a job that was told of its session before the server ended is taken as its member', async () => {
  const { bench, call, session, start, added } = await joining(async () => Promise.reject(new FreezerError('unavailable', 'the store is gone')));
  await using _open = bench;
  expect(added.status).toBe(503);
  expect((await call('GET', session)).body).toMatchObject({ jobs: {} });
  expect(await start()).toMatchObject({ status: 202, body: { result: 'success', session_tag: 1 } });
  expect((await call('GET', session)).body).toMatchObject({ jobs: { j: { status: 'running' } } });
  await call('DELETE', `${session}/jobs/j`);
  expect((await start()).status).toBe(400);
});

it('a job that was taken out while it was put in is no member', async () => {
  const { bench, call, session, added } = await joining(async (write, _start, remove) => {
    await remove();
    return write();
  });
  await using _open = bench;
  expect(added.status).toBe(204);
  expect((await call('GET', '/jobs/j')).body).toMatchObject({ session_id: '' });
  expect((await call('GET', session)).body).toMatchObject({ jobs: {} });
});
