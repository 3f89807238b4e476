import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Stands between a client and a server of 127.0.0.1, and does to the connection what networks do. */
export class TcpProxy {
  readonly port: number;
  /** Bytes that came from the server and were handed on; may be set. */
  bytesFromServer = 0;
  /** How long each chunk is on its way, one way, in milliseconds. */
  delayMs = 0;
  /** Nothing is handed on while this is true; nothing is broken off either. */
  isStalled = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cutAfter = Number.POSITIVE_INFINITY;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('the system gave no port');
    const proxy = new TcpProxy(server, address.port);
    server.on('connection', (client) => proxy.#join(client, createConnection(target, '127.0.0.1')));
    return proxy;
  }

  /** Breaks all connections off, now. New ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#cutAfter = Number.POSITIVE_INFINITY;
  }

  /** Breaks them off once so many more bytes went by, in both directions together. */
  cutAfter(bytes: number): void {
    this.#cutAfter = bytes;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    const end = (): void => {
      client.destroy();
      server.destroy();
      this.#sockets.delete(client);
      this.#sockets.delete(server);
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // What broke it off is the business of those at its ends.
      socket.on('error', end).on('close', end);
    }
    this.#handOn(client, server, () => undefined);
    this.#handOn(server, client, (bytes) => {
      this.bytesFromServer += bytes;
    });
  }

  #handOn(from: Socket, to: Socket, count: (bytes: number) => void): void {
    let last: Promise<unknown> = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      this.#cutAfter -= chunk.length;
      if (this.#cutAfter < 0) return this.cut();
      if (this.isStalled) return;
      count(chunk.length);
      if (this.delayMs === 0) return void to.write(chunk);
      const due = wait(this.delayMs);
      last = last.then(async () => {
        await due;
        if (!to.destroyed) to.write(chunk);
      });
    });
  }
}
