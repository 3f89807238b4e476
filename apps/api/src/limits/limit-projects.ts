import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticate } from '@freezer/api';
import { answerError, type Handler, pathOf } from '../http/handler.ts';
import type { TakeRequest } from './limiter.ts';

/** These ask for no token, and so belong to no project. */
const OPEN = new Set(['/', '/healthcheck']);

/** Refuses the requests of a project beyond its limit; those without a good token are the application's to refuse. */
export function limitProjects(authenticate: Authenticate, take: TakeRequest): Handler {
  const decide = async (request: IncomingMessage): Promise<number> => {
    try {
      const caller = await authenticate(request, {});
      return caller?.projectId === undefined ? 0 : await take(caller.projectId);
    } catch {
      // That nobody can say who asks is told by the application.
      return 0;
    }
  };
  const limit = async (request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> => {
    const seconds = await decide(request);
    if (seconds === 0) return next();
    response.setHeader('Retry-After', String(seconds));
    answerError(response, 429, 'Too Many Requests', `This project made too many requests; come again in ${seconds} s.`);
  };
  return (request, response, next) => (OPEN.has(pathOf(request)) ? next() : void limit(request, response, next));
}
