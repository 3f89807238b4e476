import type { DocumentKind, DocumentStore } from '@freezer/core';
import { FreezerError } from '@freezer/core';
import { MemoryStore } from '@freezer/testing';
import { expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';

type Doc = Record<string, unknown>;
type Create = DocumentStore<object>['create'];
const P = '/v2/project-alpha';
const JOB = { client_id: 'w', job_actions: [{ freezer_action: { action: 'backup' } }, { freezer_action: { action: 'admin' } }] };

/** A store whose documents are made as a test wants it. */
class WatchedStore extends MemoryStore {
  readonly #around: (kind: DocumentKind, create: () => ReturnType<Create>) => ReturnType<Create>;

  override readonly gathersWrites: boolean;
  refusesRemoval = false;

  constructor(gathersWrites: boolean, around: (kind: DocumentKind, create: () => ReturnType<Create>) => ReturnType<Create>) {
    super();
    this.gathersWrites = gathersWrites;
    this.#around = around;
  }

  override documents<T extends object>(kind: DocumentKind): DocumentStore<T> {
    const documents = super.documents<T>(kind);
    const create = documents.create.bind(documents);
    documents.create = (...call) => this.#around(kind, () => create(...call)) as ReturnType<typeof create>;
    const remove = documents.remove.bind(documents);
    documents.remove = async (...call) => {
      if (this.refusesRemoval) throw new FreezerError('unavailable', 'no store');
      return remove(...call);
    };
    return documents;
  }
}

async function benchOf(store: MemoryStore): Promise<ApiBench> {
  const bench = await ApiBench.open({ store });
  expect((await bench.call('POST', `${P}/clients`, { as: 'alpha', body: { client_id: 'w' } })).status).toBe(201);
  return bench;
}

it.each([
  [true, ['actions begins', 'actions begins', 'jobs begins', 'one ends', 'one ends', 'one ends']],
  [false, ['actions begins', 'actions begins', 'one ends', 'one ends', 'jobs begins', 'one ends']],
])('a job is written after its actions, and at the same time where one sync is enough for all: %s', async (gathers, expected) => {
  const steps: string[] = [];
  await using bench = await benchOf(
    new WatchedStore(gathers, async (kind, create) => {
      steps.push(`${kind} begins`);
      const created = await create();
      steps.push('one ends');
      return created;
    }),
  );
  steps.length = 0;
  expect((await bench.call('POST', `${P}/jobs`, { as: 'alpha', body: JOB })).status).toBe(201);
  expect(steps).toEqual(expected);
});

it.each([
  ['jobs', true],
  ['jobs', false],
  ['actions', true],
  ['actions', false],
] as const)('when one of %s of a new job cannot be written nothing of it stays; at the same time: %s', async (broken, gathers) => {
  let left = 1;
  await using bench = await benchOf(
    new WatchedStore(gathers, async (kind, create) => {
      if (kind === broken && (left -= 1) >= 0) throw new FreezerError('unavailable', 'no store');
      return await create();
    }),
  );
  expect((await bench.call('POST', `${P}/jobs`, { as: 'alpha', body: JOB })).status).toBe(503);
  for (const kind of ['jobs', 'actions']) {
    const { body } = await bench.call('GET', `${P}/${kind}`, { as: 'alpha' });
    expect((body as Record<string, Doc[]>)[kind]).toEqual([]);
  }
});

it.each(['j', 'another'])('an action that a request for job %s has linked meanwhile stays when the one that made it fails', async (id) => {
  let meanwhile: (() => Promise<unknown>) | undefined;
  await using bench = await benchOf(
    new WatchedStore(false, async (_kind, create) => {
      const created = await create();
      const work = meanwhile;
      meanwhile = undefined;
      await work?.();
      return created;
    }),
  );
  const named = { client_id: 'w', job_actions: [{ action_id: 'mine', freezer_action: { action: 'backup' } }] };
  const replace = (body: object, headers = {}) => bench.call('POST', `${P}/jobs/j`, { as: 'alpha', body, headers });
  const link = () => bench.call('POST', `${P}/jobs/${id}`, { as: 'alpha', body: named });
  expect((await replace(JOB)).status).toBe(201);
  const { headers: seen } = await bench.call('GET', `${P}/jobs/j`, { as: 'alpha' });
  // The first makes the action, the second links it and writes its job before the first does.
  meanwhile = async () => {
    expect((await link()).status).toBe(201);
    if (id !== 'j') expect((await replace(JOB)).status).toBe(201);
  };
  expect((await replace(named, { 'if-match': seen['etag'] })).status).toBe(412);
  expect((await bench.call('GET', `${P}/actions/mine`, { as: 'alpha' })).status).toBe(200);
});

it.each([true, false])('what a request failed of is answered, also when its actions cannot be taken back; at the same time: %s', async (gathers) => {
  let isRaced = false;
  const store = new WatchedStore(gathers, async (kind, create) => {
    if (kind === 'jobs' && isRaced) throw new FreezerError('already_exists', 'another was faster');
    return await create();
  });
  await using bench = await benchOf(store);
  isRaced = true;
  store.refusesRemoval = true;
  expect((await bench.call('POST', `${P}/jobs`, { as: 'alpha', body: JOB })).status).toBe(409);
});
