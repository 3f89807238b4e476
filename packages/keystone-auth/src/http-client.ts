import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { failureOfConnection, failureOfFile } from './http-failure.ts';
import { KeystoneError } from './keystone-error.ts';
import { type Secret, shownUrl } from './secret.ts';

const LARGEST_ANSWER = 8 * 1024 * 1024;
const REDIRECTS = 5;
const RETRIED_STATUS = new Set([429, 502, 503, 504]);

/** How the other side is checked, and how we show who we are. Paths of PEM files. */
export interface TlsOptions {
  /** Certificates of the authorities that are trusted instead of those of Node. */
  readonly cacert?: string;
  /** Certificate that we show; with the key in the same file, or in `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** Accepts any certificate: everybody on the way can read the password. */
  readonly insecure?: boolean;
}

export interface HttpClientOptions {
  readonly tls?: TlsOptions;
  /** `http://host:port` of a proxy. */
  readonly proxy?: string;
  /** For a whole call with its repetitions; default 30. */
  readonly timeoutSeconds?: number;
  /** How often a call is repeated after 429, 502, 503, 504 or a connection that failed; default 2. */
  readonly retries?: number;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** For messages: `authenticate`, `verify a token`. */
  readonly purpose: string;
  /** Taken out of everything that is shown. */
  readonly secrets: readonly Secret[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
  /** Where it came from, after redirects. */
  readonly url: string;
}

/** Small JSON calls with time limits, few repetitions and careful redirects. Connections are kept until `close`. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  #dispatcher: Promise<Dispatcher> | undefined;
  #isClosed = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** Any status is an answer; no answer at all is `unavailable`, `timeout` or, for certificates, `invalid`. */
  async send(call: HttpCall, signal?: AbortSignal): Promise<HttpAnswer> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new TypeError('the Keystone session is closed');
    const seconds = this.#options.timeoutSeconds ?? 30;
    const limit = AbortSignal.timeout(seconds * 1000);
    const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    try {
      return await this.#repeat(call, both);
    } catch (error) {
      signal?.throwIfAborted();
      if (limit.aborted) throw new KeystoneError('timeout', `${call.purpose} at ${shownUrl(call.url)}: no answer within ${seconds} s`);
      throw KeystoneError.is(error) ? error : failureOfConnection(error, call);
    }
  }

  /** Ends all connections. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const dispatcher = this.#dispatcher;
    this.#dispatcher = undefined;
    await (await dispatcher)?.destroy();
  }

  async #repeat(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    const retries = this.#options.retries ?? 2;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await this.#follow(call, signal);
        if (!RETRIED_STATUS.has(answer.status) || attempt >= retries) return answer;
        await sleep(pauseOf(attempt, answer), undefined, { signal });
      } catch (error) {
        if (signal.aborted || attempt >= retries || !failureOfConnection(error, call).retryable) throw error;
        await sleep(pauseOf(attempt), undefined, { signal });
      }
    }
  }

  async #follow(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    let url = call.url;
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      const answer = await this.#once({ ...call, url }, signal);
      const location = answer.header('location');
      if (answer.status < 301 || answer.status > 308 || answer.status === 304 || location === undefined) return answer;
      url = redirected(url, location, call);
    }
    throw new KeystoneError('unexpected', `${call.purpose} at ${shownUrl(call.url)}: more than ${REDIRECTS} redirects`);
  }

  async #once(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const answer = await request(call.url, {
      dispatcher: await this.#open(),
      method: call.method,
      headers: {
        accept: 'application/json',
        'user-agent': 'freezer-keystone-auth',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: body ?? null,
      signal,
    });
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength;
      if (length > LARGEST_ANSWER) throw new KeystoneError('unexpected', `${call.purpose} at ${shownUrl(call.url)}: the answer is larger than 8 MiB`);
      chunks.push(chunk);
    }
    const header = (name: string) => {
      const value = answer.headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    };
    return { status: answer.statusCode, header, text: Buffer.concat(chunks).toString('utf8'), url: call.url };
  }

  async #open(): Promise<Dispatcher> {
    this.#dispatcher ??= dispatcherOf(this.#options).catch((error: unknown) => {
      // A file that is repaired meanwhile is read at the next call.
      this.#dispatcher = undefined;
      throw error;
    });
    return this.#dispatcher;
  }
}

async function dispatcherOf({ tls = {}, proxy }: HttpClientOptions): Promise<Dispatcher> {
  const [ca, cert, key] = await Promise.all([pem('cacert', tls.cacert), pem('cert', tls.cert), pem('key', tls.key ?? tls.cert)]);
  const connect = {
    timeout: 10_000,
    rejectUnauthorized: tls.insecure !== true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  try {
    return proxy === undefined ? new Agent({ connect }) : new ProxyAgent({ uri: proxy, requestTls: connect, connect: { timeout: 10_000 } });
  } catch (error) {
    throw new KeystoneError('invalid', `use the proxy ${shownUrl(proxy ?? '')}: it is no URL of a proxy; allowed: http://host:port`, { cause: error });
  }
}

async function pem(name: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw failureOfFile(`read ${name} ${path}`, error);
  }
}

/** Milliseconds: 250, 500, 1000, …, or what the server asks for, at most 10 s. */
function pauseOf(attempt: number, answer?: HttpAnswer): number {
  const asked = Number(answer?.header('retry-after'));
  return Math.min(10_000, Number.isFinite(asked) && asked > 0 ? asked * 1000 : 250 * 2 ** attempt);
}

// The call carries a password or a token: it goes to the host that was named, and never from https back to http.
function redirected(from: string, location: string, call: HttpCall): string {
  const where = `${call.purpose} at ${shownUrl(from)}`;
  if (!URL.canParse(location, from)) throw new KeystoneError('unexpected', `${where}: redirected to what is no URL`);
  const before = new URL(from);
  const after = new URL(location, from);
  const isUpgrade = before.protocol === 'http:' && after.protocol === 'https:';
  if (after.hostname !== before.hostname || (after.origin !== before.origin && !isUpgrade))
    throw new KeystoneError('invalid', `${where}: redirected to ${after.origin}, where no credentials are sent; if that is right, set it as auth URL`);
  return after.href;
}
