import type { IncomingMessage } from 'node:http';
import type { ApiVersion } from '../http/exchange.ts';

/** What this server can beyond Freezer's API: `partial` is a result that it takes. */
const FEATURES = ['partial', 'list-query', 'etag', 'if-match', 'marker', 'runs', 'alerts', 'idempotency-key', 'client-update'] as const;

const UPDATED = '2018-02-21T13:30:00';

/** Versions, the newest first. `base` ends in a slash. */
export function versionDocument(base: string, versions: readonly ApiVersion[]): object {
  return {
    versions: versions
      .toSorted()
      .toReversed()
      .map((id) => ({
        id,
        status: id === 'v2' ? 'CURRENT' : 'DEPRECATED',
        updated: UPDATED,
        links: [{ href: `${base}${id}/`, rel: 'self' }],
        ...(id === 'v2' && { features: FEATURES }),
      })),
  };
}

/** Where the caller sees us, of each request anew; ends in a slash. Headers of a proxy are here only when they are believed. */
export function baseUrlOf(request: IncomingMessage): string {
  const isTls = 'encrypted' in request.socket && request.socket.encrypted === true;
  const { host, 'x-forwarded-proto': proto, 'x-forwarded-host': outerHost, 'x-forwarded-prefix': prefix } = request.headers;
  const scheme = proto === 'https' || proto === 'http' ? proto : isTls ? 'https' : 'http';
  const name = [outerHost, host].find((each) => typeof each === 'string' && /^[\w.:[\]-]{1,255}$/.test(each)) ?? 'localhost';
  const path = typeof prefix === 'string' && /^(\/[\w.~-]+)+$/.test(prefix) ? prefix : '';
  return `${scheme}://${String(name)}${path}/`;
}
