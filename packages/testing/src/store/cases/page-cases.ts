import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { createAll, idsOf, numbered, OTHER, OWNER, type Sample, type StoreBench } from '../store-bench.ts';

/** Order, limit, offset and marker. */
export const PAGE_CASES: readonly ContractCase<StoreBench>[] = [
  {
    name: 'the order is that of creation, and a replace does not change it',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await createAll(jobs, { z: {}, a: {}, m: {}, b: {} });
      const current = await jobs.get('z', {});
      if (current) await jobs.replace('z', { changed: true }, OWNER, current);
      expect(await idsOf(jobs)).toEqual(['z', 'a', 'm', 'b']);
      await jobs.remove('a');
      await jobs.create('a', {}, OWNER);
      expect(await idsOf(jobs)).toEqual(['z', 'm', 'b', 'a']);
    },
  },
  {
    name: 'limit and offset cut the list',
    run: async ({ store, manyDocuments }) => {
      const jobs = store.documents<Sample>('jobs');
      const all = numbered('j', manyDocuments);
      for (const [index, id] of all.entries()) await jobs.create(id, { status: index % 2 === 0 ? 'even' : 'odd', free: index % 5 }, OWNER);
      expect(await idsOf(jobs, { limit: 10, offset: 0 })).toEqual(all.slice(0, 10));
      expect(await idsOf(jobs, { limit: 10, offset: 95 })).toEqual(all.slice(95, 105));
      expect(await idsOf(jobs, { limit: 10, offset: all.length - 3 })).toEqual(all.slice(-3));
      expect(await idsOf(jobs, { limit: 10, offset: all.length + 5 })).toEqual([]);
      expect(await idsOf(jobs, { limit: 5000, offset: 0 })).toEqual(all);
      const even = all.filter((_, index) => index % 2 === 0);
      expect(await idsOf(jobs, { limit: 7, offset: 20, match: [{ key: 'status', value: 'even' }] })).toEqual(even.slice(20, 27));
      const third = all.filter((_, index) => index % 5 === 3);
      expect(await idsOf(jobs, { limit: 7, offset: 20, match: [{ key: 'free', value: 3 }] })).toEqual(third.slice(20, 27));
      expect(await jobs.count({ scope: { projectId: 'p1' } })).toBe(all.length);
      expect(await jobs.count({ scope: { projectId: 'p1' }, match: [{ key: 'free', value: 3 }] })).toBe(third.length);
    },
  },
  {
    name: 'pages by marker while others write repeat nothing and leave out nothing',
    run: async ({ store, openAnother }) => {
      const jobs = store.documents<Sample>('jobs');
      const others = (await openAnother()).documents<Sample>('jobs');
      const all = numbered('j', 60);
      for (const id of all) await jobs.create(id, { status: 'x', n: 0 }, OWNER);
      const seen: string[] = [];
      for (let round = 0; round < 200; round += 1) {
        const page = await idsOf(jobs, { limit: 7, marker: seen.at(-1), match: [{ key: 'status', value: 'x' }] });
        if (page.length === 0) break;
        seen.push(...page);
        if (round < 6) {
          await others.create(`new-${round}`, { status: 'x' }, OWNER);
          await others.create(`foreign-${round}`, { status: 'x' }, OTHER);
          const first = await others.get(all[round * 8] ?? '', {});
          if (first) await others.replace(first.id, { status: 'x', n: 1 }, OWNER, first);
        }
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => id.startsWith('j-'))).toEqual(all);
      expect(seen.filter((id) => id.startsWith('foreign'))).toEqual([]);
    },
  },
  {
    name: 'a marker whose document is gone, or never was, gives an empty page',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await createAll(jobs, { a: {}, b: {}, c: {} });
      expect(await idsOf(jobs, { marker: 'a' })).toEqual(['b', 'c']);
      expect(await idsOf(jobs, { marker: 'a', limit: 1 })).toEqual(['b']);
      expect(await idsOf(jobs, { marker: 'a', offset: 1 })).toEqual(['c']);
      expect(await idsOf(jobs, { marker: 'c' })).toEqual([]);
      expect(await idsOf(jobs, { marker: 'nowhere' })).toEqual([]);
      await jobs.remove('a');
      expect(await idsOf(jobs, { marker: 'a' })).toEqual([]);
    },
  },
  {
    name: "a marker out of scope is like one that is not there: it tells nobody of others' documents",
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await jobs.create('theirs', { n: 0 }, OTHER);
      await createAll(jobs, { a: { n: 1 }, b: { n: 2 } });
      for (const sort of [undefined, { path: 'n', descending: false }]) {
        expect(await idsOf(jobs, { sort, marker: 'theirs' })).toEqual([]);
        expect(await idsOf(jobs, { sort, marker: 'a' })).toEqual(['b']);
        expect(await idsOf(jobs, { sort, marker: 'theirs', scope: {} })).toEqual(['a', 'b']);
        expect(await idsOf(jobs, { sort, marker: 'theirs', scope: { projectId: 'p1', shared: { key: 'n', value: 0 } } })).toEqual(['a', 'b']);
      }
    },
  },
  {
    name: 'a list is sorted by a path; what has nothing there comes last both ways; ties go by creation',
    run: async ({ store }) => {
      const backups = store.documents<Sample>('backups');
      for (const key of ['time_stamp', 'free']) {
        const path = `backup_metadata.${key}`;
        await createAll(backups, {
          [`${key}-a`]: { backup_metadata: { [key]: 30 } },
          [`${key}-b`]: { backup_metadata: { [key]: 4 } },
          [`${key}-c`]: { backup_metadata: {} },
          [`${key}-d`]: { backup_metadata: { [key]: 30 } },
          [`${key}-e`]: { backup_metadata: { [key]: -1.5 } },
          [`${key}-f`]: { [key]: 7 },
        });
        const ids = (letters: string): string[] => [...letters].map((letter) => `${key}-${letter}`);
        const only = async (descending: boolean, more: object = {}): Promise<string[]> =>
          (await idsOf(backups, { sort: { path, descending }, ...more })).filter((id) => id.startsWith(key));
        expect(await only(false)).toEqual(ids('ebadcf'));
        expect(await only(true)).toEqual(ids('adbecf'));
        for (const each of ids('abcdef')) await backups.remove(each);
      }
    },
  },
  {
    name: 'a list is sorted by text',
    run: async ({ store }) => {
      const clients = store.documents<Sample>('clients');
      await createAll(clients, { a: { client: { hostname: 'web' } }, b: { client: { hostname: 'app' } }, c: {}, d: { client: { hostname: 'web' } } });
      const sort = { path: 'client.hostname', descending: false };
      expect(await idsOf(clients, { sort })).toEqual(['b', 'a', 'd', 'c']);
      expect(await idsOf(clients, { sort: { ...sort, descending: true } })).toEqual(['a', 'd', 'b', 'c']);
    },
  },
  {
    name: 'a sorted list is paged by marker and by offset, also with filters',
    run: async ({ store }) => {
      const backups = store.documents<Sample>('backups');
      const samples = Array.from({ length: 40 }, (_, index) => ({
        id: `b-${String(index).padStart(2, '0')}`,
        time: index % 8 === 7 ? undefined : (index * 37) % 10,
        index,
      }));
      for (const { id, time, index } of samples) {
        const metadata = { job_id: `j${index % 2}`, ...(time !== undefined && { time_stamp: time, free: time }) };
        await backups.create(id, { backup_metadata: metadata }, OWNER);
      }
      for (const key of ['time_stamp', 'free']) {
        for (const descending of [false, true]) {
          for (const filter of [{}, { match: [{ key: 'job_id', value: 'j1' }] }, { ranges: [{ path: `backup_metadata.${key}`, from: 2 }] }]) {
            const sort = { path: `backup_metadata.${key}`, descending };
            const kept = samples.filter(({ time, index }) => ('match' in filter ? index % 2 === 1 : 'ranges' in filter ? (time ?? 0) >= 2 : true));
            const expected = kept
              .toSorted((one, two) => {
                if (one.time === undefined || two.time === undefined) return Number(one.time === undefined) - Number(two.time === undefined);
                return descending ? two.time - one.time : one.time - two.time;
              })
              .map(({ id }) => id);
            const byMarker: string[] = [];
            for (let round = 0; round < 12; round += 1) byMarker.push(...(await idsOf(backups, { sort, ...filter, limit: 7, marker: byMarker.at(-1) })));
            expect({ key, descending, filter, found: byMarker }).toEqual({ key, descending, filter, found: expected });
            const byOffset: string[] = [];
            for (let offset = 0; offset < 42; offset += 7) byOffset.push(...(await idsOf(backups, { sort, ...filter, limit: 7, offset })));
            expect({ key, descending, filter, found: byOffset }).toEqual({ key, descending, filter, found: expected });
          }
        }
      }
    },
  },
];
