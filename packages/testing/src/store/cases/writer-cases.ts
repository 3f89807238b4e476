import { FreezerError } from '@freezer/core';
import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { expectStoreError, idsOf, OWNER, type Sample, type StoreBench } from '../store-bench.ts';

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Several writers at the same time, in one process and in two. */
export const WRITER_CASES: readonly ContractCase<StoreBench>[] = [
  {
    name: 'of several creates of one id exactly one wins',
    run: async ({ store, openAnother }) => {
      const stores = [store, await openAnother()];
      for (let round = 0; round < 4; round += 1) {
        const results = await Promise.allSettled(
          LETTERS.map(async (letter, index) => await stores[index % 2]?.documents<Sample>('jobs').create(`race-${round}`, { letter }, OWNER)),
        );
        const winner = results.findIndex(({ status }) => status === 'fulfilled');
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const result of results) if (result.status === 'rejected') await expectStoreError(() => Promise.reject(result.reason), 'already_exists');
        expect((await store.documents<Sample>('jobs').get(`race-${round}`, {}))?.document).toEqual({ letter: LETTERS[winner] });
      }
    },
  },
  {
    name: 'of several replaces of one version exactly one wins, the others fail with conflict',
    run: async ({ store, openAnother }) => {
      const stores = [store, await openAnother()];
      const jobs = store.documents<Sample>('jobs');
      let current = await jobs.create('j1', { letter: '' }, OWNER);
      for (let round = 0; round < 4; round += 1) {
        const results = await Promise.allSettled(
          LETTERS.map(async (letter, index) => await stores[index % 2]?.documents<Sample>('jobs').replace('j1', { letter }, OWNER, current)),
        );
        const winner = results.findIndex(({ status }) => status === 'fulfilled');
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const result of results) if (result.status === 'rejected') await expectStoreError(() => Promise.reject(result.reason), 'conflict');
        const after = await jobs.get('j1', {});
        expect(after).toMatchObject({ document: { letter: LETTERS[winner] }, revision: round + 2 });
        current = after ?? current;
      }
    },
  },
  {
    name: 'a counter that several writers raise by compare-and-set loses nothing',
    run: async ({ store, openAnother }) => {
      const stores = [store, await openAnother()];
      await store.documents<Sample>('sessions').create('s1', { session_tag: 0 }, OWNER);
      const raise = async (index: number): Promise<void> => {
        const sessions = stores[index % 2]?.documents<Sample>('sessions');
        for (;;) {
          const current = await sessions?.get('s1', {});
          if (!sessions || !current) throw new TypeError('the session is gone');
          try {
            await sessions.replace('s1', { session_tag: Number(current.document['session_tag']) + 1 }, OWNER, current);
            return;
          } catch (error) {
            if (!FreezerError.is(error, 'conflict')) throw error;
          }
        }
      };
      await Promise.all(Array.from({ length: 12 }, async (_, index) => await raise(index)));
      expect(await store.documents<Sample>('sessions').get('s1', {})).toMatchObject({ document: { session_tag: 12 }, revision: 13 });
    },
  },
  {
    name: 'of a replace and a remove of one version exactly one wins',
    run: async ({ store, openAnother }) => {
      const jobs = store.documents<Sample>('jobs');
      const others = (await openAnother()).documents<Sample>('jobs');
      for (let round = 0; round < 6; round += 1) {
        const id = `race-${round}`;
        const created = await jobs.create(id, { round }, OWNER);
        const [replaced, removed] = await Promise.allSettled([others.replace(id, { round: -1 }, OWNER, created), jobs.remove(id, created)]);
        expect([replaced.status === 'fulfilled', removed.status === 'fulfilled' && removed.value].filter(Boolean)).toHaveLength(1);
        expect((await jobs.get(id, {}))?.document).toEqual(replaced.status === 'fulfilled' ? { round: -1 } : undefined);
      }
    },
  },
  {
    name: 'many writes at the same time are all there',
    run: async ({ store, openAnother }) => {
      const stores = [store, await openAnother()];
      const ids = Array.from({ length: 60 }, (_, index) => `m-${index}`);
      await Promise.all(ids.map(async (id, index) => await stores[index % 2]?.documents<Sample>('backups').create(id, { job_id: `j${index % 3}` }, OWNER)));
      const backups = store.documents<Sample>('backups');
      expect((await idsOf(backups)).toSorted()).toEqual(ids.toSorted());
      expect(await backups.count({ scope: { projectId: 'p1' }, match: [{ key: 'job_id', value: 'j1' }] })).toBe(20);
    },
  },
  {
    name: 'each store reads at once what the other wrote',
    run: async ({ store, openAnother }) => {
      const here = store.documents<Sample>('jobs');
      const there = (await openAnother()).documents<Sample>('jobs');
      for (let round = 0; round < 3; round += 1) {
        const id = `j-${round}`;
        const created = await here.create(id, { status: 'new' }, OWNER);
        expect(await there.get(id, {})).toEqual(created);
        expect(await idsOf(there, { match: [{ key: 'status', value: 'new' }] })).toEqual([id]);
        const replaced = await there.replace(id, { status: 'old' }, OWNER, created);
        expect(await here.get(id, {})).toEqual(replaced);
        expect(await idsOf(here, { match: [{ key: 'status', value: 'new' }] })).toEqual([]);
        expect(await here.remove(id, replaced)).toBe(true);
        expect(await there.get(id, {})).toBeUndefined();
        expect(await there.count({ scope: {} })).toBe(0);
      }
    },
  },
];
