import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { FreezerError, messageOf } from '@freezer/core';
import type { TlsOptions } from '@freezer/keystone-auth';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { type Deed, failure, failureOfConnection } from './failure.ts';

const CONNECT_MS = 10_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** How connections are made. */
export interface TransportOptions {
  readonly tls?: TlsOptions | undefined;
  /** `http://host:port` of a proxy. */
  readonly proxy?: string | undefined;
  /** How long the other side may keep silent. */
  readonly idleMs: number;
}

/** One request. */
export interface Call {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long the other side may keep silent, where that is shorter than by default. */
  readonly idleMs?: number | undefined;
}

/** An answer whose body is still to come. It must be read to its end, or left: either gives the connection back. */
export interface OpenAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly bytes: AsyncGenerator<Uint8Array, void, undefined>;
}

/** An answer that was read. */
export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/**
 * HTTP with one limit on silence: it counts while the other side is to take or to give bytes, and not while our own source or consumer is
 * slow. Any status is an answer; none at all is a `FreezerError` about the deed, an abort rejects with the signal's reason.
 */
export class Transport implements AsyncDisposable {
  readonly #idleMs: number;
  readonly #dispatcher: Dispatcher;

  private constructor(dispatcher: Dispatcher, idleMs: number) {
    this.#dispatcher = dispatcher;
    this.#idleMs = idleMs;
  }

  /** Fails with `invalid` when a file of certificates cannot be read, or the proxy is none. */
  static async open({ tls = {}, proxy, idleMs }: TransportOptions): Promise<Transport> {
    const [ca, cert, key] = await Promise.all([pem('os-cacert', tls.cacert), pem('os-cert', tls.cert), pem('os-key', tls.key ?? tls.cert)]);
    const connect = {
      timeout: CONNECT_MS,
      rejectUnauthorized: tls.insecure !== true,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    };
    // undici's own limit on headers also counts while a body is sent, however well that goes: ours takes its place.
    const limits = { headersTimeout: 0, bodyTimeout: 0 };
    try {
      return new Transport(
        proxy === undefined
          ? new Agent({ connect, ...limits })
          : new ProxyAgent({ uri: proxy, requestTls: connect, connect: { timeout: CONNECT_MS }, ...limits }),
        idleMs,
      );
    } catch (error) {
      throw new FreezerError('invalid', `swift storage: the proxy cannot be used: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Sends a request; resolves when the headers of the answer are there. */
  async open(deed: Deed, { method, url, headers, body, signal, idleMs = this.#idleMs }: Call): Promise<OpenAnswer> {
    signal?.throwIfAborted();
    const silence = new Silence(Math.min(idleMs, this.#idleMs), deed);
    const stop = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
    silence.begin();
    try {
      const answer = await request(url, {
        dispatcher: this.#dispatcher,
        method,
        headers: { 'user-agent': 'freezer-agent', ...headers },
        body: body === undefined || body instanceof Uint8Array ? (body ?? null) : Readable.from(counted(body, silence), { highWaterMark: 1 }),
        signal: stop,
      });
      silence.end();
      return { status: answer.statusCode, header: (name) => first(answer.headers[name.toLowerCase()]), bytes: received(answer.body, silence, deed, signal) };
    } catch (error) {
      silence.end();
      throw reasonOf(error, silence, deed, signal);
    }
  }

  /** The same for answers that are small. */
  async call(deed: Deed, call: Call): Promise<Answer> {
    const { status, header, bytes } = await this.open(deed, call);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of bytes) {
      length += chunk.length;
      if (length > LARGEST_ANSWER) throw failure('unexpected', deed, 'the answer is larger than 64 MiB');
      chunks.push(chunk);
    }
    return { status, header, text: Buffer.concat(chunks).toString('utf8') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** Aborts when it was begun and neither ended nor begun again for too long. */
class Silence {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  readonly #deed: Deed;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, deed: Deed) {
    this.#milliseconds = milliseconds;
    this.#deed = deed;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.end();
    this.#timer = setTimeout(
      () => this.#controller.abort(failure('timeout', this.#deed, `the server kept silent for ${this.#milliseconds / 1000} s`)),
      this.#milliseconds,
    );
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** The bytes that are sent: the silence is the other side's while it does not take them, and ends while we have none to give. */
async function* counted(body: AsyncIterable<Uint8Array>, silence: Silence): AsyncGenerator<Uint8Array, void, undefined> {
  silence.end();
  for await (const chunk of body) {
    silence.begin();
    yield chunk;
    silence.end();
  }
  silence.begin();
}

async function* received(
  body: AsyncIterable<Uint8Array> & { destroy: (error?: Error) => unknown; on: (event: 'error', listener: () => void) => unknown },
  silence: Silence,
  deed: Deed,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  // One that nobody reads any more may fail unseen.
  body.on('error', () => undefined);
  const iterator = body[Symbol.asyncIterator]();
  let isWhole = false;
  try {
    for (;;) {
      silence.begin();
      const next = await iterator.next();
      silence.end();
      if (next.done === true) break;
      yield next.value;
    }
    isWhole = true;
  } catch (error) {
    throw reasonOf(error, silence, deed, signal);
  } finally {
    silence.end();
    if (!isWhole) body.destroy();
  }
}

function reasonOf(error: unknown, silence: Silence, deed: Deed, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  return silence.signal.aborted ? silence.signal.reason : failureOfConnection(deed, error);
}

const first = (value: string | readonly string[] | undefined): string | undefined => (typeof value === 'string' || value === undefined ? value : value[0]);

async function pem(name: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new FreezerError('invalid', `swift storage: ${name}: ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
