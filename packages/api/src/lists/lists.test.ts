import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';
import { EVERYTHING, readSearch } from './search-document.ts';

type Doc = Record<string, unknown>;
let bench: ApiBench;
const P = '/v2/project-alpha';

beforeAll(async () => {
  bench = await ApiBench.open();
  for (let index = 0; index < 12; index += 1) {
    const metadata = {
      container: index % 2 === 0 ? 'even' : 'odd',
      hostname: `h${index}`,
      backup_name: `Daily set ${index}`,
      time_stamp: 1000 + ((index * 7) % 12),
      level: index % 3,
      encrypted: index === 3,
    };
    await bench.call('POST', `${P}/backups`, { as: 'alpha', body: metadata });
  }
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

const list = async (query: string, body?: unknown) => {
  const reply = await bench.call('GET', `${P}/backups${query}`, { as: 'alpha', ...(body !== undefined && { body }) });
  const items = (reply.body as { backups?: { backup_metadata: Doc }[] }).backups ?? [];
  return { ...reply, names: items.map(({ backup_metadata: each }) => String(each['hostname'])) };
};
const h = (...numbers: number[]): string[] => numbers.map((each) => `h${each}`);

describe('lists by query string', () => {
  it.each([
    ['?container=even&limit=3', h(0, 2, 4)],
    ['?container!=even&limit=3', h(1, 3, 5)],
    ['?level=2', h(2, 5, 8, 11)],
    ['?encrypted=true', h(3)],
    ['?backup_metadata.hostname=h7', h(7)],
    ['?q=set%207', h(7)],
    ['?q=DAIL%2011', h(11)],
    ['?time_after=1010', h(5, 10)],
    ['?time_before=1001&sort=time_stamp:desc', h(7, 0)],
    ['?sort=time_stamp&limit=3', h(0, 7, 2)],
    ['?sort=hostname:desc&limit=2', h(9, 8)],
    ['?unknown=1&limit=1', h(0)],
    ['?search=%7B%22match%22%3A%5B%7B%22container%22%3A%22none%22%7D%5D%7D&limit=1', h(0)],
    ['?limit=&offset=&limit=2', h(0, 1)],
    ['?limit=5,2', h(0, 1)],
    ['?limit=0', h(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
  ])('%s', async (query, names) => {
    expect((await list(query)).names).toEqual(names);
  });

  it.each(['?sort=nothing', '?sort=time_stamp:up', '?limit=x', '?limit=1.5', '?time_after=soon', '?offset=-1'])('%s is 400', async (query) => {
    expect(await list(query)).toMatchObject({ status: 400, body: { title: 'Invalid parameter' } });
  });

  it('more conditions and words than a store takes are 400', async () => {
    const pairs = (count: number) => Array.from({ length: count }, (_, index) => ({ level: index }));
    const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');
    expect((await list('', { match_not: pairs(500) })).status).toBe(200);
    for (const body of [{ match: pairs(501) }, { match: pairs(300), match_not: pairs(201) }, { match: [{ _all: words(499) }, ...pairs(2)] }]) {
      expect(await list('', body)).toMatchObject({ status: 400, body: { title: 'Bad request format' } });
    }
    expect((await list(`?q=${words(501).replaceAll(' ', '+')}`)).status).toBe(400);
  });

  it('and the body count together', async () => {
    expect((await list('?container=even', { match: [{ level: 2 }], match_not: [{ hostname: 'h2' }] })).names).toEqual(h(8));
  });

  it('tell the total and where the next page begins, until there is none', async () => {
    const seen: string[] = [];
    let marker = '';
    for (let round = 0; round < 5; round += 1) {
      const { names, headers } = await list(`?container=even&limit=4&sort=hostname${marker}`);
      expect(headers['x-total-count']).toBe('6');
      seen.push(...names);
      const next = headers['x-next-marker'];
      if (next === undefined) break;
      marker = `&marker=${String(next)}`;
    }
    expect(seen).toEqual(h(0, 10, 2, 4, 6, 8));
    expect((await list('?limit=100')).headers).not.toHaveProperty('x-next-marker');
    expect((await list('?offset=11')).headers['x-total-count']).toBe('12');
    expect((await list('?offset=50')).headers['x-total-count']).toBe('12');
    expect((await list('?marker=nowhere')).names).toEqual([]);
  });

  it('are 304 as long as nothing changed, for the same caller and question', async () => {
    const { headers } = await list('?limit=3');
    const etag = String(headers.etag);
    const again = async (query: string, as = 'alpha') => (await bench.call('GET', `${P}/backups${query}`, { as, headers: { 'if-none-match': etag } })).status;
    expect(await again('?limit=3')).toBe(304);
    expect(await again('?limit=4')).toBe(200);
    expect(await again('?limit=3', 'reader')).toBe(200);
    const { body } = await bench.call('POST', `${P}/backups`, { as: 'alpha', body: { container: 'later', hostname: 'h', backup_name: 'n' } });
    expect(await again('?limit=3')).toBe(200);
    await bench.call('DELETE', `${P}/backups/${String((body as Doc)['backup_id'])}`, { as: 'alpha' });
  });

  it('are not for version 1: there the parameters mean nothing', async () => {
    const { headers, body } = await bench.call('GET', '/v1/backups?container=even&limit=2&sort=nothing', { as: 'alpha' });
    expect((body as { backups: unknown[] }).backups).toHaveLength(2);
    expect(headers).not.toHaveProperty('x-total-count');
  });
});

describe('the list of clients', () => {
  it('is paged by client ids, whatever they are kept under', async () => {
    for (const name of ['c1', 'c2', 'c3']) await bench.call('POST', `${P}/clients`, { as: 'alpha', body: { client_id: name } });
    const first = await bench.call('GET', `${P}/clients?limit=2`, { as: 'alpha' });
    expect(first.headers['x-next-marker']).toBe('c2');
    expect((await bench.call('GET', `${P}/clients?limit=2&marker=c2`, { as: 'alpha' })).body).toMatchObject({ clients: [{ client: { client_id: 'c3' } }] });
  });
});

describe('one item', () => {
  it.each([
    ['actions', { freezer_action: {} }],
    ['jobs', { client_id: 'tagged', job_actions: [{ freezer_action: {} }] }],
    ['sessions', { session_tag: 0, schedule: {} }],
  ])('one of %s that was removed meanwhile is not made again by a write that expects it: 412', async (kind, body) => {
    await using bench = await ApiBench.open();
    await bench.call('POST', `${P}/clients`, { as: 'alpha', body: { client_id: 'tagged' } });
    const replace = (tag?: string) =>
      bench.call('POST', `${P}/${kind}/gone`, { as: 'alpha', body, ...(tag !== undefined && { headers: { 'if-match': tag } }) });
    for (const tag of ['*', '"1-2.1"']) expect((await replace(tag)).status).toBe(412);
    for (const each of ['actions', kind]) expect((await bench.call('GET', `${P}/${each}`, { as: 'alpha' })).headers['x-total-count']).toBe('0');
    expect((await replace()).status).toBe(201);
  });

  it('has a tag: 304 when it is unchanged, 412 when a write expects another one', async () => {
    await bench.call('POST', `${P}/actions`, { as: 'alpha', body: { action_id: 'tagged', freezer_action: {} } });
    const get = async (headers = {}) => bench.call('GET', `${P}/actions/tagged`, { as: 'alpha', headers });
    const first = String((await get()).headers.etag);
    expect((await get({ 'if-none-match': first })).status).toBe(304);
    const patch = async (etag: string) =>
      (await bench.call('PATCH', `${P}/actions/tagged`, { as: 'alpha', body: { max_retries: 2 }, headers: { 'if-match': etag } })).status;
    expect(await patch(first)).toBe(200);
    expect(await patch(first)).toBe(412);
    expect((await get({ 'if-none-match': first })).status).toBe(200);
    expect((await bench.call('DELETE', `${P}/actions/tagged`, { as: 'alpha', headers: { 'if-match': first } })).status).toBe(412);
    expect((await bench.call('DELETE', `${P}/actions/tagged`, { as: 'alpha', headers: { 'if-match': '*' } })).status).toBe(204);
  });
});

describe('search documents', () => {
  it.each<[Doc, unknown]>([
    [{}, EVERYTHING],
    [
      { match: [{ a: 1 }, { b: 'x', c: null }], match_not: { d: true } },
      {
        ...EVERYTHING,
        match: [
          { key: 'a', value: 1 },
          { key: 'b', value: 'x' },
          { key: 'c', value: null },
        ],
        matchNot: [{ key: 'd', value: true }],
      },
    ],
    [{ match: [{ _all: 'web 1' }, { a: 1 }] }, { ...EVERYTHING, match: [{ key: 'a', value: 1 }], text: 'web 1' }],
    [
      { match: [{ _all: '[{"a": 1}]' }, { b: 2 }], match_not: [{ c: 3 }] },
      { ...EVERYTHING, match: [{ key: 'a', value: 1 }] },
    ],
    [{ match: [{ _all: '{"a": 1}' }, { b: 2 }] }, EVERYTHING],
    [{ match: [{ _all: '[1' }] }, { ...EVERYTHING, text: '[1' }],
    [
      { match: [{ a: 1 }, { _all: 'x' }] },
      {
        ...EVERYTHING,
        match: [
          { key: 'a', value: 1 },
          { key: '_all', value: 'x' },
        ],
      },
    ],
    [{ match: [{ a: [1] }] }, { ...EVERYTHING, isImpossible: true }],
    [{ match_not: [{ a: {} }], _search: 'x' }, EVERYTHING],
    [
      { time_after: 5, time_before: '7' },
      { ...EVERYTHING, timeAfter: 5, timeBefore: 7 },
    ],
    [{ match: null }, EVERYTHING],
  ])('%j', (body, expected) => {
    expect(readSearch(body)).toEqual(expected);
  });

  it.each<[Doc]>([[{ match: 'x' }], [{ match: [1] }], [{ match_not: [[]] }], [{ time_after: 'soon' }]])('%j is 400', (body) => {
    expect(() => readSearch(body)).toThrow('Bad request format');
  });
});
