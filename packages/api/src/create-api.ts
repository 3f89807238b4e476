import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Request, type Response, Router } from 'express';
import { type ApiContext, apiContext, contextOfUsers } from './api-context.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Caller } from './caller.ts';
import { acceptsJson } from './http/accepts-json.ts';
import { sendJson, sendProblem, sendText } from './http/answer.ts';
import { callerGone } from './http/caller-gone.ts';
import type { ApiVersion } from './http/exchange.ts';
import { problemOfAuthentication, problemOfFailure } from './http/failure.ts';
import { answerOtherMethod, mountVersion } from './http/mount.ts';
import { noPath } from './http/problem.ts';
import { requestIdOf } from './http/request-id.ts';
import { openApiDocument } from './openapi/openapi-document.ts';
import { openApiPage } from './openapi/openapi-page.ts';
import { ROUTES } from './routes.ts';
import { answerHealth } from './versions/healthcheck.ts';
import { jsonHome } from './versions/json-home.ts';
import { baseUrlOf, versionDocument } from './versions/version-document.ts';

const REQUEST_ID = 'x-openstack-request-id';
/** The page has a style of its own and nothing else. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};
const UNAUTHORIZED = { error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' } };

/**
 * The API as a handler of requests that listens nowhere. A router of Express and not an application: that gives each request and response another
 * prototype, which takes longer than all of its routing.
 */
export function createApi(deps: ApiDeps): (request: IncomingMessage, response: ServerResponse) => void {
  const { versions: { v1: withV1, v2: withV2 } = { v1: true, v2: true } } = deps;
  const api = apiContext(deps);
  const versions = [...(withV1 ? ['v1' as const] : []), ...(withV2 ? ['v2' as const] : [])];
  const callers = new WeakMap<IncomingMessage, Caller>();
  const router = Router({ caseSensitive: true });
  mountPublic(router, deps, versions);
  router.use(async (request, response, next) => {
    const caller = await identified(request, response, deps, api);
    if (!caller) return;
    callers.set(request, caller);
    response.setHeader(REQUEST_ID, requestIdOf(request));
    if (acceptsJson(request.headers.accept)) next();
    else sendJson(response, { status: 406, headers: { vary: 'Accept' } });
  });
  const callerOf = (request: IncomingMessage): Caller => callers.get(request) ?? { userId: '', roles: [] };
  if (withV2) router.use('/v2/:project_id', mountVersion('v2', ROUTES, api, callerOf));
  if (withV1) router.use('/v1', mountVersion('v1', ROUTES, contextOfUsers(api), callerOf));
  for (const version of versions) mountHome(router, version);
  // Also for OPTIONS, which a router answers by itself where nothing is left to ask.
  router.use((_request, response) => sendProblem(response, noPath()));
  return (request, response) =>
    // It adds itself what the types of Express say beyond Node's.
    router(request as Request, response as Response, (error: unknown) => answerFailure(error, request, response, api));
}

/** What needs no token. */
function mountPublic(router: Router, { unhealthy = async () => undefined }: ApiDeps, versions: readonly ApiVersion[]): void {
  // Freezer's looks at the path alone.
  router.all('/', (request, response) => sendJson(response, { status: 300, body: versionDocument(baseUrlOf(request), versions) }));
  // Made when they are first asked for: most servers are never.
  let document: object | undefined;
  const described = (): object => (document ??= openApiDocument(ROUTES, versions));
  mountDocument(router, '/openapi.json', (response) => sendJson(response, { status: 200, body: described() }));
  mountDocument(router, '/docs', (response) => sendText(response, 200, openApiPage(described()), PAGE_HEADERS));
  router.all('/healthcheck', (request, response) => answerHealth(request, response, unhealthy));
}

function mountDocument(router: Router, path: string, send: (response: ServerResponse) => void): void {
  router.all(path, (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') send(response);
    else answerOtherMethod(request, response, ['GET', 'HEAD']);
  });
}

function mountHome(router: Router, version: ApiVersion): void {
  const text = jsonHome(version);
  router.all(`/${version}`, (request, response) => {
    if (request.method === 'GET') sendText(response, 200, text, { 'content-type': 'application/json-home' });
    else answerOtherMethod(request, response, ['GET']);
  });
}

/** The caller; when there is none the answer is sent. */
async function identified(request: IncomingMessage, response: ServerResponse, deps: ApiDeps, api: ApiContext): Promise<Caller | undefined> {
  try {
    const caller = await deps.authenticate(request, { signal: callerGone(request) });
    if (caller) return caller;
  } catch (error) {
    const problem = problemOfAuthentication(error, api.logger);
    if (problem) {
      sendProblem(response, problem);
      return undefined;
    }
  }
  sendJson(response, { status: 401, body: UNAUTHORIZED, headers: { 'www-authenticate': deps.challenge ?? 'Keystone' } });
  return undefined;
}

/** The last of all: what was thrown becomes an answer. */
function answerFailure(error: unknown, request: IncomingMessage, response: ServerResponse, { logger }: ApiContext): void {
  // The router could not read the path.
  const isBadPath = typeof error === 'object' && error !== null && 'status' in error && error.status === 400 && error.constructor.name === 'URIError';
  const requestId = String(response.getHeader(REQUEST_ID) ?? '');
  const path = request.url?.split('?', 1)[0];
  const problem = isBadPath
    ? noPath()
    : problemOfFailure(error, logger, { request: requestId, method: request.method, path, isConditional: request.headers['if-match'] !== undefined });
  if (response.headersSent) response.destroy();
  else sendProblem(response, problem);
}
