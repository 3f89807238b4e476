import { Agent, createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Store } from '@freezer/core';
import { MemoryStore } from '@freezer/testing';
import { type ApiDeps, type Caller, createApi, createPolicy } from '../src/index.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The document; undefined when the body is none. */
  readonly body: unknown;
}

export interface Call {
  /** A name of CALLERS, or any text as a token; undefined: no token. */
  readonly as?: string | undefined;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body that is sent without its length. */
  readonly chunked?: unknown;
}

const caller = (userId: string, projectId: string | undefined, ...roles: string[]): Caller => ({
  userId,
  userName: userId.replace('user-', ''),
  projectId,
  roles,
  token: `token-${userId}`,
});

/** The users of the recordings, and some more. */
export const CALLERS: Readonly<Record<string, Caller>> = {
  alpha: caller('user-alpha', 'project-alpha', 'member'),
  alpha2: caller('user-alpha2', 'project-alpha', 'member'),
  reader: caller('user-reader', 'project-alpha', 'reader'),
  beta: caller('user-beta', 'project-beta', 'member'),
  freezer: caller('user-freezer', 'project-service', 'admin', 'service'),
  service: caller('user-service', 'project-service', 'service'),
  admin: caller('user-admin', 'project-admin', 'admin'),
  unscoped: caller('user-alpha', undefined),
};

/** The API on a port of its own, with a clock that a test moves. */
export class ApiBench implements AsyncDisposable {
  readonly store: Store;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  /** Epoch milliseconds. */
  now = 1_800_000_000_000;
  #ids = 0;

  private constructor(store: Store, deps: Partial<ApiDeps>) {
    this.store = store;
    const api = createApi({
      store,
      authenticate: ({ headers }) => CALLERS[String(headers['x-auth-token'])],
      policy: createPolicy(),
      challenge: 'Keystone uri="http://127.0.0.1:15900"',
      now: () => this.now,
      newId: () => (this.#ids += 1).toString(16).padStart(32, '0'),
      ...deps,
    });
    this.#server = createServer(api);
  }

  static async open(deps: Partial<ApiDeps> = {}): Promise<ApiBench> {
    const store = deps.store ?? new MemoryStore();
    await store.migrate();
    const bench = new ApiBench(store, deps);
    await new Promise<void>((resolve) => bench.#server.listen(0, '127.0.0.1', resolve));
    return bench;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async call(method: string, path: string, { as, body, raw, headers = {}, chunked }: Call = {}): Promise<Reply> {
    const data = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const all = {
      accept: 'application/json',
      ...(as !== undefined && { 'x-auth-token': as }),
      ...(data !== undefined && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(data)) }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: this.port, method, path, headers: all, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
        });
      });
      request.once('error', reject);
      if (chunked !== undefined) {
        request.setHeader('transfer-encoding', 'chunked');
        request.write(JSON.stringify(chunked));
      }
      request.end(data);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
