import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ApiRequest {
  readonly method: string;
  /** Behind `/v2/PROJECT/` or `/v1/`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

export type Documents = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

const PROJECT = 'p1';
const ID_KEYS: Readonly<Record<string, string>> = {
  clients: 'client_id',
  jobs: 'job_id',
  sessions: 'session_id',
  actions: 'action_id',
  backups: 'backup_id',
  runs: 'run_id',
  alerts: 'alert_id',
};

interface Answer {
  readonly status: number;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Keystone and a backup service in one, on 127.0.0.1, with documents that a test puts there; real clients log in and ask. Keeps what it was asked. */
export class Cloud implements AsyncDisposable {
  readonly asked: ApiRequest[] = [];
  documents: Documents = {};
  logins = 0;
  /** Tried before every answer of the API. */
  fault: (request: ApiRequest) => Answer | undefined = () => undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(documents: Documents = {}): Promise<Cloud> {
    const server = createServer();
    const cloud = new Cloud(server);
    cloud.documents = documents;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void cloud.#serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return cloud;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For a client that logs in here. */
  get environment(): Record<string, string> {
    return {
      OS_AUTH_URL: `${this.url}/v3`,
      OS_USERNAME: 'alice',
      OS_PASSWORD: 'wonderland',
      OS_PROJECT_NAME: 'alpha',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? '', this.url);
    const { status, body, headers } = url.pathname.startsWith('/v3') ? this.#keystone(request, url, text) : this.#api(request, url, text);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers });
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  }

  #keystone(request: IncomingMessage, url: URL, text: string): Answer {
    if (request.method === 'GET' && /^\/v3\/?$/.test(url.pathname))
      return {
        status: 200,
        body: { version: { id: 'v3.14', status: 'stable', updated: '2020-04-07T00:00:00Z', links: [{ rel: 'self', href: `${this.url}/v3/` }] } },
      };
    if (url.pathname !== '/v3/auth/tokens' || request.method !== 'POST')
      return { status: 404, body: { error: { code: 404, message: 'Not Found', title: 'Not Found' } } };
    if (!text.includes('wonderland') && !text.includes('good-token'))
      return { status: 401, body: { error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' } } };
    this.logins += 1;
    const iso = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().replace('Z', '000Z');
    const endpoints = ['public', 'internal', 'admin'].map((each) => ({
      id: each,
      interface: each,
      region: 'RegionOne',
      region_id: 'RegionOne',
      url: this.url,
    }));
    return {
      status: 201,
      headers: { 'x-subject-token': 'good-token' },
      body: {
        token: {
          methods: ['password'],
          user: { id: 'u1', name: 'alice', domain: { id: 'default', name: 'Default' }, password_expires_at: null },
          project: { id: PROJECT, name: 'alpha', domain: { id: 'default', name: 'Default' } },
          roles: [{ id: 'r1', name: 'member' }],
          catalog: [{ id: 's1', type: 'backup', name: 'freezer', endpoints }],
          audit_ids: ['a'],
          issued_at: iso(0),
          expires_at: iso(3600),
        },
      },
    };
  }

  #api(request: IncomingMessage, url: URL, text: string): Answer {
    const path = url.pathname.replace(/^\/(v2\/[^/]+|v1)\//, '');
    const asked: ApiRequest = {
      method: request.method ?? '',
      path,
      query: Object.fromEntries(url.searchParams),
      body: text === '' ? null : (JSON.parse(text) as unknown),
      headers: request.headers,
    };
    this.asked.push(asked);
    if (request.headers['x-auth-token'] !== 'good-token') return { status: 401, body: { error: { code: 401, title: 'Unauthorized', message: 'no' } } };
    return this.fault(asked) ?? this.#answer(asked);
  }

  #answer({ method, path, query }: ApiRequest): Answer {
    const [kind = '', id = '', sub] = path.split('/');
    const idKey = ID_KEYS[kind];
    if (idKey === undefined) return { status: 404, body: { title: '404 Not Found' } };
    const all = this.documents[kind] ?? [];
    if (method === 'GET' && id === '') {
      const offset = Number(query['offset'] ?? 0);
      return { status: 200, body: { [kind]: all.slice(offset, offset + Number(query['limit'] ?? 10)) } };
    }
    const document = all.find((each) => idOf(each, idKey) === id);
    if (method === 'GET') return document === undefined ? { status: 404 } : { status: 200, body: document };
    if (method === 'DELETE') return { status: 204 };
    if (method === 'PUT') return { status: 204 };
    if (method === 'PATCH') return { status: 200, body: { [idKey]: id, version: 0 } };
    if (sub === 'event') return { status: 202, body: { result: 'success' } };
    if (sub === 'action') return { status: 202, body: { result: 'success', session_tag: 1 } };
    return { status: 201, body: { [idKey]: id === '' ? idOf(all[0] ?? {}, idKey) : id } };
  }
}

function idOf(document: Readonly<Record<string, unknown>>, idKey: string): unknown {
  const inner = document['client'];
  return typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[idKey] : document[idKey];
}
