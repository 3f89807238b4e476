// The brand of `FreezerError` in @freezer/core: callers that know that class recognise ours, and this package needs none of Freezer but the models.
const BRAND = Symbol.for('freezer.error.v1');
const OWN_BRAND = Symbol.for('freezer.api-error.v1');

/** Every reason a call fails for. Callers switch on this, never on a message. */
export type ApiErrorCode =
  | 'already_exists'
  | 'conflict'
  | 'invalid'
  | 'not_found'
  | 'permission_denied'
  | 'rate_limited'
  | 'timeout'
  | 'too_large'
  | 'unauthenticated'
  | 'unavailable'
  | 'unexpected'
  | 'unsupported';

const RETRYABLE: ReadonlySet<ApiErrorCode> = new Set(['rate_limited', 'timeout', 'unavailable']);

export interface ApiErrorOptions {
  readonly cause?: unknown;
  readonly status?: number;
  readonly title?: string;
  readonly description?: string;
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;
  readonly retryable?: boolean;
}

/** The one error class of this package. `message` is one line: what was called, the status, the reason; never a token. */
export class ApiError extends Error {
  readonly [BRAND] = true;
  readonly [OWN_BRAND] = true;
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** `title` of the answer, such as `Bad request format`. */
  readonly title: string | undefined;
  /** `description` of the answer: what exactly was wrong. */
  readonly description: string | undefined;
  /** Under which the server's log has it; ours when there was no answer. */
  readonly requestId: string | undefined;
  /** What the server asked for by `Retry-After`, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** Facts for the log line. Never a credential. */
  readonly details: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ApiErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(oneLine(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
    this.status = options.status;
    this.title = options.title;
    this.description = options.description;
    this.requestId = options.requestId;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = {
      ...(options.status !== undefined && { status: options.status }),
      ...(options.requestId !== undefined && { requestId: options.requestId }),
    };
  }

  /** Works when two copies of this package are loaded, where `instanceof` does not. */
  static is(error: unknown, code?: ApiErrorCode): error is ApiError {
    return typeof error === 'object' && error !== null && OWN_BRAND in error && (code === undefined || (error as ApiError).code === code);
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]\s*/g, ' ');
}
