import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that arrived; its body is read only by the server itself. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly request: IncomingMessage;
}

/** Does to a request what servers and networks do, and returns something true; or leaves it to the server. May wait. */
export type Fault = (arrived: Arrived, response: ServerResponse) => unknown;

interface Stored {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const KEPT = /^(x-object-manifest|x-object-meta-.*|content-type)$/;

/** A server on 127.0.0.1 that speaks as much of Swift, with TempAuth, as faults are to be tried on. Knows the user `test:tester`, key `testing`. */
export class FakeSwift implements AsyncDisposable {
  readonly arrived: Arrived[] = [];
  readonly objects = new Map<string, Stored>();
  /** Tried before every answer. */
  fault: Fault = () => undefined;
  /** Objects in a page of a listing. */
  pageSize = 10_000;
  /** Names that one request may remove; undefined: it cannot remove several. */
  bulkMost: number | undefined;
  /** What becomes of an object that one of several is asked to be removed: undefined, and it goes; else the status line with which it stays. */
  keeps: (name: string) => string | undefined = () => undefined;
  token = 'token-1';
  #logins = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeSwift> {
    const server = createServer();
    const fake = new FakeSwift(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void fake.#answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get logins(): number {
    return this.#logins;
  }

  settings(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return { container: 'c', os_auth_url: `${this.url}/auth/v1.0`, os_username: 'test:tester', os_password: 'testing', ...more };
  }

  /** Requests of one kind so far. */
  count(method: string, pattern: RegExp): number {
    return this.arrived.filter((each) => each.method === method && pattern.test(each.path)).length;
  }

  /** The tokens that were given are good no longer. */
  expireTokens(): void {
    this.token = `token-${Number(this.token.slice(6)) + 1}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    const url = new URL(request.url ?? '/', this.url);
    const arrived: Arrived = {
      method: request.method ?? '',
      path: url.pathname.split('/').map(decodeURIComponent).join('/'),
      query: url.searchParams,
      headers: request.headers,
      request,
    };
    this.arrived.push(arrived);
    if (await this.fault(arrived, response)) return;
    const { status, headers = {}, body = Buffer.alloc(0) } = await this.serve(arrived);
    const length = arrived.method === 'HEAD' || headers['content-length'] !== undefined ? {} : { 'content-length': String(body.length) };
    response.writeHead(status, { ...length, ...headers });
    response.end(arrived.method === 'HEAD' ? undefined : body);
  }

  /** What an honest server answers. */
  async serve({ method, path, query, headers, request }: Arrived): Promise<{ status: number; headers?: Record<string, string>; body?: Buffer }> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return { status: 499 };
    }
    const body = Buffer.concat(chunks);
    if (path === '/auth/v1.0') {
      if (headers['x-auth-key'] !== 'testing') return { status: 401 };
      this.#logins += 1;
      return { status: 200, headers: { 'x-storage-url': `${this.url}/v1/TEMP_test`, 'x-auth-token': this.token } };
    }
    if (path === '/info') return { status: 200, body: this.#info() };
    if (headers['x-auth-token'] !== this.token) return { status: 401 };
    if (method === 'POST' && query.has('bulk-delete')) return this.#bulkDelete(body.toString('utf8'));
    const name = /^\/v1\/TEMP_test\/c\/(.+)$/s.exec(path)?.[1];
    if (name === undefined) return method === 'GET' ? { status: 200, body: this.#listing(query) } : { status: 204 };
    return method === 'PUT' ? this.#put(name, headers, body) : this.#object(method, name, headers);
  }

  #info(): Buffer {
    const bulk = this.bulkMost === undefined ? {} : { bulk_delete: { max_deletes_per_request: this.bulkMost } };
    return Buffer.from(JSON.stringify({ swift: { container_listing_limit: this.pageSize }, ...bulk }));
  }

  /** As Swift does: 200 whatever becomes of it, which stands in the body. */
  #bulkDelete(text: string): { status: number; body: Buffer } {
    const names = text.split('\n').filter((line) => line !== '');
    const errors: (readonly [string, string])[] = [];
    let [deleted, absent] = [0, 0];
    for (const line of names) {
      const name = decodeURIComponent(line).replace(/^\/c\//, '');
      const status = this.keeps(name);
      if (status !== undefined) errors.push([line, status]);
      else if (this.objects.delete(name)) deleted += 1;
      else absent += 1;
    }
    const failed = errors.some(([, status]) => status.startsWith('5')) ? '502 Bad Gateway' : '400 Bad Request';
    const isTooMany = names.length > (this.bulkMost ?? 0);
    return {
      status: 200,
      body: Buffer.from(
        JSON.stringify({
          'Response Status': isTooMany ? '413 Request Entity Too Large' : errors.length > 0 ? failed : '200 OK',
          'Response Body': '',
          'Number Deleted': deleted,
          'Number Not Found': absent,
          Errors: errors,
        }),
      ),
    };
  }

  #put(name: string, headers: IncomingMessage['headers'], bytes: Buffer): { status: number; headers?: Record<string, string> } {
    const etag = createHash('md5').update(bytes).digest('hex');
    if (headers['if-none-match'] === '*' && this.objects.has(name)) return { status: 412 };
    if (headers['etag'] !== undefined && headers['etag'] !== etag) return { status: 422 };
    this.objects.set(name, {
      bytes,
      headers: Object.fromEntries(Object.entries(headers).flatMap(([key, value]) => (KEPT.test(key) ? [[key, String(value)]] : []))),
    });
    return { status: 201, headers: { etag } };
  }

  #object(method: string, name: string, headers: IncomingMessage['headers']): { status: number; headers?: Record<string, string>; body?: Buffer } {
    const found = this.objects.get(name);
    if (found === undefined) return { status: 404 };
    if (method === 'DELETE') {
      this.objects.delete(name);
      return { status: 204 };
    }
    const { bytes, headers: kept } = found;
    const common = { ...kept, etag: createHash('md5').update(bytes).digest('hex'), 'last-modified': new Date(0).toUTCString() };
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (start === undefined) return { status: 200, headers: { ...common, 'content-length': String(bytes.length) }, body: bytes };
    const part = bytes.subarray(Number(start), Number(end) + 1);
    return { status: 206, headers: { ...common, 'content-length': String(part.length), 'content-range': `bytes ${start}-${end}/${bytes.length}` }, body: part };
  }

  #listing(query: URLSearchParams): Buffer {
    const [prefix, marker] = [query.get('prefix') ?? '', query.get('marker') ?? ''];
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix) && name > marker).toSorted();
    const lines = names.slice(0, Math.min(this.pageSize, Number(query.get('limit')))).map((name) => {
      const bytes = this.objects.get(name)?.bytes ?? Buffer.alloc(0);
      return { name, bytes: bytes.length, hash: createHash('md5').update(bytes).digest('hex'), last_modified: '1970-01-01T00:00:00.000000' };
    });
    return Buffer.from(JSON.stringify(lines));
  }
}
