import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy.ts';

const PASSIVE = /\(\|\|\|(\d+)\|\)/;

/** Stands before an FTP server of 127.0.0.1 that is spoken to in clear text: the connections for bytes, too, go through here (EPSV). */
export class FtpProxy {
  readonly port: number;
  /** Nothing of what the server says arrives while this is true; nothing is broken off. */
  isStalled = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #proxies: TcpProxy[] = [];
  #cutAfter: number | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(target: number): Promise<FtpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('the system gave no port');
    const proxy = new FtpProxy(server, address.port);
    server.on('connection', (client) => proxy.#join(client, createConnection(target, '127.0.0.1')));
    return proxy;
  }

  /** The next connection for bytes is broken off after so many of them. */
  cutNextAfter(bytes: number): void {
    this.#cutAfter = bytes;
  }

  /** Breaks all connections off, now. New ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const proxy of this.#proxies) proxy.cut();
  }

  async stop(): Promise<void> {
    this.cut();
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    const breakOff = (): void => {
      client.destroy();
      server.destroy();
    };
    let order = Promise.resolve();
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      // What broke it off is the business of those at its ends.
      socket.on('error', breakOff);
    }
    client.on('close', () => server.destroySoon());
    server.on('close', () => {
      // Its last words are on their way.
      order = order.then(() => client.destroySoon());
    });
    client.on('data', (chunk: Buffer) => server.write(chunk));
    server.on('data', (chunk: Buffer) => {
      order = order.then(async () => await this.#handOn(client, chunk.toString('latin1')));
    });
  }

  async #handOn(client: Socket, said: string): Promise<void> {
    const passive = PASSIVE.exec(said);
    let text = said;
    if (passive) {
      const proxy = await TcpProxy.start(Number(passive[1]));
      this.#proxies.push(proxy);
      if (this.#cutAfter !== undefined) proxy.cutAfter(this.#cutAfter);
      this.#cutAfter = undefined;
      text = said.replace(PASSIVE, `(|||${proxy.port}|)`);
    }
    if (!this.isStalled && !client.destroyed) client.write(text, 'latin1');
  }
}
