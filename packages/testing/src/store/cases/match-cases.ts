import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { createAll, expectFound, OTHER, OWNER, type Sample, type StoreBench } from '../store-bench.ts';

const match = (key: string, value: string | number | boolean | null) => ({ match: [{ key, value }] });
const matchNot = (key: string, value: string | number | boolean | null) => ({ matchNot: [{ key, value }] });

/** The forms of a search. Keys are ones that the API asks for, and ones that nobody foresaw. */
export const MATCH_CASES: readonly ContractCase<StoreBench>[] = [
  {
    name: 'a key is found at any depth, also in objects of lists; any place counts',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      for (const key of ['status', 'unforeseen']) {
        await createAll(jobs, {
          [`${key}-top`]: { [key]: 'x' },
          [`${key}-deep`]: { a: { b: { [key]: 'x' } } },
          [`${key}-list`]: { a: [{ [key]: 'y' }, [{ [key]: 'x' }]] },
          [`${key}-both`]: { [key]: 'y', a: { [key]: 'x' } },
          [`${key}-not`]: { [key]: 'y', x: 'x', a: { [`${key}s`]: 'x' } },
        });
        const found = [`${key}-top`, `${key}-deep`, `${key}-list`, `${key}-both`];
        await expectFound(jobs, match(key, 'x'), found);
        await expectFound(jobs, { match: [{ key, value: 'x' }], matchNot: [{ key, value: 'y' }] }, [`${key}-top`, `${key}-deep`]);
      }
    },
  },
  {
    name: 'a key with dots is a path from the top',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await createAll(jobs, {
        path: { job_schedule: { status: 'x' } },
        deeper: { a: { job_schedule: { status: 'x' } } },
        top: { status: 'x' },
        dotted: { 'job_schedule.status': 'x' },
      });
      await expectFound(jobs, match('job_schedule.status', 'x'), ['path']);
      await expectFound(jobs, match('status', 'x'), ['path', 'deeper', 'top']);
      await expectFound(jobs, matchNot('job_schedule.status', 'x'), ['deeper', 'top', 'dotted']);
      await expectFound(jobs, match('nowhere.status', 'x'), []);
    },
  },
  {
    name: 'types count, and a stored number also equals its text',
    run: async ({ store }) => {
      const backups = store.documents<Sample>('backups');
      for (const key of ['job_id', 'level']) {
        await createAll(backups, {
          [`${key}-number`]: { [key]: 1 },
          [`${key}-text`]: { [key]: '1' },
          [`${key}-true`]: { [key]: true },
          [`${key}-word`]: { [key]: 'true' },
          [`${key}-null`]: { [key]: null },
          [`${key}-empty`]: { [key]: '' },
          [`${key}-float`]: { [key]: 1.5 },
          [`${key}-zero`]: { [key]: 0 },
          [`${key}-false`]: { [key]: false },
          [`${key}-object`]: { [key]: {} },
        });
        const found = async (value: string | number | boolean | null, ids: readonly string[]): Promise<void> =>
          await expectFound(
            backups,
            match(key, value),
            ids.map((id) => `${key}-${id}`),
          );
        await found(1, ['number']);
        await found('1', ['number', 'text']);
        await found(true, ['true']);
        await found('true', ['word']);
        await found(null, ['null']);
        await found('', ['empty']);
        await found(1.5, ['float']);
        await found('1.5', ['float']);
        await found(0, ['zero']);
        await found(false, ['false']);
        await found('null', []);
      }
    },
  },
  {
    name: 'all of match must hold, none of matchNot may',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      await createAll(jobs, {
        a: { client_id: 'c1', job_schedule: { status: 'completed' }, odd: 1 },
        b: { client_id: 'c1', job_schedule: { status: 'running' }, odd: 2 },
        c: { client_id: 'c2', job_schedule: { status: 'running' }, odd: 1 },
        d: { client_id: 'c1', job_schedule: {}, odd: 1 },
      });
      await expectFound(jobs, { match: [{ key: 'client_id', value: 'c1' }], matchNot: [{ key: 'status', value: 'completed' }] }, ['b', 'd']);
      await expectFound(
        jobs,
        {
          match: [
            { key: 'client_id', value: 'c1' },
            { key: 'status', value: 'running' },
          ],
        },
        ['b'],
      );
      await expectFound(
        jobs,
        {
          match: [
            { key: 'client_id', value: 'c1' },
            { key: 'odd', value: 1 },
          ],
        },
        ['a', 'd'],
      );
      await expectFound(
        jobs,
        {
          matchNot: [
            { key: 'status', value: 'completed' },
            { key: 'odd', value: 2 },
          ],
        },
        ['c', 'd'],
      );
      await expectFound(jobs, { match: [], matchNot: [], ranges: [], text: '' }, ['a', 'b', 'c', 'd']);
      await expectFound(jobs, { match: [{ key: 'client_id', value: 'c1' }], matchNot: [{ key: 'client_id', value: 'c1' }] }, []);
      await expectFound(
        jobs,
        {
          match: [
            { key: 'client_id', value: 'c1' },
            { key: 'client_id', value: 'c1' },
          ],
        },
        ['a', 'b', 'd'],
      );
    },
  },
  {
    name: 'values are equal byte by byte: case, accents, blanks, quotes, signs of patterns',
    run: async ({ store }) => {
      const clients = store.documents<Sample>('clients');
      const values = [
        'Web',
        'web',
        'wéb',
        'we\u0301b',
        ' web',
        'web ',
        'web\n',
        "w'eb",
        'w"eb',
        'w\\eb',
        'w%',
        'w_',
        'w*',
        '😀',
        '日本',
        'ẞ',
        'ss',
        'web\u00a0',
      ];
      for (const [index, value] of values.entries()) await clients.create(`c-${index}`, { hostname: value, free: value }, OWNER);
      for (const [index, value] of values.entries()) {
        await expectFound(clients, match('hostname', value), [`c-${index}`]);
        await expectFound(clients, match('free', value), [`c-${index}`]);
      }
      expect(await clients.count({ scope: {}, ...matchNot('hostname', 'web') })).toBe(values.length - 1);
      for (const value of ['w.b', 'we', '%', '_', '*', '', 'WEB']) await expectFound(clients, match('hostname', value), []);
    },
  },
  {
    name: 'a text of 10 000 characters is matched to its end',
    run: async ({ store }) => {
      const backups = store.documents<Sample>('backups');
      const long = `${'ü'.repeat(9_999)}a`;
      await createAll(backups, { a: { backup_name: long, free: long }, b: { backup_name: `${long.slice(0, -1)}b`, free: 'x' } });
      await expectFound(backups, match('backup_name', long), ['a']);
      await expectFound(backups, match('free', long), ['a']);
      await expectFound(backups, matchNot('backup_name', long), ['b']);
    },
  },
  {
    name: 'five hundred conditions on one key are answered',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const values = Array.from({ length: 499 }, (_, index) => ({ key: 'client_id', value: `c${index}` }));
      const list = values.map(({ value }) => ({ client_id: value }));
      await createAll(jobs, { all: { job_actions: list }, some: { job_actions: list.slice(1) }, other: { client_id: 'other' } });
      await expectFound(jobs, { match: values }, ['all']);
      await expectFound(jobs, { matchNot: values }, ['other']);
      await expectFound(jobs, { match: values.slice(1), matchNot: values.slice(0, 1) }, ['some']);
    },
  },
  {
    name: 'a search follows a write at once: the old value is gone',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      let current = await jobs.create('j1', { status: 'one', keep: 'same' }, OWNER);
      for (const status of ['two', 'three', 'one']) {
        const before = current.document['status'];
        current = await jobs.replace('j1', { status, keep: 'same' }, OWNER, current);
        await expectFound(jobs, match('status', status), ['j1']);
        await expectFound(jobs, match('status', String(before)), []);
        await expectFound(jobs, match('keep', 'same'), ['j1']);
        await expectFound(jobs, { text: status }, ['j1']);
        await expectFound(jobs, { text: String(before) }, []);
      }
    },
  },
  {
    name: 'words of a text are looked for at the beginning of words, in any case, in texts and numbers',
    run: async ({ store }) => {
      const clients = store.documents<Sample>('clients');
      await createAll(clients, {
        web: { client: { hostname: 'Web-01.example.com', description: 'Front end, Zürich' } },
        db: { client: { hostname: 'db-17.example.com', notes: ['MASTER', { deep: 'Überwachung' }] } },
        num: { level: 4711, on: true, free: null },
        kanji: { hostname: '東京-サーバ' },
      });
      await expectFound(clients, { text: 'web' }, ['web']);
      await expectFound(clients, { text: 'EXAM' }, ['web', 'db']);
      await expectFound(clients, { text: 'example fr' }, ['web']);
      await expectFound(clients, { text: 'fr-exam' }, ['web']);
      await expectFound(clients, { text: 'ample' }, []);
      await expectFound(clients, { text: 'zür' }, ['web']);
      await expectFound(clients, { text: 'ÜBER master 17' }, ['db']);
      await expectFound(clients, { text: '47' }, ['num']);
      await expectFound(clients, { text: 'web db' }, []);
      await expectFound(clients, { text: '東京' }, ['kanji']);
      await expectFound(clients, { text: 'hostname' }, []);
      await expectFound(clients, { text: '%' }, ['web', 'db', 'num', 'kanji']);
      await expectFound(clients, { text: "we' or 1=1 --" }, []);
      await expectFound(clients, { text: 'exam', ...matchNot('hostname', 'db-17.example.com') }, ['web']);
    },
  },
  {
    name: 'a text search sees no other project',
    run: async ({ store }) => {
      const clients = store.documents<Sample>('clients');
      await createAll(clients, { mine: { hostname: 'needle' } });
      await createAll(clients, { yours: { hostname: 'needle' } }, OTHER);
      await expectFound(clients, { text: 'needle' }, ['mine']);
      await expectFound(clients, { scope: {}, text: 'needle' }, ['mine', 'yours']);
    },
  },
  {
    name: 'a range takes both of its ends, and leaves out what has no number there',
    run: async ({ store }) => {
      const backups = store.documents<Sample>('backups');
      for (const path of ['backup_metadata.time_stamp', 'backup_metadata.free', 'top']) {
        const inner = path.split('.').at(-1) ?? path;
        const at = (value: unknown): Sample => (path === 'top' ? { top: value } : { backup_metadata: { [inner]: value } });
        const ids = (names: readonly string[]): string[] => names.map((name) => `${path}-${name}`);
        await createAll(
          backups,
          Object.fromEntries(
            Object.entries({ a: at(10), b: at(20), c: at(30), d: at(-5), e: at(20.5), text: at('20'), none: { other: 20 }, deep: { x: at(20) } }).map(
              ([name, document]) => [`${path}-${name}`, document],
            ),
          ),
        );
        const scope = { projectId: 'p1' };
        await expectFound(backups, { scope, ranges: [{ path, from: 20, to: 30 }] }, ids(['b', 'c', 'e']));
        await expectFound(backups, { scope, ranges: [{ path, from: 20 }] }, ids(['b', 'c', 'e']));
        await expectFound(backups, { scope, ranges: [{ path, to: 10 }] }, ids(['a', 'd']));
        await expectFound(backups, { scope, ranges: [{ path, from: -5, to: -5 }] }, ids(['d']));
        await expectFound(backups, { scope, ranges: [{ path, from: 31 }] }, []);
        await expectFound(
          backups,
          {
            scope,
            ranges: [
              { path, from: 10 },
              { path, to: 20 },
            ],
          },
          ids(['a', 'b']),
        );
        await expectFound(backups, { scope, ranges: [{ path }] }, ids(['a', 'b', 'c', 'd', 'e']));
      }
    },
  },
  {
    name: 'the fingerprint changes with each create, replace and remove, and stays when nothing happens',
    run: async ({ store, openAnother }) => {
      const jobs = store.documents<Sample>('jobs');
      const others = (await openAnother()).documents<Sample>('jobs');
      const filters = [
        { scope: { projectId: 'p1' } },
        { scope: {} },
        { scope: { userId: 'u1' } },
        { scope: { projectId: 'p1' }, ...match('client_id', 'c1') },
        { scope: { projectId: 'p9', shared: { key: 'client_id', value: 'c1' } } },
      ];
      const prints = async (): Promise<string[]> => await Promise.all(filters.map(async (filter) => await jobs.fingerprint(filter)));
      const seen = [await prints()];
      expect(await prints()).toEqual(seen[0]);
      const created = await others.create('j1', { client_id: 'c1', n: 0 }, OWNER);
      seen.push(await prints());
      const replaced = await jobs.replace('j1', { client_id: 'c1', n: 1 }, OWNER, created);
      seen.push(await prints());
      await others.replace('j1', { client_id: 'c1', n: 0 }, OWNER, replaced);
      seen.push(await prints());
      expect(await prints()).toEqual(seen.at(-1));
      await jobs.create('j2', { client_id: 'c1' }, OWNER);
      seen.push(await prints());
      await jobs.remove('j2');
      seen.push(await prints());
      for (const [index] of filters.entries()) {
        const column = seen.map((row) => row[index]);
        // What it was before may come back with what was there before.
        const same = column.filter((text, round) => round > 0 && text === column[round - 1]);
        expect({ filter: filters[index], same }).toEqual({ filter: filters[index], same: [] });
        for (const text of column) expect(String(text)).toMatch(/^[\w.:=-]{1,100}$/);
      }
    },
  },
];
