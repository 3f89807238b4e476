import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server of 127.0.0.1, and does to the connection what networks do. */
export class TcpProxy {
  readonly port: number;
  /** What comes is lost while this is true; nothing is broken off. */
  isStalled = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cutAfter = Number.POSITIVE_INFINITY;
  #cutEvery = Number.POSITIVE_INFINITY;
  #cuts = 0;
  #held: { readonly to: Socket; readonly chunk: Buffer }[] | undefined;

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
    this.#cuts += 1;
    this.#cutAfter = this.#cutEvery;
  }

  /** How often connections were broken off. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Breaks them off once so many more bytes went by, in both directions together. */
  cutAfter(bytes: number): void {
    this.#cutAfter = bytes;
  }

  /** The same again and again. */
  cutEvery(bytes: number): void {
    this.#cutEvery = bytes;
    this.#cutAfter = bytes;
  }

  /** Keeps what the server says back, as a long way does. */
  hold(): void {
    this.#held ??= [];
  }

  /** Bytes of the server that are kept back. */
  get heldBytes(): number {
    return (this.#held ?? []).reduce((sum, { chunk }) => sum + chunk.length, 0);
  }

  /** Hands on what was kept back. */
  release(): void {
    for (const { to, chunk } of this.#held ?? []) if (!to.destroyed) to.write(chunk);
    this.#held = undefined;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    const breakOff = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // What broke it off is the business of those at its ends.
      socket.on('error', breakOff);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // What is on its way to the other still arrives: an upload over FTP ends like this.
        other.destroySoon();
      });
    }
    this.#handOn(client, server, false);
    this.#handOn(server, client, true);
  }

  #handOn(from: Socket, to: Socket, isFromServer: boolean): void {
    from.on('data', (chunk: Buffer) => {
      this.#cutAfter -= chunk.length;
      if (this.#cutAfter < 0) return this.cut();
      if (this.isStalled) return;
      if (isFromServer && this.#held) this.#held.push({ to, chunk });
      else to.write(chunk);
    });
  }
}
