import { DOCUMENT_KINDS } from '@freezer/core';
import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { OWNER, type Sample, type StoreBench } from '../store-bench.ts';

/** Tables or indices: made, looked at, removed. */
export const PLACE_CASES: readonly ContractCase<StoreBench>[] = [
  {
    name: 'every kind holds documents',
    run: async ({ store }) => {
      for (const kind of DOCUMENT_KINDS) {
        await store.documents<Sample>(kind).create(`one of ${kind}`, { kind }, OWNER);
        expect((await store.documents<Sample>(kind).search({ scope: {}, limit: 5, offset: 0 })).map(({ document }) => document)).toEqual([{ kind }]);
      }
    },
  },
  {
    name: 'migrate may be called again, by several at the same time, and keeps what is there',
    run: async ({ store, openAnother }) => {
      const other = await openAnother();
      const created = await store.documents<Sample>('jobs').create('j1', { client_id: 'c1' }, OWNER);
      await store.migrate();
      await Promise.all([store.migrate(), other.migrate(), store.migrate(), other.migrate()]);
      expect(await other.documents<Sample>('jobs').get('j1', {})).toEqual(created);
      expect(await store.documents<Sample>('jobs').count({ scope: { projectId: 'p1' }, match: [{ key: 'client_id', value: 'c1' }] })).toBe(1);
    },
  },
  {
    name: 'several migrate an empty place at the same time',
    run: async ({ store, openAnother }) => {
      const stores = [store, await openAnother(), await openAnother()];
      await store.drop();
      await Promise.all(stores.map(async (each) => await each.migrate()));
      await Promise.all(stores.map(async (each, index) => await each.documents<Sample>('jobs').create(`j${index}`, { index }, OWNER)));
      for (const each of stores) expect(await each.documents<Sample>('jobs').count({ scope: { projectId: 'p1' } })).toBe(3);
    },
  },
  {
    name: 'describe names what is there, drop removes it, and migrate makes it again, empty',
    run: async ({ store }) => {
      const names = await store.describe();
      expect(names.length).toBeGreaterThan(0);
      expect(names).toEqual([...new Set(names)].toSorted());
      await store.documents<Sample>('jobs').create('j1', { client_id: 'c1' }, OWNER);
      expect(await store.describe()).toEqual(names);
      await store.drop();
      expect(await store.describe()).toEqual([]);
      await store.drop();
      await store.migrate();
      expect(await store.describe()).toEqual(names);
      expect(await store.documents<Sample>('jobs').get('j1', {})).toBeUndefined();
      expect(await store.documents<Sample>('jobs').count({ scope: { projectId: 'p1' } })).toBe(0);
      expect((await store.documents<Sample>('jobs').create('j1', {}, OWNER)).revision).toBe(1);
    },
  },
  {
    name: 'ping resolves, and a store may be closed twice',
    run: async ({ store, openAnother }) => {
      await store.ping();
      const other = await openAnother();
      await other.ping();
      await other[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      await store.documents<Sample>('jobs').create('j1', {}, OWNER);
    },
  },
];
