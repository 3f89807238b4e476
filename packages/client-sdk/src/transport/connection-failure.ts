import { TransportError } from './transport.ts';

const TLS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; is the clock right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; name it as cacert',
  SELF_SIGNED_CERT_IN_CHAIN: 'the authority of its certificate is not trusted; name it as cacert',
  UNABLE_TO_GET_ISSUER_CERT: 'the authority of its certificate is not trusted; name it as cacert',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority of its certificate is not trusted; name it as cacert',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the authority of its certificate is not trusted; name it as cacert',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is the URL meant to be http?',
  EPROTO: 'it does not speak TLS; is the URL meant to be http?',
};

// Nothing was sent yet when these happen.
const BEFORE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
};

const DURING: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'the connection timed out',
};

/** `ENOENT` and the like; of attempts on several addresses, that of the first. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return Array.isArray(errors) ? codeOf(errors[0]) : '';
}

/** Why Node had no answer, in a few words. */
export function failureOfConnection(error: unknown): TransportError {
  if (TransportError.is(error)) return error;
  const code = codeOf(error);
  const shown = code === '' ? '' : ` (${code})`;
  const tls = TLS[code];
  if (tls !== undefined) return new TransportError(`${tls}${shown}`, { cause: error, unsent: true, retryable: false });
  if (/^ERR_(TLS|SSL|OSSL)/.test(code)) return new TransportError(`TLS failed${shown}`, { cause: error, unsent: true, retryable: false });
  const before = BEFORE[code];
  if (before !== undefined) return new TransportError(`${before}${shown}`, { cause: error, unsent: true });
  const during = DURING[code];
  if (during !== undefined) return new TransportError(`${during}${shown}`, { cause: error });
  if (code.startsWith('HPE_')) return new TransportError(`its answer is no HTTP${shown}`, { cause: error, retryable: false });
  return new TransportError(`the connection failed${shown}`, { cause: error });
}
