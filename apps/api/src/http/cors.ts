import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiSettings } from '../settings/api-table.ts';
import { type Handler, headerOf } from './handler.ts';

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'];
const REQUEST_HEADERS = ['Content-Type', 'X-Auth-Token', 'X-Service-Token', 'X-OpenStack-Request-ID', 'If-Match', 'If-None-Match'];
const ANSWER_HEADERS = ['X-OpenStack-Request-ID', 'X-Total-Count', 'X-Next-Marker', 'Link', 'ETag', 'Retry-After'];

export interface CorsRules {
  /** Origins as browsers write them, or `*`. */
  readonly origins: ReadonlySet<string>;
  readonly allowCredentials: boolean;
  readonly exposeHeaders: readonly string[];
  readonly maxAge: number;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
}

/** As a browser sends it: no path, no default port; undefined for what is none. */
const originOf = (text: string): string | undefined => (text === '*' ? '*' : URL.canParse(text) ? new URL(text).origin : undefined);

/** The rules of [cors]; undefined when no page may ask. */
export function corsRules(settings: ApiSettings): CorsRules | undefined {
  const origins = settings['cors.allowed_origin'].flatMap((text) => originOf(text) ?? []);
  if (origins.length === 0) return undefined;
  const methods = settings['cors.allow_methods'];
  return {
    origins: new Set(origins),
    allowCredentials: settings['cors.allow_credentials'],
    exposeHeaders: [...new Set([...ANSWER_HEADERS, ...settings['cors.expose_headers']])],
    maxAge: settings['cors.max_age'],
    methods: methods.length > 0 ? methods : METHODS,
    headers: [...new Set([...REQUEST_HEADERS, ...settings['cors.allow_headers']])],
  };
}

function allow(rules: CorsRules, origin: string, response: ServerResponse): boolean {
  const named = rules.origins.has(origin);
  if (!named && !rules.origins.has('*')) return false;
  response.setHeader('Access-Control-Allow-Origin', named ? origin : '*');
  // A page of anybody never acts for a user who is logged in elsewhere.
  if (named && rules.allowCredentials) response.setHeader('Access-Control-Allow-Credentials', 'true');
  return true;
}

const isPreflight = (request: IncomingMessage): boolean => request.method === 'OPTIONS' && headerOf(request, 'access-control-request-method') !== undefined;

/** Lets the pages of some origins ask: answers a preflight without a token, as a browser sends it. */
export function cors(rules: CorsRules): Handler {
  return (request, response, next) => {
    response.setHeader('Vary', 'Origin');
    const origin = headerOf(request, 'origin');
    const allowed = origin !== undefined && allow(rules, origin, response);
    if (!isPreflight(request)) {
      if (allowed) response.setHeader('Access-Control-Expose-Headers', rules.exposeHeaders.join(', '));
      return next();
    }
    if (allowed) {
      response.setHeader('Access-Control-Allow-Methods', rules.methods.join(', '));
      response.setHeader('Access-Control-Allow-Headers', rules.headers.join(', '));
      response.setHeader('Access-Control-Max-Age', String(rules.maxAge));
    }
    response.writeHead(allowed ? 204 : 403, { 'content-length': 0 }).end();
  };
}
