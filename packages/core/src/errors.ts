const BRAND = Symbol.for('freezer.error.v1');

/** Every reason a Freezer package may fail for. Callers switch on this, never on a message. */
export type ErrorCode =
  | 'aborted'
  | 'already_exists'
  | 'conflict'
  | 'corrupt'
  | 'invalid'
  | 'no_space'
  | 'not_found'
  | 'permission_denied'
  | 'range_not_satisfied'
  | 'rate_limited'
  | 'timeout'
  | 'too_large'
  | 'unauthenticated'
  | 'unavailable'
  | 'unexpected'
  | 'unsupported';

const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['rate_limited', 'timeout', 'unavailable']);

/** Facts about a failure for the log line. Never a credential. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

export interface FreezerErrorOptions {
  readonly cause?: unknown;
  readonly details?: ErrorDetails;
  /** Overrides what the code says. */
  readonly retryable?: boolean;
}

/**
 * The one error class of Freezer. `message` says operation, object and reason in one line, never a secret.
 * Programming mistakes throw a plain `TypeError` instead.
 */
export class FreezerError extends Error {
  readonly [BRAND] = true;
  override readonly name = 'FreezerError';
  readonly code: ErrorCode;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: FreezerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
    this.details = options.details ?? {};
  }

  /** Works when two copies of this package are loaded, where `instanceof` does not. */
  static is(error: unknown, code?: ErrorCode): error is FreezerError {
    return typeof error === 'object' && error !== null && BRAND in error && (code === undefined || (error as FreezerError).code === code);
  }
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

/** The `code` of an error of Node's own (`ENOENT`, `EACCES`, …), if it has one. */
export function systemCodeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
