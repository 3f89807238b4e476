import { ApiError } from './api-error.ts';
import { failureOfStatus, secondsOf } from './failure-of-status.ts';
import { pause } from './pause.ts';
import { makeRequestId } from './request-id.ts';
import type { TokenSource } from './token-source.ts';
import { type ApiRequest, type ApiResponse, type Transport, TransportError } from './transport/transport.ts';

/** Every call takes it. */
export interface CallOptions {
  /** An abort rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** For the whole call with its repetitions; default: that of the client. */
  readonly timeoutSeconds?: number;
}

export interface CallerOptions {
  readonly transport: Transport;
  readonly token?: TokenSource | undefined;
  readonly timeoutSeconds: number;
  readonly retries: number;
  /** Sent with each request, below what the call itself sends. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Call extends CallOptions {
  readonly method: ApiRequest['method'];
  readonly url: string;
  /** For messages: `create a job`. */
  readonly purpose: string;
  /** Statuses that are no failure. */
  readonly expected: readonly number[];
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** A write that does no more when it is done twice: repeated like a GET. */
  readonly isRepeatable?: boolean;
  /** For what needs no token. */
  readonly anonymous?: boolean;
}

const RETRIED = new Set([429, 502, 503, 504]);
const LONGEST_PAUSE_SECONDS = 60;

/** Sends calls: with token and request id, within a time limit, again where that is safe. */
export class Caller {
  readonly #options: CallerOptions;
  readonly transport: Transport;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.transport = options.transport;
  }

  /** An answer with an expected status. Rejects with `ApiError`, or with `signal.reason`. */
  async send(call: Call): Promise<ApiResponse> {
    call.signal?.throwIfAborted();
    const seconds = call.timeoutSeconds ?? this.#options.timeoutSeconds;
    const limit = AbortSignal.timeout(Math.min(seconds * 1000, 2 ** 31 - 1));
    const signal = call.signal === undefined ? limit : AbortSignal.any([call.signal, limit]);
    const requestId = makeRequestId();
    try {
      const response = await this.#authenticated(call, requestId, signal);
      if (call.expected.includes(response.status)) return response;
      throw failureOfStatus(call.purpose, response, requestId);
    } catch (error) {
      call.signal?.throwIfAborted();
      if (ApiError.is(error)) throw error;
      if (limit.aborted)
        throw new ApiError('timeout', `${call.purpose}: no answer from ${originOf(call.url)} within ${seconds} s`, { requestId, cause: error });
      if (TransportError.is(error)) throw unanswered(call, error, requestId);
      throw error;
    }
  }

  /** The JSON object of the answer. */
  async json(call: Call): Promise<{ readonly document: Record<string, unknown>; readonly response: ApiResponse }> {
    const response = await this.send(call);
    return { document: this.objectOf(response, call), response };
  }

  /** The JSON object of an answer; `unexpected` when there is none. */
  objectOf(response: ApiResponse, call: Pick<Call, 'purpose' | 'url'>): Record<string, unknown> {
    return objectOf(response, call);
  }

  async #authenticated(call: Call, requestId: string, signal: AbortSignal): Promise<ApiResponse> {
    const source = call.anonymous === true ? undefined : this.#options.token;
    const token = await abortable(async () => source?.(), signal);
    const response = await this.#repeated(call, requestId, token, signal);
    if (response.status !== 401 || source === undefined || token === undefined) return response;
    const renewed = await abortable(async () => source(token), signal);
    // A request that was not let in was not done: it may be sent again, whatever it is.
    return renewed === undefined || renewed === token ? response : this.#repeated(call, requestId, renewed, signal);
  }

  async #repeated(call: Call, requestId: string, token: string | undefined, signal: AbortSignal): Promise<ApiResponse> {
    const request = this.#requestOf(call, requestId, token, signal);
    const isRepeatable = call.method === 'GET' || call.isRepeatable === true;
    for (let attempt = 0; ; attempt += 1) {
      const isLast = attempt >= this.#options.retries;
      try {
        const response = await this.#options.transport.send(request);
        const wait = isLast ? undefined : waitAfter(response, isRepeatable, attempt);
        if (wait === undefined) return response;
        await pause(wait, signal);
      } catch (error) {
        const mayRepeat = TransportError.is(error) && error.retryable && (error.unsent || isRepeatable);
        if (signal.aborted || isLast || !mayRepeat) throw error;
        await pause(backoff(attempt), signal);
      }
    }
  }

  #requestOf(call: Call, requestId: string, token: string | undefined, signal: AbortSignal): ApiRequest {
    return {
      method: call.method,
      url: call.url,
      headers: {
        ...this.#options.headers,
        accept: 'application/json',
        'x-openstack-request-id': requestId,
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { 'x-auth-token': token }),
        ...call.headers,
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      signal,
    };
  }
}

/** Seconds until the next attempt; undefined: the answer stands. A write is repeated only when the server itself says when. */
function waitAfter(response: ApiResponse, isRepeatable: boolean, attempt: number): number | undefined {
  const asked = secondsOf(response.header('retry-after'));
  const isBusy = response.status === 429 || response.status === 503;
  if (isBusy && asked !== undefined) return asked > LONGEST_PAUSE_SECONDS ? undefined : Math.max(asked, backoff(attempt) / 2);
  return isRepeatable && RETRIED.has(response.status) ? backoff(attempt) : undefined;
}

/** 0.25, 0.5, 1 s, …, of which half is left to chance, so that many clients do not come back at once. */
function backoff(attempt: number): number {
  return Math.min(10, 0.25 * 2 ** attempt) * (0.5 + Math.random() / 2);
}

function unanswered(call: Call, error: TransportError, requestId: string): ApiError {
  const code = error.retryable ? 'unavailable' : 'invalid';
  return new ApiError(code, `${call.purpose} at ${originOf(call.url)}: ${error.message}`, { cause: error, requestId, retryable: error.retryable });
}

function objectOf(response: ApiResponse, call: Pick<Call, 'purpose' | 'url'>): Record<string, unknown> {
  const problem = (what: string) =>
    new ApiError('unexpected', `${call.purpose} at ${originOf(call.url)}: the answer is ${what}; is this the backup service?`, { status: response.status });
  let value: unknown;
  try {
    value = JSON.parse(response.text);
  } catch {
    throw problem(response.text === '' ? 'empty' : 'no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw problem('no JSON object');
  return value as Record<string, unknown>;
}

/** Ends when `signal` says so, also where `work` does not listen to it. */
async function abortable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as unknown);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
