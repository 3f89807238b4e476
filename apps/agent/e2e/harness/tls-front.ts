import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createConnection } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';

/** TLS before a server of 127.0.0.1, with a certificate that it signed itself. */
export class TlsFront implements AsyncDisposable {
  readonly #server: Server;
  /** The file of the certificate. */
  readonly certificate: string;

  private constructor(server: Server, certificate: string) {
    this.#server = server;
    this.certificate = certificate;
  }

  static async start(folder: string, target: number): Promise<TlsFront> {
    const [key, certificate] = [join(folder, 'tls-key.pem'), join(folder, 'tls-cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject], {
      stdio: 'ignore',
    });
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
