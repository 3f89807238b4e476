import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined when it is empty. */
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as it is. */
  readonly body?: object | string;
  /** The connection is cut instead. */
  readonly cut?: boolean;
  /** No answer ever comes. */
  readonly silent?: boolean;
}

/** A server on the loopback that answers what a test says, and keeps what it was asked. */
export class AnsweringServer implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  answer: (request: SeenRequest, index: number) => Answer = () => ({});
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer?: (request: SeenRequest, index: number) => Answer): Promise<AnsweringServer> {
    const server = createServer();
    const own = new AnsweringServer(server);
    if (answer !== undefined) own.answer = answer;
    server.on('request', (request, response) => {
      const chunks: Uint8Array[] = [];
      request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const body: unknown = text === '' ? undefined : JSON.parse(text);
        const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, text, body };
        own.seen.push(seen);
        const { status = 200, headers = {}, body: answered = {}, cut, silent } = own.answer(seen, own.seen.length - 1);
        if (cut === true) {
          request.socket.destroy();
          return;
        }
        if (silent === true) return;
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(status === 204 || status === 304 ? undefined : typeof answered === 'string' ? answered : JSON.stringify(answered));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
