import { readFile } from 'node:fs/promises';
import { createServer as createPlainServer, type Server as PlainServer } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { LastHandler } from '../http/handler.ts';
import type { ApiSettings } from '../settings/api-table.ts';

export type AnyServer = PlainServer | TlsServer;

interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
}

async function pem(option: string, path: string): Promise<Buffer> {
  const content = await readFile(path).catch((error: unknown) => {
    throw new FreezerError('invalid', `[ssl] ${option}: ${path} cannot be read (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  });
  if (!content.includes('-----BEGIN ')) throw new FreezerError('invalid', `[ssl] ${option}: ${path} holds nothing in PEM, which begins with -----BEGIN`);
  return content;
}

/** The certificate of [ssl], read anew; undefined without one. Fails with `invalid`. */
async function readCertificate(settings: ApiSettings): Promise<Certificate | undefined> {
  const { 'ssl.cert_file': cert, 'ssl.key_file': key, 'ssl.ca_file': ca } = settings;
  if (cert === undefined || key === undefined) return undefined;
  return { cert: await pem('cert_file', cert), key: await pem('key_file', key), ...(ca !== undefined && { ca: await pem('ca_file', ca) }) };
}

/** Proxies keep their connections for 60 s: ours end later, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;

/** A server that does not listen yet. Fails with `invalid` when its certificate is none. */
export async function makeServer(settings: ApiSettings, handler: LastHandler): Promise<AnyServer> {
  const certificate = await readCertificate(settings);
  const server = certificate ? tlsServer(certificate, handler) : createPlainServer(handler);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

function tlsServer(certificate: Certificate, handler: LastHandler): TlsServer {
  try {
    return createTlsServer({ ...certificate, minVersion: 'TLSv1.2', ...(certificate.ca && { requestCert: true, rejectUnauthorized: true }) }, handler);
  } catch (error) {
    throw new FreezerError('invalid', `[ssl] cert_file and key_file: ${messageOf(error)}`, { cause: error });
  }
}

/** Takes a certificate that was renewed; connections that are open keep the old one. */
export async function renewCertificate(server: AnyServer, settings: ApiSettings): Promise<void> {
  const certificate = await readCertificate(settings);
  if (certificate && 'setSecureContext' in server) server.setSecureContext(certificate);
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'not allowed: ports below 1024 are for root',
  EADDRNOTAVAIL: 'this host has no such address',
  ENOTFOUND: 'no such name',
};

/** Listens; resolves to the port. Fails with `unavailable`. */
export function listen(server: AnyServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = systemCodeOf(error);
      const reason = REASONS[code ?? ''] ?? code ?? messageOf(error);
      reject(new FreezerError('unavailable', `cannot listen on ${host} port ${port}: ${reason}`, { cause: error }));
    });
    server.listen({ host, port, exclusive: false }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** For people: `http://127.0.0.1:9090`. */
export function urlOf(tls: boolean, host: string, port: number): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
