import { expect, test } from '@jest/globals';
import { ApiSource } from './api-source.ts';

const answering = (jobs: readonly unknown[]) => new ApiSource({ ask: async () => ({ kind: 'jobs' as const, jobs }), forget: () => undefined });

test('a list in which something is no document says nothing about jobs that are not in it', async () => {
  expect(await answering([{ job_id: 'a' }]).ask()).toEqual({ kind: 'jobs', jobs: [{ document: { job_id: 'a' } }] });
  expect(await answering([{ job_id: 'a' }, null, 'x', [1]]).ask()).toEqual({ kind: 'some', jobs: [{ document: { job_id: 'a' } }] });
});

test('a question that nobody answers ends with the source', async () => {
  const source = new ApiSource({
    ask: (call) => new Promise((_resolve, reject) => call?.signal?.addEventListener('abort', () => reject(new Error('ended')))),
    forget: () => undefined,
  });
  const asked = source.ask();
  source.close();
  await expect(asked).rejects.toThrow('ended');
});
