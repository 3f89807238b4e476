import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { expectStoreError, idsOf, OTHER, OWNER, rejectionOf, type Sample, type StoreBench } from '../store-bench.ts';

const JOB: Sample = { job_id: 'j1', client_id: 'host.example', job_schedule: { status: 'scheduled', time_created: 1_700_000_000 }, job_actions: [] };

/** One document: made, read, written, removed. */
export const DOCUMENT_CASES: readonly ContractCase<StoreBench>[] = [
  {
    name: 'create answers what get answers',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const created = await jobs.create('j1', JOB, OWNER);
      expect(created).toMatchObject({ id: 'j1', document: JOB, owner: OWNER, revision: 1 });
      expect(created.version).toMatch(/./);
      expect(await jobs.get('j1', {})).toEqual(created);
      expect(await jobs.search({ scope: {}, limit: 10, offset: 0 })).toEqual([created]);
    },
  },
  {
    name: 'what is not there is undefined',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      expect(await jobs.get('nowhere', {})).toBeUndefined();
      expect(await jobs.search({ scope: {}, limit: 10, offset: 0 })).toEqual([]);
      expect(await jobs.count({ scope: {} })).toBe(0);
    },
  },
  {
    name: 'a second create of the id fails with already_exists, also by another project, and the first stays',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const created = await jobs.create('j1', JOB, OWNER);
      await expectStoreError(async () => await jobs.create('j1', { other: true }, OWNER), 'already_exists');
      await expectStoreError(async () => await jobs.create('j1', { other: true }, OTHER), 'already_exists');
      expect(await jobs.get('j1', {})).toEqual(created);
      expect(await idsOf(jobs, { scope: {} })).toEqual(['j1']);
    },
  },
  {
    name: 'kinds are apart: one id in each of two',
    run: async ({ store }) => {
      await store.documents<Sample>('jobs').create('same', { what: 'job' }, OWNER);
      await store.documents<Sample>('actions').create('same', { what: 'action' }, OWNER);
      expect((await store.documents<Sample>('jobs').get('same', {}))?.document).toEqual({ what: 'job' });
      expect((await store.documents<Sample>('actions').get('same', {}))?.document).toEqual({ what: 'action' });
      expect(await store.documents<Sample>('jobs').remove('same')).toBe(true);
      expect((await store.documents<Sample>('actions').get('same', {}))?.document).toEqual({ what: 'action' });
    },
  },
  {
    name: 'replace writes the whole document, and the revision counts from 1',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      let current = await jobs.create('j1', JOB, OWNER);
      for (let round = 2; round <= 5; round += 1) {
        const before = current.version;
        current = await jobs.replace('j1', { round }, OWNER, current);
        expect(current).toMatchObject({ id: 'j1', document: { round }, owner: OWNER, revision: round });
        expect(current.version).not.toBe(before);
        expect(await jobs.get('j1', {})).toEqual(current);
      }
    },
  },
  {
    name: 'replace changes the owner, and searches follow',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const created = await jobs.create('j1', { client_id: 'c1' }, OWNER);
      const moved = await jobs.replace('j1', { client_id: 'c2' }, OTHER, created);
      expect(moved.owner).toEqual(OTHER);
      expect(await idsOf(jobs)).toEqual([]);
      expect(await idsOf(jobs, { match: [{ key: 'client_id', value: 'c1' }] })).toEqual([]);
      expect(await idsOf(jobs, { scope: { projectId: 'p2' } })).toEqual(['j1']);
      expect(await idsOf(jobs, { scope: { projectId: 'p2' }, match: [{ key: 'client_id', value: 'c2' }] })).toEqual(['j1']);
      expect(await jobs.count({ scope: { projectId: 'p1' } })).toBe(0);
      expect(await jobs.count({ scope: { projectId: 'p2' } })).toBe(1);
    },
  },
  {
    name: 'replace of what is not there fails with not_found',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await expectStoreError(async () => await jobs.replace('nowhere', JOB, OWNER, { version: 'any' }), 'not_found');
      const created = await jobs.create('j1', JOB, OWNER);
      await jobs.remove('j1');
      await expectStoreError(async () => await jobs.replace('j1', JOB, OWNER, created), 'not_found');
      expect(await jobs.get('j1', {})).toBeUndefined();
    },
  },
  {
    name: 'replace with an old version fails with conflict, and nothing is written',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const first = await jobs.create('j1', { client_id: 'first' }, OWNER);
      const second = await jobs.replace('j1', { client_id: 'second' }, OWNER, first);
      await expectStoreError(async () => await jobs.replace('j1', { client_id: 'third' }, OWNER, first), 'conflict');
      expect(await jobs.get('j1', {})).toEqual(second);
      expect(await idsOf(jobs, { match: [{ key: 'client_id', value: 'third' }] })).toEqual([]);
      expect(await idsOf(jobs, { match: [{ key: 'client_id', value: 'second' }] })).toEqual(['j1']);
    },
  },
  {
    name: 'a version of a removed document is not that of a new one with its id',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const first = await jobs.create('j1', { round: 1 }, OWNER);
      await jobs.remove('j1');
      const second = await jobs.create('j1', { round: 2 }, OWNER);
      await expectStoreError(async () => await jobs.replace('j1', { round: 3 }, OWNER, first), 'conflict');
      expect(await jobs.get('j1', {})).toEqual(second);
    },
  },
  {
    name: 'remove says whether there was one; the id is free again',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      expect(await jobs.remove('j1')).toBe(false);
      await jobs.create('j1', { client_id: 'c1' }, OWNER);
      expect(await jobs.remove('j1')).toBe(true);
      expect(await jobs.remove('j1')).toBe(false);
      expect(await jobs.get('j1', {})).toBeUndefined();
      expect(await idsOf(jobs, { match: [{ key: 'client_id', value: 'c1' }] })).toEqual([]);
      expect(await jobs.count({ scope: {} })).toBe(0);
      expect((await jobs.create('j1', { client_id: 'c2' }, OTHER)).revision).toBe(1);
      expect(await idsOf(jobs, { scope: {} })).toEqual(['j1']);
    },
  },
  {
    name: 'remove of another version fails with conflict, that of nothing is false',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const first = await jobs.create('j1', { round: 1 }, OWNER);
      const second = await jobs.replace('j1', { round: 2 }, OWNER, first);
      await expectStoreError(async () => await jobs.remove('j1', first), 'conflict');
      expect(await jobs.get('j1', {})).toEqual(second);
      expect(await jobs.remove('j1', second)).toBe(true);
      expect(await jobs.remove('j1', second)).toBe(false);
    },
  },
  {
    name: 'what a caller does to an answer or to what it handed in changes nothing',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const mine: Sample = { list: [1] };
      await jobs.create('j1', mine, OWNER);
      mine['list'] = 'changed';
      const read = await jobs.get('j1', {});
      if (read) read.document['list'] = 'changed too';
      expect((await jobs.get('j1', {}))?.document).toEqual({ list: [1] });
    },
  },
  {
    name: 'a call whose signal is aborted rejects with its reason, and writes nothing',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const reason = new RangeError('enough');
      const signal = AbortSignal.abort(reason);
      expect(await rejectionOf(async () => await jobs.create('j1', JOB, OWNER, { signal }))).toBe(reason);
      expect(await rejectionOf(async () => await jobs.get('j1', {}, { signal }))).toBe(reason);
      expect(await rejectionOf(async () => await jobs.search({ scope: {}, limit: 1, offset: 0 }, { signal }))).toBe(reason);
      expect(await rejectionOf(async () => await store.ping({ signal }))).toBe(reason);
      expect(await jobs.get('j1', {})).toBeUndefined();
      const created = await jobs.create('j1', JOB, OWNER);
      expect(await rejectionOf(async () => await jobs.replace('j1', {}, OWNER, created, { signal }))).toBe(reason);
      expect(await rejectionOf(async () => await jobs.remove('j1', undefined, { signal }))).toBe(reason);
      expect(await jobs.get('j1', {})).toEqual(created);
    },
  },
];
