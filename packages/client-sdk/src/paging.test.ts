import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AnsweringServer } from '../test-support/answering-server.ts';
import { FreezerClient } from './client.ts';

let server: AnsweringServer;
let client: FreezerClient;

beforeEach(async () => {
  server = await AnsweringServer.start();
  client = new FreezerClient({ endpoint: server.url, project: 'p1' });
});

afterEach(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

const queryOf = (path: string) => new URL(path, 'http://h').searchParams;

function serve(count: number, byMarker: boolean): void {
  const items = Array.from({ length: count }, (_, index) => ({ job_id: `j${index}` }));
  server.answer = ({ path }) => {
    const query = queryOf(path);
    const limit = Number(query.get('limit') ?? 10);
    const marker = query.get('marker');
    const from = marker === null ? Number(query.get('offset') ?? 0) : items.findIndex(({ job_id }) => job_id === marker) + 1;
    const page = items.slice(from, from + limit);
    const last = page.at(-1);
    const headers: Record<string, string> = byMarker ? { 'x-total-count': String(count) } : {};
    if (byMarker && last !== undefined && from + limit < count) headers['x-next-marker'] = last.job_id;
    return { body: { jobs: page }, headers };
  };
}

async function collect(options: Parameters<FreezerClient['jobs']['all']>[0]): Promise<string[]> {
  const ids: string[] = [];
  for await (const { job_id } of client.jobs.all(options)) ids.push(String(job_id));
  return ids;
}

test.each([0, 1, 9, 10, 11, 20, 25])('%d items come once each and in order, by marker and by offset', async (count) => {
  const expected = Array.from({ length: count }, (_, index) => `j${index}`);
  for (const byMarker of [true, false]) {
    serve(count, byMarker);
    expect(await collect({ limit: 10 })).toEqual(expected);
  }
});

test('a page after the first is asked by marker alone when the server has markers', async () => {
  serve(25, true);
  await collect({ limit: 10, offset: 2 });
  expect(server.seen.map(({ path }) => queryOf(path).toString())).toEqual(['limit=10&offset=2', 'limit=10&marker=j11', 'limit=10&marker=j21']);
});

test('the search goes with every page', async () => {
  serve(15, false);
  await collect({ limit: 10, clientId: 'c', search: { match_not: [{ status: 'completed' }] } });
  expect(server.seen.map(({ body }) => body)).toEqual(Array(2).fill({ match: [{ client_id: 'c' }], match_not: [{ status: 'completed' }] }));
});

test('an item that is removed while it is the marker does not end the list', async () => {
  for (const first of [undefined, await firstOf(25)]) {
    const items = Array.from({ length: 25 }, (_, index) => ({ job_id: `j${index}` }));
    server.answer = ({ path }) => {
      const query = queryOf(path);
      const marker = query.get('marker');
      // Each page ends with what is removed before the next is asked for, for as long as there are more than 20.
      if (marker !== null && items.length > 20) items.splice(9, 1);
      const at = items.findIndex(({ job_id }) => job_id === marker);
      const page = marker !== null && at === -1 ? [] : items.slice(at + 1, at + 11);
      const last = page.at(-1);
      return { body: { jobs: page }, headers: last !== undefined && last !== items.at(-1) ? { 'x-next-marker': last.job_id } : {} };
    };
    const ids: string[] = [];
    for await (const { job_id } of client.jobs.all({ limit: 10 }, first)) ids.push(String(job_id));
    expect(ids.toSorted()).toEqual(Array.from({ length: 25 }, (_, index) => `j${index}`).toSorted());
  }
});

async function firstOf(count: number) {
  serve(count, true);
  return await client.jobs.page({ limit: 10 });
}

test('who stops reading asks for no more pages', async () => {
  serve(100, false);
  for await (const { job_id } of client.jobs.all({ limit: 10 })) if (job_id === 'j3') break;
  expect(server.seen).toHaveLength(1);
});

test('a marker that a header cannot hold comes encoded, and is asked for as it is', async () => {
  server.answer = ({ path }) =>
    path.includes('marker') ? { body: { jobs: [] } } : { body: { jobs: [{ job_id: 'a/ü b' }] }, headers: { 'x-next-marker': 'a%2F%C3%BC%20b' } };
  expect(await collect({})).toEqual(['a/ü b']);
  expect(queryOf(server.seen[1]?.path ?? '').get('marker')).toBe('a/ü b');
});

test('a page tells the total and where the next begins', async () => {
  serve(15, true);
  expect(await client.jobs.page({ limit: 10 })).toMatchObject({ total: 15, nextMarker: 'j9' });
  serve(15, false);
  expect(await client.jobs.page({ limit: 10 })).toMatchObject({ total: undefined, nextMarker: undefined });
});

test('words are looked up in the first pair, where servers look for them', async () => {
  serve(1, false);
  await client.jobs.list({ filters: { status: 'stop' }, text: 'daily', allProjects: true });
  expect(server.seen[0]?.body).toEqual({ match: [{ _all: 'daily' }, { status: 'stop' }] });
  expect(queryOf(server.seen[0]?.path ?? '').get('all_projects')).toBe('true');
});
