import type { Handler } from './handler.ts';

const HEADERS: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  // Answers are for one caller; who keeps one asks before it is shown again.
  ['Cache-Control', 'private, no-cache'],
];

const ONE_YEAR = 31_536_000;

/** Headers that keep a browser from doing more with an answer than was meant. A route may set others. */
export function securityHeaders({ tls }: { readonly tls: boolean }): Handler {
  return (_request, response, next) => {
    for (const [name, value] of HEADERS) response.setHeader(name, value);
    if (tls) response.setHeader('Strict-Transport-Security', `max-age=${ONE_YEAR}`);
    next();
  };
}
