import { FreezerError, type Logger, messageOf } from '@freezer/core';
import { alreadyExists, Problem } from './problem.ts';

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** As the log tells it. */
interface FailedRequest {
  readonly request: string;
  readonly method: string | undefined;
  readonly path: string | undefined;
  /** Whether it said of which version it is: done twice, the second is refused for the first. */
  readonly isConditional: boolean;
}

/** What a failure of a store, or a crash, is to the caller: never more than its kind. The log has the rest. */
export function problemOfFailure(error: unknown, logger: Logger, fields: FailedRequest): Problem {
  if (Problem.is(error)) return error;
  if (FreezerError.is(error, 'already_exists')) return alreadyExists('Document with the specified ID already exists.');
  if (FreezerError.is(error, 'conflict')) return new Problem(409, 'Conflict', { description: 'The document was changed by others at the same time' });
  if (FreezerError.is(error, 'invalid')) return new Problem(400, 'Bad request format', { description: 'The document cannot be stored' });
  if (FreezerError.is(error, 'too_large')) return new Problem(413, 'Request Entity Too Large');
  if (FreezerError.is(error, 'aborted')) return new Problem(499, 'Client Closed Request');
  const { request, method, path } = fields;
  logger.error({ request, method, path, reason: messageOf(error), code: codeOf(error) }, 'a request failed');
  if (FreezerError.is(error, 'unavailable') || FreezerError.is(error, 'timeout'))
    return new Problem(503, 'Service Unavailable', { description: 'The database is not available.', headers: retryAfter(fields) });
  if (FreezerError.is(error)) return new Problem(500, 'Internal Storage Error', { description: 'Database operation failed.' });
  return new Problem(500, 'Internal Server Error', { description: 'An unexpected error occurred on the server.' });
}

/**
 * A client does again what it is told to: of a POST nobody knows whether the database did it before its answer got lost, and there would be two of it; of
 * a write with If-Match neither, and its second would be told 412 for the first.
 */
const retryAfter = ({ method, isConditional }: FailedRequest): Readonly<Record<string, string>> =>
  method === 'POST' || isConditional ? {} : { 'retry-after': '5' };

/** What a failure to authenticate is; undefined: the token is not good. */
export function problemOfAuthentication(error: unknown, logger: Logger): Problem | undefined {
  if (Problem.is(error)) return error;
  const code = codeOf(error);
  if (code === 'unauthenticated') return undefined;
  if (code === 'permission_denied') return new Problem(403, 'Access Forbidden', { description: 'You are not allowed to access this resource' });
  logger.error({ reason: messageOf(error), code }, 'a token could not be checked');
  return new Problem(503, 'Service Unavailable', { description: 'The Keystone service is temporarily unavailable.', headers: { 'retry-after': '5' } });
}
