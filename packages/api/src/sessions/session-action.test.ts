import type { DocumentKind, DocumentStore } from '@freezer/core';
import { MemoryStore } from '@freezer/testing';
import { expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';

const P = '/v2/project-alpha';
const MEMBERS = 40;

/** Counts how often a job is looked up. */
class CountingStore extends MemoryStore {
  lookUps = 0;

  override documents<T extends object>(kind: DocumentKind): DocumentStore<T> {
    const documents = super.documents<T>(kind);
    if (kind !== 'jobs') return documents;
    const get = documents.get.bind(documents);
    documents.get = async (...words) => {
      this.lookUps += 1;
      return await get(...words);
    };
    return documents;
  }
}

it('the end of a member looks for no more jobs than up to the first that is still waited for: members of large sessions that ended at once were told 409', async () => {
  const store = new CountingStore();
  await using bench = await ApiBench.open({ store });
  const post = async (path: string, body: object) => (await bench.call('POST', `${P}${path}`, { as: 'alpha', body })).body as Record<string, string>;
  await post('/clients', { client_id: 'c' });
  const { session_id: id } = await post('/sessions', { schedule: {} });
  const jobs: string[] = [];
  for (let index = 0; index < MEMBERS; index += 1) {
    const { job_id: job = '' } = await post('/jobs', { client_id: 'c', job_actions: [] });
    await bench.call('PUT', `${P}/sessions/${id}/jobs/${job}`, { as: 'alpha' });
    await post(`/sessions/${id}/action`, { start: { job_id: job, current_tag: 0 } });
    jobs.unshift(job);
  }
  const [gone = '', ...others] = jobs;
  await bench.call('DELETE', `${P}/jobs/${gone}`, { as: 'alpha' });
  store.lookUps = 0;
  for (const job of others) await post(`/sessions/${id}/action`, { end: { job_id: job, current_tag: 1, result: 'success' } });
  // The one that is gone, under both of its keys, and the first that is not.
  expect(store.lookUps).toBeLessThanOrEqual(3 * MEMBERS);
  const { body } = await bench.call('GET', `${P}/sessions/${id}`, { as: 'alpha' });
  expect(body).toMatchObject({ status: 'completed', result: 'success' });
});
