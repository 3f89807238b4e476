import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { failureOfConnection } from './connection-failure.ts';
import { type ApiRequest, type ApiResponse, type Transport, TransportError } from './transport.ts';

const LARGEST_ANSWER = 64 * 1024 * 1024;

/** How the server is checked, and how we show who we are. Paths of PEM files, read when the transport is made. */
export interface NodeTransportOptions {
  /** Certificates of the authorities that are trusted instead of those of Node. */
  readonly cacert?: string;
  /** Certificate that we show; with the key in the same file, or in `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** Accepts any certificate: everybody on the way can read the token. */
  readonly insecure?: boolean;
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * By `node:http` and `node:https`: sends a body with GET, with its length, as Freezer's servers want it.
 * Throws `TransportError` when a PEM file cannot be read.
 */
export function createNodeTransport(options: NodeTransportOptions = {}): Transport {
  const tls = {
    rejectUnauthorized: options.insecure !== true,
    ...(options.cacert !== undefined && { ca: pem('cacert', options.cacert) }),
    ...(options.cert !== undefined && { cert: pem('cert', options.cert), key: pem('key', options.key ?? options.cert) }),
  };
  const kept: Agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ ...tls, keepAlive: true }) };
  const fresh: Agents = { http: new HttpAgent(), https: new HttpsAgent(tls) };
  return {
    sendsGetBodies: true,
    // A kept connection may be closed by the server just now. A GET is repeated then; of a write nobody knows whether it was done, so each gets a new one.
    send: (request) => send(request, request.method === 'GET' ? kept : fresh),
    close: async () => {
      for (const agent of [kept.http, kept.https]) agent.destroy();
    },
  };
}

function pem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new TransportError(`${name} ${path} cannot be read`, { cause: error, unsent: true, retryable: false });
  }
}

async function send({ method, url, headers, body, signal }: ApiRequest, agents: Agents): Promise<ApiResponse> {
  signal?.throwIfAborted();
  const target = targetOf(url);
  const isTls = target.protocol === 'https:';
  const options = {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
    agent: isTls ? agents.https : agents.http,
    ...(signal && { signal }),
  };
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = (isTls ? requestHttps : requestHttp)(target, options, resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    const text = await readText(response);
    const header = (name: string) => {
      const value = response.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    return { status: response.statusCode ?? 0, header, text };
  } catch (error) {
    signal?.throwIfAborted();
    throw failureOfConnection(error);
  }
}

function targetOf(url: string): URL {
  if (URL.canParse(url) && /^https?:/.test(url)) return new URL(url);
  throw new TransportError('it is no http or https URL', { unsent: true, retryable: false });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > LARGEST_ANSWER) throw new TransportError('the answer is larger than 64 MiB', { retryable: false });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
