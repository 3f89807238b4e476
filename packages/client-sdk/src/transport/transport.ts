/** What goes out. The body, if there is one, is JSON text. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** Any status is an answer. */
export interface ApiResponse {
  readonly status: number;
  /** By its name in any case; several values are joined with `, `. */
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/**
 * How requests leave. `send` rejects with a `TransportError` when there was no answer, and with `signal.reason` after an abort.
 * It neither repeats nor follows redirects: whoever calls it decides that.
 */
export interface Transport {
  /** Whether a body goes out with GET. `fetch` refuses it; search documents then become query parameters, which only our server reads. */
  readonly sendsGetBodies: boolean;
  send(request: ApiRequest): Promise<ApiResponse>;
  /** Ends connections that are kept. Idempotent. */
  close(): Promise<void>;
}

const BRAND = Symbol.for('freezer.transport-error.v1');

export interface TransportErrorOptions {
  readonly cause?: unknown;
  /** True when it is certain that the server got nothing of the request. */
  readonly unsent?: boolean;
  /** False when the same request will fail again: a certificate, a URL. Default true. */
  readonly retryable?: boolean;
}

/** There was no answer. `message` is the reason in a few words: `connection refused (ECONNREFUSED)`. */
export class TransportError extends Error {
  readonly [BRAND] = true;
  override readonly name = 'TransportError';
  readonly unsent: boolean;
  readonly retryable: boolean;

  constructor(reason: string, options: TransportErrorOptions = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.unsent = options.unsent ?? false;
    this.retryable = options.retryable ?? true;
  }

  static is(error: unknown): error is TransportError {
    return typeof error === 'object' && error !== null && BRAND in error;
  }
}
