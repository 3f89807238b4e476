import { FreezerError } from '@freezer/core';
import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { createAll, expectFound, idsOf, OWNER, type Sample, type StoreBench } from '../store-bench.ts';

const IDS = [
  '0',
  'null',
  'Case',
  'case',
  'with blank',
  ' leading',
  'trailing ',
  'trailing',
  'tab\tnewline\n',
  `quote'"\``,
  "'; drop table x; --",
  'back\\slash',
  'a/b',
  'a%2Fb',
  'a.b',
  '..',
  '.',
  '-dash',
  '_under',
  '*',
  '%',
  '?a=1&b=2#c',
  '__proto__',
  'é',
  'e\u0301',
  '日本語',
  '😀',
  'İstanbul',
  `${'0123456789abcdef'.repeat(16)}`.slice(0, 255),
  `${'0123456789abcdef'.repeat(16)}`.slice(0, 254),
  'ü'.repeat(255),
];

/** A text that `JSON.parse` makes a document of: keys and values that break what is not careful. */
const ODD_DOCUMENTS: readonly string[] = [
  '{}',
  '{"a":{},"b":[],"c":"","d":null,"e":false,"f":0}',
  '{"":"empty","." :"dot","a.b":"dotted","a..b":"dots","a":{"b":"nested"}," ":"blank"}',
  '{"$where":1,"_id":"x","_source":{},"_seq_no":3,"__proto__":{"a":1},"constructor":"c","toString":"t","hasOwnProperty":1}',
  '{"quo\'te\\"":"\'\\"`;--","back\\\\slash":"\\\\","percent%":"%_*?","tab\\tkey":"\\t\\r\\n"}',
  '{"emoji😀":"👩‍👩‍👧","日本":"語","mixed":"a\u0301é\u202e\u2028"}',
  '{"lone":"\\ud800","other":"\\udfffx"}',
  '{"numbers":[1e21,-1,0.1,1e-7,9007199254740991,-9007199254740991,1.7976931348623157e308,5e-324]}',
  '{"same":1,"deep":{"same":"text","deep":{"same":true,"deep":{"same":null,"deep":{"same":[1,"a",{"same":{}}]}}}}}',
  '{"lists":[[],[[]],[{}],[null,[1,[2,[3]]]]]}',
  '{"time_stamp":"text","backup_metadata":{"time_stamp":"2020-01-01"},"job_id":5,"client_id":null,"status":{"status":[]}}',
  '{"2020-01-01":"2020-01-01T00:00:00Z","b":"2020","c":"1.0","d":"NaN"}',
];

/** What nobody would write, and somebody will. */
export const ODD_CASES: readonly ContractCase<StoreBench>[] = [
  {
    name: 'odd ids are ids like others',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      for (const [index, id] of IDS.entries()) expect((await jobs.create(id, { index, client_id: id }, OWNER)).id).toBe(id);
      expect(await idsOf(jobs)).toEqual(IDS);
      for (const [index, id] of IDS.entries()) {
        expect(await jobs.get(id, {})).toMatchObject({ id, document: { index } });
        await expectFound(jobs, { match: [{ key: 'client_id', value: id }] }, [id]);
      }
      expect(await idsOf(jobs, { marker: IDS[3] })).toEqual(IDS.slice(4));
      for (const id of IDS) expect({ id, removed: await jobs.remove(id) }).toEqual({ id, removed: true });
      expect(await idsOf(jobs)).toEqual([]);
    },
  },
  {
    name: 'odd projects and users are kept apart',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const names = ['', 'a', 'A', 'a ', "a'", 'a"', 'a\\', '%', '_', 'é', 'e\u0301', '😀', 'x'.repeat(255)];
      for (const [index, name] of names.entries()) await jobs.create(`j-${index}`, { status: 'x' }, { projectId: name, userId: `user ${name}`.slice(0, 255) });
      for (const [index, name] of names.entries()) {
        await expectFound(jobs, { scope: { projectId: name } }, [`j-${index}`]);
        await expectFound(jobs, { scope: { projectId: name }, match: [{ key: 'status', value: 'x' }] }, [`j-${index}`]);
        await expectFound(jobs, { scope: { userId: `user ${name}`.slice(0, 255) } }, [`j-${index}`]);
      }
    },
  },
  {
    name: 'odd documents come back as they were, keys in their order',
    run: async ({ store, openAnother }) => {
      const backups = store.documents<Sample>('backups');
      const others = (await openAnother()).documents<Sample>('backups');
      for (const [index, text] of ODD_DOCUMENTS.entries()) {
        const document = JSON.parse(text) as Sample;
        const expected = JSON.stringify(document);
        const created = await backups.create(`b-${index}`, document, OWNER);
        expect(JSON.stringify(created.document)).toBe(expected);
        expect(JSON.stringify((await others.get(`b-${index}`, {}))?.document)).toBe(expected);
        const replaced = await backups.replace(`b-${index}`, { more: document }, OWNER, created);
        expect(JSON.stringify((await others.search({ scope: {}, limit: 1, offset: index }))[0]?.document)).toBe(`{"more":${expected}}`);
        await backups.replace(`b-${index}`, document, OWNER, replaced);
      }
      expect(await backups.count({ scope: {} })).toBe(ODD_DOCUMENTS.length);
    },
  },
  {
    name: 'odd keys are matched like others',
    run: async ({ store }) => {
      const backups = store.documents<Sample>('backups');
      const keys = ['', ' ', '$x', '_id', '__proto__', 'constructor', "quo'te", 'quo"te', 'back\\slash', '%', '*', '日本', '😀', 'k'.repeat(300)];
      for (const [index, key] of keys.entries()) {
        await backups.create(`b-${index}`, JSON.parse(`{"in":{${JSON.stringify(key)}:"v${index}"}}`) as Sample, OWNER);
      }
      for (const [index, key] of keys.entries()) {
        await expectFound(backups, { match: [{ key, value: `v${index}` }] }, [`b-${index}`]);
        await expectFound(backups, { match: [{ key, value: 'v' }] }, []);
      }
    },
  },
  {
    name: 'NUL in a value or a key is kept or refused with invalid',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      const keptOrRefused = async (id: string, document: Sample): Promise<void> => {
        try {
          await jobs.create(id, document, OWNER);
        } catch (error) {
          if (!FreezerError.is(error, 'invalid')) throw error;
          expect(await jobs.get(id, {})).toBeUndefined();
          return;
        }
        expect((await jobs.get(id, {}))?.document).toEqual(document);
        await expectFound(jobs, { match: [{ key: 'client_id', value: 'a\u0000b' }] }, document['client_id'] === undefined ? [] : [id]);
        await jobs.remove(id);
      };
      await keptOrRefused('value', { client_id: 'a\u0000b', other: '\u0000' });
      await keptOrRefused('key', { 'k\u0000ey': 'v' });
      await expectFound(jobs, { match: [{ key: 'client_id', value: 'a\u0000' }] }, []);
    },
  },
  {
    name: 'NUL in an id, an empty id and one of 10 000 characters are ids like others, or refused with invalid',
    run: async ({ store }) => {
      const jobs = store.documents<Sample>('jobs');
      for (const id of ['a\u0000b', '', 'x'.repeat(10_000)]) {
        try {
          await jobs.create(id, { n: 1 }, OWNER);
        } catch (error) {
          if (!FreezerError.is(error, 'invalid')) throw error;
          expect(await jobs.get(id, {})).toBeUndefined();
          expect(await jobs.remove(id)).toBe(false);
          continue;
        }
        expect((await jobs.get(id, {}))?.id).toBe(id);
        await expectFound(jobs, {}, [id]);
        expect(await jobs.remove(id)).toBe(true);
      }
      await expectFound(jobs, {}, []);
    },
  },
  {
    name: 'a big document is a document',
    run: async ({ store, bigBytes }) => {
      const sessions = store.documents<Sample>('sessions');
      const words = Array.from({ length: 2000 }, (_, index) => ({ job_id: `job-${index}`, result: `r${index}` }));
      const big: Sample = { status: 'big', jobs: words, log: 'Ä'.repeat(bigBytes / 2) };
      const created = await sessions.create('big', big, OWNER);
      await createAll(sessions, { small: { status: 'small' } });
      expect(JSON.stringify((await sessions.get('big', {}))?.document) === JSON.stringify(big)).toBe(true);
      await expectFound(sessions, { match: [{ key: 'job_id', value: 'job-1999' }] }, ['big']);
      await expectFound(sessions, { match: [{ key: 'status', value: 'small' }] }, ['small']);
      await expectFound(sessions, { text: 'r1999' }, ['big']);
      await sessions.replace('big', { status: 'small' }, OWNER, created);
      await expectFound(sessions, { match: [{ key: 'job_id', value: 'job-1999' }] }, []);
      await expectFound(sessions, { match: [{ key: 'status', value: 'small' }] }, ['big', 'small']);
    },
  },
];
