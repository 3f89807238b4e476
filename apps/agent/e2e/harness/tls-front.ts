import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createConnection } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';

/** TLS before a server of 127.0.0.1, with a certificate that it signed itself, for as many days from now. */
export class TlsFront implements AsyncDisposable {
  readonly #server: Server;
  /** The file of the certificate. */
  readonly certificate: string;

  private constructor(server: Server, certificate: string) {
    this.#server = server;
    this.certificate = certificate;
  }

  static async start(folder: string, target: number, { days = 2, address = '127.0.0.1' } = {}): Promise<TlsFront> {
    const [key, request, certificate] = [join(folder, 'tls-key.pem'), join(folder, 'tls-request.pem'), join(folder, 'tls-cert.pem')];
    const subject = ['-subj', '/CN=lab', '-addext', `subjectAltName=IP:${address}`];
    const openssl = (...words: readonly string[]): Buffer => execFileSync('openssl', words, { stdio: 'ignore' });
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request, ...subject);
    openssl('x509', '-req', '-in', request, '-signkey', key, '-days', `${days}`, '-copy_extensions', 'copy', '-out', certificate);
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
      const inner = createConnection(target, '127.0.0.1');
      for (const [from, to] of [
        [socket, inner],
        [inner, socket],
      ] as const) {
        from.pipe(to);
        from.on('error', () => to.destroy());
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsFront(server, certificate);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
