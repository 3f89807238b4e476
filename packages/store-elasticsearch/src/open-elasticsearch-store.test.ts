import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FreezerError } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { type ElasticsearchStoreOptions, openElasticsearchStore } from './open-elasticsearch-store.ts';

const codeOf = (error: unknown): unknown => (FreezerError.is(error) ? error.code : error);

/** A server that does what one of Elasticsearch does on a bad day. */
async function withServer<T>(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/vnd.elasticsearch+json; compatible-with=8', 'x-elastic-product': 'Elasticsearch' });
  response.end(JSON.stringify(body));
}

const OWNER = { projectId: 'p', userId: 'u' };

describe('openElasticsearchStore', () => {
  it.each<[string, ElasticsearchStoreOptions]>([
    ['a host that is no URL', { hosts: ['http://'] }],
    ['a host of another protocol', { hosts: ['ftp://user:hidden@host'] }],
    ['an account without a password', { httpAuth: 'hidden' }],
    ['authorities that are not there', { caCerts: '/nowhere/ca.pem' }],
    ['an index with capital letters', { index: 'Freezer' }],
    ['a timeout of nothing', { timeoutMs: 0 }],
    ['half a replica', { numberOfReplicas: 0.5 }],
  ])('refuses %s', async (_, options) => {
    const error = await openElasticsearchStore(options).catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('invalid');
    expect(String(error)).not.toMatch(/hidden/);
  });

  it('says that nobody is there, and no account', async () => {
    await using store = await openElasticsearchStore({ hosts: ['http://127.0.0.1:9'], httpAuth: 'user:hidden', retries: 0 });
    const error = await store.ping().catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('unavailable');
    expect(`${error} ${JSON.stringify(error)}`).not.toMatch(/hidden/);
  });
});

it.each([
  [{ numberOfReplicas: 2 }, { number_of_replicas: 2 }, 1],
  [{ refreshIntervalMs: 7 }, { refresh_interval: '7ms' }, 1],
  [{}, {}, 0],
])('updateSettings with %j writes and tells %j, and leaves the rest to the cluster', async (options, expected, writes) => {
  const written: unknown[] = [];
  await withServer(
    (request, response, body) => {
      if (request.method === 'PUT') written.push(JSON.parse(body));
      send(response, 200, request.method === 'PUT' ? { acknowledged: true } : { 'freezer-jobs-000001': { settings: {} } });
    },
    async (url) => {
      await using store = await openElasticsearchStore({ hosts: [url], ...options });
      expect(await store.updateSettings()).toEqual(expected);
    },
  );
  expect(written).toEqual(Array.from({ length: writes }, () => ({ index: expected })));
});

describe('a write whose answer got lost', () => {
  it('is recognised when the second try is refused', async () => {
    let written = '';
    let tries = 0;
    await withServer(
      (request, response, body) => {
        if (request.method !== 'PUT') {
          send(response, 200, { found: true, _id: 'j', _source: JSON.parse(written) as object, _seq_no: 4, _primary_term: 1 });
          return;
        }
        tries += 1;
        if (tries === 1) {
          written = body;
          response.destroy();
        } else send(response, 409, { error: { type: 'version_conflict_engine_exception', reason: 'document already exists' }, status: 409 });
      },
      async (url) => {
        await using store = await openElasticsearchStore({ hosts: [url], retries: 3 });
        const created = await store.documents('jobs').create('j', { a: 1 }, OWNER);
        expect(created).toMatchObject({ id: 'j', document: { a: 1 }, version: '4.1' });
        expect(tries).toBe(2);
      },
    );
  });

  it('is not taken for one of somebody else', async () => {
    let tries = 0;
    await withServer(
      (request, response) => {
        if (request.method !== 'PUT') {
          const _source = { id: 'j', project_id: 'p', user_id: 'u', document: '{}', created: 1, revision: 1, write: 'of another' };
          send(response, 200, { found: true, _id: 'j', _source, _seq_no: 4, _primary_term: 1 });
          return;
        }
        tries += 1;
        if (tries === 1) response.destroy();
        else send(response, 409, { error: { type: 'version_conflict_engine_exception', reason: 'document already exists' }, status: 409 });
      },
      async (url) => {
        await using store = await openElasticsearchStore({ hosts: [url], retries: 3 });
        expect(
          codeOf(
            await store
              .documents('jobs')
              .create('j', { a: 1 }, OWNER)
              .catch((error: unknown) => error),
          ),
        ).toBe('already_exists');
      },
    );
  });

  it.each([
    [401, { error: { type: 'security_exception', reason: 'missing\nauthentication' } }, 'permission_denied', /answered 401: missing authentication/],
    [404, { error: { type: 'index_not_found_exception', reason: 'no such index' } }, 'unavailable', /freezer-manage db sync/],
    [413, {}, 'too_large', /413/],
    [503, { error: { type: 'cluster_block_exception', reason: 'blocked' } }, 'unavailable', /blocked/],
    [500, { error: { type: 'x', reason: 'broken' } }, 'unexpected', /broken/],
  ])('that is answered by %d fails as it should', async (status, body, code, message) => {
    await withServer(
      (_, response) => send(response, status, { ...body, status }),
      async (url) => {
        await using store = await openElasticsearchStore({ hosts: [url], retries: 0 });
        const error = await store
          .documents('jobs')
          .create('j', {}, OWNER)
          .catch((reason: unknown) => reason);
        expect({ code: codeOf(error), message: String(error) }).toEqual({ code, message: expect.stringMatching(message) });
        expect(String(error).split('\n')).toHaveLength(1);
      },
    );
  });
});
