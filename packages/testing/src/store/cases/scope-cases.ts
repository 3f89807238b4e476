import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { createAll, expectFound, idsOf, OTHER, OWNER, type Sample, type StoreBench } from '../store-bench.ts';

const SHARED = { key: 'is_central', value: true };

/** Whose documents are seen. */
export const SCOPE_CASES: readonly ContractCase<StoreBench>[] = [
  {
    name: 'get sees only what is in the scope',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await jobs.create('j1', {}, OWNER);
      for (const scope of [{}, { projectId: 'p1' }, { userId: 'u1' }, { projectId: 'p1', userId: 'u1' }]) {
        expect({ scope, found: (await jobs.get('j1', scope))?.id }).toEqual({ scope, found: 'j1' });
      }
      for (const scope of [{ projectId: 'p2' }, { userId: 'u2' }, { projectId: 'p1', userId: 'u2' }, { projectId: 'p2', userId: 'u1' }, { projectId: '' }]) {
        expect({ scope, found: await jobs.get('j1', scope) }).toEqual({ scope, found: undefined });
      }
    },
  },
  {
    name: 'searches and counts see only what is in the scope',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await jobs.create('a', { status: 'x' }, OWNER);
      await jobs.create('b', { status: 'x' }, { projectId: 'p1', userId: 'u2' });
      await jobs.create('c', { status: 'x' }, { projectId: 'p2', userId: 'u1' });
      await jobs.create('d', { status: 'x' }, OTHER);
      const match = [{ key: 'status', value: 'x' }];
      const matchNot = [{ key: 'status', value: 'y' }];
      for (const filter of [{}, { match }, { matchNot }, { match, matchNot }, { text: 'x' }]) {
        await expectFound(jobs, { ...filter, scope: {} }, ['a', 'b', 'c', 'd']);
        await expectFound(jobs, { ...filter, scope: { projectId: 'p1' } }, ['a', 'b']);
        await expectFound(jobs, { ...filter, scope: { userId: 'u1' } }, ['a', 'c']);
        await expectFound(jobs, { ...filter, scope: { projectId: 'p1', userId: 'u1' } }, ['a']);
        await expectFound(jobs, { ...filter, scope: { projectId: 'p3' } }, []);
      }
    },
  },
  {
    name: 'what is shared is seen by all, once, in its place',
    run: async ({ store }) => {
      const clients = store.documents<Sample>('clients');
      await clients.create('own-1', { client_id: 'a', is_central: false }, OWNER);
      await clients.create('central', { client: { client_id: 'a', is_central: true } }, OTHER);
      await clients.create('own-central', { client_id: 'b', is_central: true }, OWNER);
      await clients.create('foreign', { client_id: 'a' }, OTHER);
      await clients.create('own-2', { client_id: 'b', is_central: 'true' }, OWNER);
      const scope = { projectId: 'p1', shared: SHARED };
      await expectFound(clients, { scope }, ['own-1', 'central', 'own-central', 'own-2']);
      await expectFound(clients, { scope, match: [{ key: 'client_id', value: 'a' }] }, ['own-1', 'central']);
      await expectFound(clients, { scope, matchNot: [{ key: 'client_id', value: 'a' }] }, ['own-central', 'own-2']);
      await expectFound(clients, { scope: { projectId: 'p3', shared: SHARED } }, ['central', 'own-central']);
      await expectFound(clients, { scope: { userId: 'u2', shared: SHARED } }, ['central', 'own-central', 'foreign']);
      expect(await clients.get('central', scope)).toBeDefined();
      expect(await clients.get('foreign', scope)).toBeUndefined();
      expect(await clients.get('own-1', { projectId: 'p3', shared: SHARED })).toBeUndefined();
    },
  },
  {
    name: 'pages of a scope with shared documents follow one another',
    run: async ({ store }) => {
      const clients = store.documents<Sample>('clients');
      const all: string[] = [];
      for (let index = 0; index < 12; index += 1) {
        const id = `c-${index}`;
        await clients.create(id, { is_central: index % 3 === 0 }, index % 2 === 0 ? OWNER : OTHER);
        if (index % 2 === 0 || index % 3 === 0) all.push(id);
      }
      const scope = { projectId: 'p1', shared: SHARED };
      const byOffset: string[] = [];
      for (let offset = 0; offset < 12; offset += 3) byOffset.push(...(await idsOf(clients, { scope, limit: 3, offset })));
      expect(byOffset).toEqual(all);
      const byMarker: string[] = [];
      for (let round = 0; round < 12; round += 1) byMarker.push(...(await idsOf(clients, { scope, limit: 3, marker: byMarker.at(-1) })));
      expect(byMarker).toEqual(all);
    },
  },
  {
    name: 'ids are one space over all projects, names in different case are different projects',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await createAll(jobs, { a: {} }, { projectId: 'P1', userId: 'U1' });
      await createAll(jobs, { b: {} }, { projectId: 'p1 ', userId: 'u1 ' });
      await createAll(jobs, { c: {} }, OWNER);
      await expectFound(jobs, { scope: { projectId: 'p1' } }, ['c']);
      await expectFound(jobs, { scope: { userId: 'u1' } }, ['c']);
      await expectFound(jobs, { scope: { projectId: 'P1' } }, ['a']);
    },
  },
];
