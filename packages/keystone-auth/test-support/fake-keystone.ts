import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One request that arrived. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers a request itself and returns something true, or leaves it to the server. */
export type Fault = (arrived: Arrived, response: ServerResponse) => unknown;

/** A server on 127.0.0.1 that speaks as much of Identity v3 and v2.0 as the tests need. Knows the user `alice` with the password `wonder`. */
export class FakeKeystone implements AsyncDisposable {
  readonly arrived: Arrived[] = [];
  /** Tried before every answer. */
  fault: Fault = () => undefined;
  /** Tokens that are good, with the epoch seconds of their end. */
  readonly tokens = new Map<string, number>();
  lifeSeconds = 3600;
  /** How far this server's clock is ahead. */
  clockAheadSeconds = 0;
  catalog: object[] = [];
  roles = ['member'];
  readonly #server: Server;
  #issued = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(tls?: { readonly key: string; readonly cert: string; readonly ca?: string; readonly requestCert?: boolean }): Promise<FakeKeystone> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const fake = new FakeKeystone(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void fake.#answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Requests for a new token so far. */
  get logins(): number {
    return this.arrived.filter(({ method, path }) => method === 'POST' && path.endsWith('/tokens')).length;
  }

  now(): number {
    return Date.now() / 1000 + this.clockAheadSeconds;
  }

  /** A token as if somebody had logged in. */
  issue(life = this.lifeSeconds): string {
    this.#issued += 1;
    const token = `token-${this.#issued}-of-alice`;
    this.tokens.set(token, this.now() + life);
    return token;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const arrived = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    this.arrived.push(arrived);
    if (this.fault(arrived, response)) return;
    const path = arrived.path.split('?')[0];
    if (path === '/') send(response, 300, VERSIONS);
    else if (path === '/v3/auth/tokens') this.#v3(arrived, response);
    else if (path === '/v2.0/tokens') this.#v2(arrived, response);
    else sendError(response, 404, 'Not Found');
  }

  #v3(arrived: Arrived, response: ServerResponse): true {
    if (arrived.method === 'POST') {
      if (!arrived.body.includes('wonder') && !arrived.body.includes('-of-alice'))
        return sendError(response, 401, 'The request you have made requires authentication.');
      const token = this.issue();
      return send(response, 201, this.document(token), { 'x-subject-token': token });
    }
    const good = (name: string) => this.tokens.has(String(arrived.headers[name]));
    const subject = String(arrived.headers['x-subject-token']);
    if (!good('x-auth-token')) return sendError(response, 401, 'The request you have made requires authentication.');
    const isExpired = (this.tokens.get(subject) ?? 0) <= this.now();
    if (!good('x-subject-token') || (isExpired && !arrived.path.includes('allow_expired=1')))
      return sendError(response, 404, `Could not find token: ${subject}.`);
    return send(response, 200, this.document(subject));
  }

  #v2(arrived: Arrived, response: ServerResponse): true {
    if (!arrived.body.includes('wonder')) return sendError(response, 401, 'The request you have made requires authentication.');
    const token = this.issue();
    const expires = isoSeconds(this.tokens.get(token) ?? 0);
    const serviceCatalog = [
      { type: 'object-store', name: 'swift', endpoints: [{ region: 'One', publicURL: 'http://swift/v1/AUTH_1', adminURL: 'http://swift/' }] },
    ];
    const issued = new Date(this.now() * 1000).toISOString().replace('Z', '000');
    return send(response, 200, {
      access: {
        token: { id: token, expires, issued_at: issued, tenant: { id: 'p1', name: 'alpha', enabled: true } },
        user: { id: 'u1', name: 'alice', roles: [{ name: 'member' }] },
        serviceCatalog,
      },
    });
  }

  document(token: string): object {
    return {
      token: {
        methods: ['password'],
        user: { id: 'u1', name: 'alice', domain: { id: 'default', name: 'Default' }, password_expires_at: null },
        project: { id: 'p1', name: 'alpha', domain: { id: 'default', name: 'Default' } },
        roles: this.roles.map((name) => ({ id: `id-of-${name}`, name })),
        issued_at: isoSeconds(this.now()),
        expires_at: isoSeconds(this.tokens.get(token) ?? 0),
        audit_ids: ['a'],
        catalog: this.catalog,
      },
    };
  }
}

const VERSIONS = { versions: { values: [{ id: 'v3.14', status: 'stable', links: [{ rel: 'self', href: 'http://localhost/v3/' }] }] } };

export function send(response: ServerResponse, status: number, document: unknown, headers: Record<string, string> = {}): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document));
  return true;
}

export function sendError(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): true {
  return send(response, status, { error: { code: status, title: 'Error', message } }, headers);
}

function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
