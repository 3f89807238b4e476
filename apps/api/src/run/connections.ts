import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AnyServer } from './listen.ts';

/** Knows which connections have no request: Node takes one that never had any for busy. */
export class Connections {
  /** Requests of each connection; with TLS of those that have come to an agreement. */
  readonly #open = new Map<Socket, number>();
  /** The bare connections. */
  readonly #bare = new Set<Socket>();
  readonly #server: AnyServer;
  #stopping = false;

  constructor(server: AnyServer) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#bare.add(socket);
      socket.once('close', () => this.#bare.delete(socket));
    });
    server.on('setSecureContext' in server ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#open.set(socket, 0);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.#count(socket, 1);
      response.once('close', () => this.#count(socket, -1));
    });
  }

  /** Takes no more requests; resolves when those that have begun are answered, at the latest after some seconds. */
  async stop(seconds: number): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const [socket, requests] of this.#open) if (requests === 0) socket.destroy();
    this.#server.closeIdleConnections();
    const late = setTimeout(() => this.#end(), seconds * 1000);
    await closed;
    clearTimeout(late);
  }

  #count(socket: Socket, change: 1 | -1): void {
    const requests = (this.#open.get(socket) ?? 0) + change;
    this.#open.set(socket, requests);
    if (this.#stopping && requests === 0) socket.end();
  }

  #end(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#bare) socket.destroy();
  }
}
