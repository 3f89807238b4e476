import { KeystoneError, type KeystoneErrorCode } from './keystone-error.ts';
import { type Secret, shownUrl, withoutSecrets } from './secret.ts';

const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; is the clock right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; name it as cacert',
  SELF_SIGNED_CERT_IN_CHAIN: 'the authority of its certificate is not trusted; name it as cacert',
  UNABLE_TO_GET_ISSUER_CERT: 'the authority of its certificate is not trusted; name it as cacert',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority of its certificate is not trusted; name it as cacert',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the authority of its certificate is not trusted; name it as cacert',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is the URL meant to be http?',
};

const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within 10 s',
};

const FILE: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EACCES: 'permission denied', EISDIR: 'it is a directory' };

/** `ENOENT` and the like, of the error or of what caused it; of many attempts on several addresses, the first. */
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

/** Why there was no answer. */
export function failureOfConnection(error: unknown, call: { readonly purpose: string; readonly url: string }): KeystoneError {
  if (KeystoneError.is(error)) return error;
  const where = `${call.purpose} at ${shownUrl(call.url)}`;
  const code = codeOf(error);
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) return new KeystoneError('invalid', `${where}: ${certificate} (${code})`, { cause: error });
  if (/^ERR_(TLS|SSL|OSSL)/.test(code)) return new KeystoneError('invalid', `${where}: TLS failed (${code})`, { cause: error });
  const connection = CONNECTION[code];
  if (connection !== undefined) return new KeystoneError('unavailable', `${where}: ${connection} (${code})`, { cause: error });
  return new KeystoneError(code.startsWith('UND_ERR_') ? 'unavailable' : 'unexpected', `${where}: ${nameOf(error)}${code === '' ? '' : ` (${code})`}`, {
    cause: error,
  });
}

// The message is not shown: parsers of HTTP put what they read, or were given, into it.
function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'it failed';
}

/** Why a file could not be read; `operation` names it. */
export function failureOfFile(operation: string, error: unknown): KeystoneError {
  const code = codeOf(error);
  return new KeystoneError(code === 'ENOENT' ? 'not_found' : 'invalid', `${operation}: ${FILE[code] ?? (code || nameOf(error))}`, { cause: error });
}

const STATUS: Readonly<Record<number, KeystoneErrorCode>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  408: 'timeout',
  413: 'invalid',
  429: 'rate_limited',
};

/** An answer that is an error, in one line with what the server said, without the secrets that it may repeat. */
export function failureOfStatus(
  answer: { readonly status: number; readonly text: string; readonly url: string; readonly header: (name: string) => string | undefined },
  call: { readonly purpose: string; readonly secrets: readonly Secret[] },
): KeystoneError {
  const said = withoutSecrets(messageIn(answer.text), call.secrets);
  const code = STATUS[answer.status] ?? (answer.status >= 500 ? 'unavailable' : 'unexpected');
  const seconds = Number(answer.header('retry-after'));
  return new KeystoneError(code, `${call.purpose} at ${shownUrl(answer.url)}: status ${answer.status}${said === '' ? '' : `: ${said}`}`, {
    status: answer.status,
    ...(Number.isFinite(seconds) && seconds > 0 && { retryAfterSeconds: seconds }),
  });
}

/** `error.message` of Keystone's answers; nothing of the page of a proxy. */
function messageIn(text: string): string {
  const document = jsonOf(text) as { error?: { message?: unknown } } | null | undefined;
  const message = document?.error?.message;
  return typeof message === 'string' ? message : '';
}

/** The parsed text, or `undefined` when it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
