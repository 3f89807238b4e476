import { type Handler, pathOf } from './handler.ts';

const HEALTH = '/healthcheck';

/** Serves the health where [healthcheck] path says. */
export function movedHealth(path: string): Handler {
  return (request, _response, next) => {
    if (pathOf(request) === path) request.url = HEALTH + (request.url ?? '').slice(path.length);
    next();
  };
}
