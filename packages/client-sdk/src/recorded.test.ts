import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AnsweringServer } from '../test-support/answering-server.ts';
import { FreezerClient } from './client.ts';

interface Recorded {
  readonly server: string;
  readonly case: string;
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown> | null;
  readonly status: number;
  readonly response: { readonly $text?: string } & Record<string, unknown>;
}

// Requests and answers of Freezer's own programs: its scheduler with its API 13.0.0, and an API of 2026.
const RECORDED = JSON.parse(readFileSync(new URL('../fixtures/recorded.json', import.meta.url), 'utf8')) as Recorded[];

let server: AnsweringServer;
let current: Recorded;

beforeAll(async () => {
  server = await AnsweringServer.start(() => ({ status: current.status, body: current.response?.$text ?? current.response ?? '' }));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** The call of ours that means the same as a recorded request. */
async function callOf(client: FreezerClient, { method, path, body, case: name }: Recorded): Promise<unknown> {
  const [, , , collection = '', id = '', sub, jobId = ''] = new URL(path, 'http://h').pathname.split('/');
  const query = Object.fromEntries(new URL(path, 'http://h').searchParams);
  const { match, ...search } = (body ?? {}) as { match?: Record<string, string>[] };
  const document = (body ?? {}) as never;
  const { clients, jobs, sessions, backups } = client;
  switch (`${method} ${collection}${id === '' ? '' : '/x'}${sub === undefined ? '' : `/${sub}`}`) {
    case 'POST clients':
      return clients.create(document);
    case 'GET clients/x':
      return clients.get(id);
    case 'DELETE clients/x':
      return clients.delete(id);
    case 'PATCH clients/x':
      return clients.update(id, document);
    case 'GET jobs':
      return name === 'scheduler'
        ? jobs.list({ limit: Number(query['limit']), offset: Number(query['offset']), clientId: String(match?.[0]?.['client_id']), search })
        : jobs.list({ query });
    case 'POST jobs/x':
      return jobs.create(document, { id });
    case 'PATCH jobs/x':
      return jobs.update(id, document);
    case 'POST jobs/x/event':
      return jobs.request(id, Object.keys(body ?? {})[0] as 'start');
    case 'POST backups':
      return backups.create(document);
    case 'GET sessions':
      return sessions.list({ filters: match?.[0] ?? {} });
    case 'GET sessions/x':
      return sessions.get(id);
    case 'POST sessions':
      return sessions.create(document);
    case 'POST sessions/x':
      return sessions.create(document, { id });
    case 'PATCH sessions/x':
      return sessions.update(id, document);
    case 'DELETE sessions/x':
      return sessions.delete(id);
    case 'PUT sessions/x/jobs':
      return sessions.addJob(id, jobId);
    case 'POST sessions/x/action': {
      const { start, end } = body as { start?: { job_id: string; current_tag: number }; end?: { job_id: string; current_tag: number; result: string } };
      if (start !== undefined) return sessions.start(id, { jobId: start.job_id, tag: start.current_tag });
      return sessions.end(id, { jobId: end?.job_id ?? '', tag: end?.current_tag ?? 0, result: end?.result ?? '' });
    }
    default:
      throw new TypeError(`no call for ${method} ${path}`);
  }
}

describe.each(RECORDED.map((recorded) => [`${recorded.server}: ${recorded.case}, ${recorded.method} ${recorded.path}`, recorded] as const))(
  '%s',
  (_, recorded) => {
    test('we ask the same, and understand the answer', async () => {
      current = recorded;
      server.seen.length = 0;
      const project = recorded.path.split('/')[2] ?? '';
      await using client = new FreezerClient({ endpoint: server.url, project, token: () => 't' });
      const outcome = await callOf(client, recorded).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      const [sent] = server.seen;
      const plain = (path: string) => path.replace(/\/(?=\?|$)/, '');
      expect({ method: sent?.method, path: plain(sent?.path ?? ''), body: sent?.body ?? null }).toEqual({
        method: recorded.method,
        path: plain(recorded.path),
        body: recorded.body,
      });
      // Python's servers ignore a body without this header.
      if (recorded.body !== null) expect(sent?.headers['content-length']).toBe(String(Buffer.byteLength(sent?.text ?? '')));
      if (recorded.status < 300) expect(outcome).toHaveProperty('value');
      else if (recorded.status === 404 && recorded.method === 'GET') expect(outcome).toEqual({ value: undefined });
      else expect(outcome).toMatchObject({ error: { status: recorded.status } });
    });
  },
);
