import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { answerError, type Handler, headerOf } from '../http/handler.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const isLoopback = (authority: string | undefined): boolean => authority !== undefined && LOOPBACK.has(authority.toLowerCase().replace(/:\d+$/, ''));

/** Whether a page of the loopback asks, or no page at all. */
function isOwnOrigin(request: IncomingMessage): boolean {
  const site = headerOf(request, 'sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const origin = headerOf(request, 'origin');
  return origin === undefined || (URL.canParse(origin) && isLoopback(new URL(origin).host));
}

/**
 * The trial mode knows its callers by nothing but that they are here. A page of somebody else, which a browser here shows, is here too: by its own
 * name for 127.0.0.1 (then `Host` says that name), or from another site (then `Origin` or `Sec-Fetch-Site` says it).
 */
export const trialGuard: Handler = (request, response, next) => {
  if (isLoopback(headerOf(request, 'host')) && isOwnOrigin(request)) return next();
  answerError(response, 403, 'Access Forbidden', 'auth = none serves callers of this host only, by the address 127.0.0.1 or localhost');
};

/** Whether a caller showed the token of the trial. Takes as long for one that is nearly right. */
export function isTrialToken(given: string | undefined, token: string): boolean {
  const one = Buffer.from(given ?? '');
  const other = Buffer.from(token);
  return one.length === other.length && timingSafeEqual(one, other);
}
