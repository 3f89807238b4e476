import { abortable, type ErrorCode, FreezerError, messageOf, socketReason, systemCodeOf } from '@freezer/core';

/** What went wrong while doing what to which object. */
export interface Deed {
  /** 'put', 'get', … */
  readonly operation: string;
  /** A key or a prefix; '' is the whole container. */
  readonly key: string;
  /** `endpoint/bucket/prefix`. */
  readonly place: string;
}

/** What a server says, by the name of its error. */
const BY_NAME: Readonly<Record<string, readonly [ErrorCode, string, boolean?]>> = {
  NoSuchKey: ['not_found', 'no such object'],
  NotFound: ['not_found', 'no such object'],
  NoSuchBucket: ['not_found', 'no such bucket'],
  NoSuchUpload: ['not_found', 'the server knows nothing of this upload any more'],
  PreconditionFailed: ['already_exists', 'it exists already'],
  InvalidAccessKeyId: ['unauthenticated', 'the server does not know the access key'],
  SignatureDoesNotMatch: ['unauthenticated', 'the secret key does not fit the access key'],
  InvalidToken: ['unauthenticated', 'the session token is not valid'],
  ExpiredToken: ['unauthenticated', 'the session token has expired'],
  TokenRefreshRequired: ['unauthenticated', 'the session token has expired'],
  RequestTimeTooSkewed: ['unauthenticated', 'the clocks of this host and of the server differ too much'],
  AccessDenied: ['permission_denied', 'permission denied by the server'],
  Forbidden: ['permission_denied', 'permission denied by the server'],
  AccountProblem: ['permission_denied', 'the account is not in order'],
  AllAccessDisabled: ['permission_denied', 'the bucket was disabled'],
  InvalidBucketName: ['invalid', 'that is no name for a bucket'],
  KeyTooLongError: ['invalid', 'the name is too long'],
  IllegalLocationConstraintException: ['invalid', 'the bucket cannot be made in this region: --s3-region'],
  InvalidLocationConstraint: ['invalid', 'the server does not know this region: --s3-region'],
  InvalidStorageClass: ['invalid', 'the server does not know this storage class: --s3-storage-class'],
  BucketAlreadyExists: ['permission_denied', 'a bucket of that name belongs to somebody else'],
  EntityTooLarge: ['too_large', 'it is too large for the server'],
  InvalidRange: ['range_not_satisfied', 'it has no bytes at this offset'],
  InvalidObjectState: ['unavailable', 'it lies in an archive and has to be restored there first', false],
  SlowDown: ['rate_limited', 'the server wants fewer requests'],
  TooManyRequests: ['rate_limited', 'the server wants fewer requests'],
  QuotaExceeded: ['no_space', 'no space left: the quota is used up'],
  XMinioStorageFull: ['no_space', 'no space left on the server'],
  XMinioAdminBucketQuotaExceeded: ['no_space', 'no space left: the quota is used up'],
  InsufficientStorage: ['no_space', 'no space left on the server'],
  IncompleteBody: ['unavailable', 'bytes were lost on their way to the server'],
  RequestTimeout: ['timeout', 'the server waited for the bytes in vain'],
  BadDigest: ['unavailable', 'bytes were damaged on their way to the server'],
  InvalidDigest: ['unavailable', 'bytes were damaged on their way to the server'],
  NotImplemented: ['unsupported', 'the server cannot do that'],
  TimeoutError: ['timeout', 'the server does not answer'],
};

const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string, boolean?]>> = {
  401: ['unauthenticated', 'the server does not accept the keys'],
  403: ['permission_denied', 'permission denied by the server'],
  404: ['not_found', 'no such object'],
  405: ['unsupported', 'the server cannot do that'],
  408: ['timeout', 'the server waited for the bytes in vain'],
  412: ['already_exists', 'it exists already'],
  413: ['too_large', 'it is too large for the server'],
  416: ['range_not_satisfied', 'it has no bytes at this offset'],
  429: ['rate_limited', 'the server wants fewer requests'],
  501: ['unsupported', 'the server cannot do that'],
  507: ['no_space', 'no space left on the server'],
};

/** What the server means by one of its names, where it is known. */
export const codeOfName = (name: string): ErrorCode | undefined => BY_NAME[name]?.[0];

const textIn = (error: unknown, field: string): string | undefined => {
  const value = typeof error === 'object' && error !== null ? new Map<string, unknown>(Object.entries(error)).get(field) : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** The name of what the server or the SDK reported; undefined when it has none. */
export const nameOf = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null || !('name' in error) || typeof error.name !== 'string') return undefined;
  // Where the answer had no body the SDK knows only the number.
  return error.name === 'Error' || error.name === 'UnknownError' || error.name === 'Unknown' ? (textIn(error, 'Code') ?? error.name) : error.name;
};

function metadataOf(error: unknown): { readonly status: number; readonly attempts: number } {
  const found: unknown = typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : undefined;
  if (typeof found !== 'object' || found === null) return { status: 0, attempts: 1 };
  return {
    status: 'httpStatusCode' in found ? Number(found.httpStatusCode) : 0,
    attempts: 'attempts' in found ? Number(found.attempts) : 1,
  };
}

/** The HTTP status that the server answered; 0 when it answered nothing. */
export const statusOf = (error: unknown): number => metadataOf(error).status;

/** How often the SDK made the request. */
export const attemptsOf = (error: unknown): number => metadataOf(error).attempts;

/** Whether nothing came for too long. The SDK has the same name for a connection that was cut. */
export const isSilence = (error: unknown): boolean => nameOf(error) === 'TimeoutError' && !['ECONNRESET', 'EPIPE'].includes(systemCodeOf(error) ?? '');

/** Whether an answer was no XML: a proxy has said it, or a server that could not read the request to its end. */
const isForeign = (error: unknown): boolean => /Deserialization error/.test(messageOf(error));

/** Whether a request arrived damaged or in part, so that the same may go well. The SDK takes each refusal by 400 for final. */
export const isLoss = (error: unknown): boolean =>
  ['IncompleteBody', 'RequestTimeout', 'BadDigest', 'InvalidDigest'].includes(nameOf(error) ?? '') || (isForeign(error) && statusOf(error) === 400);

/** Whether the server said that there is no such thing. */
export const isAbsence = (error: unknown): boolean => statusOf(error) === 404 || ['NoSuchKey', 'NotFound', 'NoSuchUpload'].includes(nameOf(error) ?? '');

/** A text that stays on one line. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** An error of this package's own making, in the same words as those that the server reports. */
export const failure = (code: ErrorCode, { operation, key, place }: Deed, reason: string, cause?: unknown, retryable?: boolean): FreezerError =>
  new FreezerError(code, oneLine(`s3 storage: ${operation} of '${key}' failed: ${reason} (${place})`), {
    cause,
    details: { operation, key },
    ...(retryable === undefined ? {} : { retryable }),
  });

const said = (error: unknown): string => messageOf(error).slice(0, 200);

/** The code of Node's own; the SDK hands some errors on as a text that holds it. */
const codeIn = (error: unknown): string => systemCodeOf(error) ?? /\b(?:E[A-Z]{3,}|EAI_AGAIN|ERR_[A-Z_]+)\b/.exec(messageOf(error))?.[0] ?? '';

function reasonOf(error: unknown): readonly [ErrorCode, string, boolean?] {
  const [name, status] = [nameOf(error) ?? '', statusOf(error)];
  const system = codeIn(error);
  if (name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed' || status === 301 || status === 307)
    return [
      'invalid',
      `the bucket lies in another region${textIn(error, 'Region') === undefined ? '' : `, ${textIn(error, 'Region')}`}: --s3-region (${said(error)})`,
    ];
  if (/CERT|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY/.test(system))
    return ['unauthenticated', `its certificate is not trusted: ${said(error)} (${system}); --s3-cacert names one that is trusted, --insecure trusts any`];
  const known = name === 'TimeoutError' && !isSilence(error) ? undefined : (BY_NAME[name] ?? BY_STATUS[status]);
  if (known) return known;
  const lost = socketReason(system);
  if (lost !== undefined) return ['unavailable', lost];
  if (system.startsWith('ERR_SSL') || system === 'EPROTO' || /wrong version number|packet length too long/.test(said(error)))
    return ['unavailable', `it does not speak TLS there: ${said(error)}`];
  if (isForeign(error))
    return [status === 400 ? 'unavailable' : 'unexpected', `the answer (${status}) is none of S3: is it that of a proxy, or of another service?`];
  if (status >= 500) return ['unavailable', `the server failed with ${status} ${name}: ${said(error)}`];
  if (status >= 400) return ['unexpected', `the server refused with ${status} ${name}: ${said(error)}`];
  if (/socket hang up|aborted|premature close|terminated|other side closed/i.test(said(error))) return ['unavailable', 'the server broke the connection off'];
  return ['unexpected', said(error)];
}

/** The border of this package: what the server or the connection reports becomes a `FreezerError`; one that is one already passes. */
export function translated(error: unknown, deed: Deed): FreezerError {
  if (FreezerError.is(error)) return error;
  const [code, reason, retryable] = reasonOf(error);
  return failure(code, deed, reason, error, retryable);
}

/** Runs one request at the border. An abort ends the waiting at once, with the reason of the signal. */
export async function guarded<Result>(deed: Deed, call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    return await abortable(call(), signal);
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : translated(error, deed);
  }
}
