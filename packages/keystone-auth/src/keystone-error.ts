// The brand of `FreezerError` in @freezer/core: callers that know that class recognise ours, and this package needs none of Freezer.
const BRAND = Symbol.for('freezer.error.v1');
const OWN_BRAND = Symbol.for('freezer.keystone-error.v1');

/** Every reason this package fails for. Callers switch on this, never on a message. */
export type KeystoneErrorCode =
  | 'invalid'
  | 'not_found'
  | 'permission_denied'
  | 'rate_limited'
  | 'timeout'
  | 'unauthenticated'
  | 'unavailable'
  | 'unexpected'
  | 'unsupported';

const RETRYABLE: ReadonlySet<KeystoneErrorCode> = new Set(['rate_limited', 'timeout', 'unavailable']);

export interface KeystoneErrorOptions {
  readonly cause?: unknown;
  /** The HTTP status that was the reason, if one was. */
  readonly status?: number;
  /** What Keystone asked for by `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number;
}

/** The one error class of this package. `message` is one line: operation, object, reason; never a secret. */
export class KeystoneError extends Error {
  readonly [BRAND] = true;
  readonly [OWN_BRAND] = true;
  override readonly name = 'KeystoneError';
  readonly code: KeystoneErrorCode;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** Facts for the log line. Never a credential. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
  /** The HTTP status that was the reason, if one was. */
  readonly status: number | undefined;
  /** What Keystone asked for by `Retry-After`, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: KeystoneErrorCode, message: string, options: KeystoneErrorOptions = {}) {
    super(message.replaceAll(/\s*[\r\n]\s*/g, ' '), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = options.status;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.status === undefined ? {} : { status: options.status };
  }

  /** Works when two copies of this package are loaded, where `instanceof` does not. */
  static is(error: unknown, code?: KeystoneErrorCode): error is KeystoneError {
    return typeof error === 'object' && error !== null && OWN_BRAND in error && (code === undefined || (error as KeystoneError).code === code);
  }
}
