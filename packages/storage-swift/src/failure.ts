import { type ErrorCode, type ErrorDetails, FreezerError, messageOf } from '@freezer/core';

/** What went wrong while doing what to which object. */
export interface Deed {
  /** 'put', 'get', … */
  readonly operation: string;
  /** A key or a prefix; '' is the whole container. */
  readonly key: string;
  /** The URL of the container; for messages, and without anything secret. */
  readonly place: string;
}

interface Explanation {
  readonly code: ErrorCode;
  readonly reason: string;
  /** Where it is not what the code says. */
  readonly retryable?: boolean;
}

/** What Swift answers, and what it means. A text of the server is added where there is one. */
const STATUS: Readonly<Record<number, Explanation>> = {
  400: { code: 'invalid', reason: 'the server does not take this name or request' },
  401: { code: 'unauthenticated', reason: 'the server does not accept the token' },
  403: { code: 'permission_denied', reason: 'this account may not do that' },
  404: { code: 'not_found', reason: 'no such object' },
  408: { code: 'timeout', reason: 'the server waited too long for the data' },
  409: { code: 'unavailable', reason: 'the server met another write of the same object' },
  412: { code: 'already_exists', reason: 'the object exists' },
  413: { code: 'too_large', reason: 'it is too large for the server' },
  416: { code: 'range_not_satisfied', reason: 'there are no bytes at this offset' },
  422: { code: 'unavailable', reason: 'the bytes arrived damaged' },
  429: { code: 'rate_limited', reason: 'the server asks to slow down' },
  498: { code: 'rate_limited', reason: 'the server asks to slow down' },
  499: { code: 'unavailable', reason: 'the server lost the connection' },
  // Another node may have room.
  507: { code: 'no_space', reason: 'no space left on the server', retryable: true },
};

/** Swift has one number for what is too large and for what there is no room for. */
const QUOTA: Explanation = { code: 'no_space', reason: 'no space left: the quota is used up' };

/** Why there was no answer. Those that another try does not mend are told at once. */
const CONNECTION: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: { code: 'unavailable', reason: 'connection refused' },
  ECONNRESET: { code: 'unavailable', reason: 'the connection was cut' },
  EPIPE: { code: 'unavailable', reason: 'the connection was cut' },
  EHOSTUNREACH: { code: 'unavailable', reason: 'no route to the host' },
  ENETUNREACH: { code: 'unavailable', reason: 'no route to the network' },
  ETIMEDOUT: { code: 'timeout', reason: 'the connection timed out' },
  ENOTFOUND: { code: 'unavailable', reason: 'the host name is unknown', retryable: false },
  EAI_AGAIN: { code: 'unavailable', reason: 'the host name could not be looked up' },
  UND_ERR_SOCKET: { code: 'unavailable', reason: 'the connection was cut' },
  UND_ERR_CONNECT_TIMEOUT: { code: 'timeout', reason: 'no connection was made in time' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { code: 'unavailable', reason: 'the answer ended early' },
  CERT_HAS_EXPIRED: { code: 'unavailable', reason: 'the certificate of the server has expired', retryable: false },
  CERT_NOT_YET_VALID: { code: 'unavailable', reason: 'the certificate of the server is not valid yet; is the clock right?', retryable: false },
  ERR_TLS_CERT_ALTNAME_INVALID: { code: 'unavailable', reason: 'the certificate of the server is for another host name', retryable: false },
  ERR_SSL_WRONG_VERSION_NUMBER: { code: 'unavailable', reason: 'the server does not speak TLS; is the URL meant to be http?', retryable: false },
  DEPTH_ZERO_SELF_SIGNED_CERT: { code: 'unavailable', reason: 'the certificate of the server is self-signed; name it by --os-cacert', retryable: false },
};

const UNTRUSTED = /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|GET_ISSUER_CERT_LOCALLY|VERIFY_LEAF_SIGNATURE))$/;

/** A text that stays on one line. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();

/** An error of this package's own making, in the same words as those that the server reports. */
export const failure = (
  code: ErrorCode,
  { operation, key, place }: Deed,
  reason: string,
  { cause, details, retryable }: { readonly cause?: unknown; readonly details?: ErrorDetails; readonly retryable?: boolean | undefined } = {},
): FreezerError =>
  new FreezerError(code, oneLine(`swift storage: ${operation} of '${key}' failed: ${reason} (${place})`), {
    cause,
    details: { operation, key, ...details },
    ...(retryable !== undefined && { retryable }),
  });

/** The first line of what a server says besides its status; nothing of a page in HTML but its words. */
function saidIn(text: string): string {
  const words = oneLine(text.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');
  return words.length > 160 ? `${words.slice(0, 160)}…` : words;
}

/** Seconds that a `Retry-After` asks for, as a number or as a date. */
function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}

/** An answer that is an error. */
export function failureOfStatus(
  deed: Deed,
  answer: { readonly status: number; readonly text: string; readonly retryAfter?: string | undefined },
): FreezerError {
  const { status } = answer;
  const known: Explanation =
    (status === 413 && /quota/i.test(answer.text) ? QUOTA : STATUS[status]) ??
    (status >= 500 ? { code: 'unavailable', reason: 'the server has a fault' } : { code: 'unexpected', reason: 'unexpected answer' });
  const said = saidIn(answer.text);
  const seconds = secondsOf(answer.retryAfter);
  return failure(known.code, deed, `${known.reason} (status ${status}${said === '' ? '' : `: ${said}`})`, {
    details: { status, ...(seconds !== undefined && { retry_after_seconds: seconds }) },
    retryable: known.retryable,
  });
}

/** `ECONNRESET` and the like, of the error or of what caused it; of many attempts on several addresses, the first. */
function codeOf(error: unknown): string {
  for (let each: unknown = error, depth = 0; typeof each === 'object' && each !== null && depth < 5; depth += 1) {
    const { code, cause, errors } = each as { code?: unknown; cause?: unknown; errors?: unknown };
    const inner: unknown = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
    // undici wraps what the socket said in an error of its own.
    if (typeof code === 'string' && !(code === 'UND_ERR_SOCKET' && inner !== undefined)) return code;
    if (inner === undefined) return typeof code === 'string' ? code : '';
    each = inner;
  }
  return '';
}

/** Why there was no answer. A `FreezerError` passes. */
export function failureOfConnection(deed: Deed, error: unknown): FreezerError {
  if (FreezerError.is(error)) return error;
  const code = codeOf(error);
  const known = CONNECTION[code];
  if (known) return failure(known.code, deed, `${known.reason} (${code})`, { cause: error, retryable: known.retryable });
  if (UNTRUSTED.test(code))
    return failure('unavailable', deed, `the authority of the server's certificate is not trusted; name it by --os-cacert (${code})`, {
      cause: error,
      retryable: false,
    });
  if (/^ERR_(TLS|SSL|OSSL)/.test(code)) return failure('unavailable', deed, `TLS failed (${code})`, { cause: error, retryable: false });
  if (code.startsWith('UND_ERR_') || code.startsWith('HPE_'))
    return failure('unavailable', deed, `the answer cannot be understood (${code})`, { cause: error });
  return failure('unexpected', deed, code === '' ? messageOf(error) : code, { cause: error });
}
