import type { IncomingMessage, ServerResponse } from 'node:http';
import { Router } from 'express';
import type { ApiContext } from '../api-context.ts';
import type { Caller } from '../caller.ts';
import { sendJson, sendProblem } from './answer.ts';
import { type ApiVersion, Exchange } from './exchange.ts';
import { forbidden, noPath, Problem } from './problem.ts';
import { BOTH, type Route } from './route.ts';

/** A router for the paths of one version. `callerOf` tells whom the request was found to be from. */
export function mountVersion(version: ApiVersion, routes: readonly Route[], api: ApiContext, callerOf: (request: IncomingMessage) => Caller): Router {
  const router = Router({ mergeParams: true, caseSensitive: true });
  const paths = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    if (!(route.versions ?? BOTH).includes(version)) continue;
    const methods = paths.get(route.path) ?? new Map<string, Route>();
    paths.set(route.path, methods.set(route.method, route));
  }
  for (const [path, methods] of paths) {
    router.all(path, async (request, response) => {
      const params = request.params as Readonly<Record<string, string>>;
      // An id that holds `/`, also as %2F, addresses nothing.
      if (Object.values(params).some((value) => value.includes('/'))) throw noPath();
      const route = methods.get(request.method);
      if (!route) return answerOtherMethod(request, response, [...methods.keys()]);
      const caller = callerOf(request);
      const projectId = version === 'v1' ? caller.projectId : params['project_id'];
      if (projectId === undefined) throw forbidden();
      const exchange = new Exchange({ api, version, caller, projectId, params, request });
      exchange.demand(route.rule);
      sendJson(response, await route.handle(exchange));
    });
  }
  return router;
}

/** OPTIONS says what there is; all else that there is not is 405. */
export function answerOtherMethod({ method }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  const allowed = methods.toSorted();
  if (method === 'OPTIONS') sendJson(response, { status: 200, headers: { allow: allowed.join(', ') } });
  else sendProblem(response, new Problem(405, '405 Method Not Allowed', { headers: { allow: [...allowed, 'OPTIONS'].join(', ') } }));
}
